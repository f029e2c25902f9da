// Response headers of the gateway: security headers and CORS, on every response, also on refusals of the HTTP parser.
import type { ResponseHeaders } from '@cartwright/service-kit'
import type { GatewayDeps } from '../../deps.ts'
import { createCorsHeaders } from './cors.ts'

const securityHeaders = (publicUrl: string): Record<string, string> => ({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
})

export const gatewayResponseHeaders = (deps: GatewayDeps): ResponseHeaders => {
  const security = securityHeaders(deps.shared.publicUrl)
  const cors = createCorsHeaders(deps)
  return (incoming) => ({ ...security, ...cors(incoming) })
}
