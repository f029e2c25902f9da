// Which headers pass: identity that a client claims and hop-by-hop headers end here; the gateway says who called.
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
])
const claimed = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'x-request-id',
  'traceparent',
])
const claimedPrefixes = [
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

const isClaimed = (name: string): boolean => claimed.has(name) || claimedPrefixes.some((prefix) => name.startsWith(prefix))

export interface Caller {
  ip: string
  /** Host and scheme as the client addressed the gateway. */
  host: string
  scheme: string
  requestId: string
  traceparent: string
}

/** The headers an upstream gets: the client's without what it may not say, and ours. */
export const upstreamHeaders = (incoming: IncomingHttpHeaders, caller: Caller): Record<string, string | string[]> => {
  const named = new Set(
    (incoming.connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
  const headers: Record<string, string | string[]> = {}
  for (const name in incoming) {
    const value = incoming[name]
    // What says how the body is framed stays, whatever Connection names.
    const framing = name === 'transfer-encoding' || name === 'content-length' || name === 'content-type'
    if (value === undefined || hopByHop.has(name) || isClaimed(name) || (named.has(name) && !framing)) continue
    headers[name] = value
  }
  headers['x-forwarded-for'] = caller.ip
  headers['x-forwarded-host'] = caller.host
  headers['x-forwarded-proto'] = caller.scheme
  headers['x-request-id'] = caller.requestId
  headers.traceparent = caller.traceparent
  return headers
}

const answerHopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'x-request-id',
  'date',
])

/** The headers of an upstream's answer that reach the client. The request id is the gateway's own. */
export const clientHeaders = (answered: Record<string, string | string[] | undefined>): OutgoingHttpHeaders => {
  const headers: OutgoingHttpHeaders = {}
  for (const name in answered) {
    if (answered[name] !== undefined && !answerHopByHop.has(name)) headers[name] = answered[name]
  }
  return headers
}

/** What earlier hooks set on a reply, for whoever writes the raw response: request id, CORS, safety, limits. */
export const replyHeaders = (reply: FastifyReply): OutgoingHttpHeaders => reply.getHeaders() as OutgoingHttpHeaders

/**
 * The client's address.
 * @param hops how many proxies in front are trusted; each appended the address it saw to X-Forwarded-For
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
