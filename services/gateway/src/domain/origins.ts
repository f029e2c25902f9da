// Origins whose pages may call the gateway, and those that may use a cookie session.
import type { IncomingHttpHeaders } from 'node:http'

const loopback = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/

interface OriginSettings {
  config: { corsOrigins: readonly string[] }
  shared: { environment: string; publicUrl: string }
}

/** Says whether pages of an origin may call: the configured ones, and outside production those of loopback. */
export const createOriginCheck = ({ config, shared }: OriginSettings): ((origin: string) => boolean) => {
  const origins = new Set(config.corsOrigins)
  const isDevelopment = shared.environment !== 'production'
  return (origin) => origins.has(origin) || (isDevelopment && loopback.test(origin))
}

/**
 * Says whether a request may open or use a cookie session: it comes from an allowed origin or from the gateway's own pages. Programs other
 * than browsers send no Origin; they may open a session, and a cookie is not taken from them.
 */
export const createCookieCheck = (settings: OriginSettings) => {
  const isAllowed = createOriginCheck(settings)
  const ownOrigin = new URL(settings.shared.publicUrl).origin
  return (use: 'opens' | 'uses', { origin, 'x-session': session }: IncomingHttpHeaders): boolean => {
    if (session === undefined) return true
    return origin === undefined ? use === 'opens' : origin === ownOrigin || isAllowed(origin)
  }
}
