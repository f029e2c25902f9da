// The gateway's public face. The factory is the one exception to "a service and nothing else": embedded mode hands requests over in process.
import { createGateway } from './service.ts'

export { handOver } from './forward-request/hand-over.ts'
export { createGateway, type Upstreams } from './service.ts'
export type { Exchange, Upstream, WholeAnswer } from './upstream.ts'
export const gatewayService = createGateway()
