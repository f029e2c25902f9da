// Public API of the gateway: the service, and the factory with in-process upstreams for the embedded mode.
import { createGateway } from './service.ts'

export type { Upstreams } from './deps.ts'
export type { BufferedResponse, Exchange, Upstream } from './domain/upstream.ts'
export { createInProcessUpstream } from './features/proxy/in-process-upstream.ts'
export { createGateway } from './service.ts'
export const gatewayService = createGateway()
