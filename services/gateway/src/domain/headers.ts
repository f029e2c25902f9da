// Header rules of the proxy: removes hop-by-hop headers and identity headers that a client sent, and adds the gateway's own.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { FastifyReply } from 'fastify'

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'content-length',
  'transfer-encoding',
])
const identityHeaders = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'x-request-id',
  'traceparent',
])
const identityHeaderPrefixes = [
  'x-user',
  'x-forwarded-',
  'x-principal',
  'x-auth',
  'x-internal',
  'x-remote-',
  'x-role',
  'x-customer',
  'x-admin',
  'x-original-',
  'x-consumer',
]

const isIdentityHeader = (name: string): boolean =>
  identityHeaders.has(name) || identityHeaderPrefixes.some((prefix) => name.startsWith(prefix))

export interface Caller {
  ip: string
  /** Host and scheme as the client addressed the gateway. */
  host: string
  scheme: string
  requestId: string
  traceparent: string
}

/** Request headers for an upstream: the client's without hop-by-hop and identity headers, and those of the gateway. */
export const upstreamHeaders = (
  incoming: IncomingHttpHeaders,
  caller: Caller,
  bodyLength: number,
): Record<string, string | string[]> => {
  const named = new Set(
    (incoming.connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
  const headers: Record<string, string | string[]> = {}
  for (const name in incoming) {
    const value = incoming[name]
    // Headers that describe the body pass even when Connection names them.
    const describesBody = name === 'content-encoding' || name === 'content-type'
    if (value === undefined || hopByHop.has(name) || isIdentityHeader(name) || (named.has(name) && !describesBody)) continue
    headers[name] = value
  }
  if (bodyLength > 0) headers['content-length'] = String(bodyLength)
  headers['x-forwarded-for'] = caller.ip
  headers['x-forwarded-host'] = caller.host
  headers['x-forwarded-proto'] = caller.scheme
  headers['x-request-id'] = caller.requestId
  headers.traceparent = caller.traceparent
  return headers
}

const droppedResponseHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'x-request-id',
  'x-trace-id',
  'date',
])

/** Headers of an upstream's response that reach the client. Request id and trace id are the gateway's own. */
export const clientHeaders = (upstream: OutgoingHttpHeaders): OutgoingHttpHeaders => {
  const headers: OutgoingHttpHeaders = {}
  for (const name in upstream) {
    if (upstream[name] !== undefined && !droppedResponseHeaders.has(name)) headers[name] = upstream[name]
  }
  return headers
}

/** Joins the gateway's headers with an upstream's: the upstream's win, and Vary lists the names of both. */
export const joinHeaders = (own: OutgoingHttpHeaders, upstream: OutgoingHttpHeaders): OutgoingHttpHeaders => {
  const vary = [own.vary, upstream.vary].flat().filter((name) => name !== undefined)
  return { ...own, ...upstream, ...(vary.length === 0 ? {} : { vary: [...new Set(vary)].join(', ') }) }
}

/** Headers that earlier hooks set on a reply (request id, CORS, security, limits), for code that writes the raw response. */
export const replyHeaders = (reply: FastifyReply): OutgoingHttpHeaders => reply.getHeaders() as OutgoingHttpHeaders

/**
 * The client's address.
 * @param hops number of trusted proxies in front of the gateway; each appended the address it saw to X-Forwarded-For
 */
export const clientIp = (
  remoteAddress: string | undefined,
  forwardedFor: string | string[] | undefined,
  hops: number,
): string => {
  const seen = remoteAddress?.replace(/^::ffff:/, '') ?? 'unknown'
  if (hops === 0) return seen
  const chain = String(forwardedFor ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  return chain[chain.length - hops] ?? chain[0] ?? seen
}
