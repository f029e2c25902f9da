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
  'content-length',
  'transfer-encoding',
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

/** The headers an upstream gets: the client's without what it may not say, and ours. The body is sent whole, so its length is known. */
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
    // What says how to read the body stays, whatever Connection names.
    const describesBody = name === 'content-encoding' || name === 'content-type'
    if (value === undefined || hopByHop.has(name) || isClaimed(name) || (named.has(name) && !describesBody)) continue
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

const answerHopByHop = new Set([
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

/** The headers of an upstream's answer that reach the client. Request id and trace are the gateway's own. */
export const clientHeaders = (answered: OutgoingHttpHeaders): OutgoingHttpHeaders => {
  const headers: OutgoingHttpHeaders = {}
  for (const name in answered) {
    if (answered[name] !== undefined && !answerHopByHop.has(name)) headers[name] = answered[name]
  }
  return headers
}

/** The gateway's headers and an upstream's: the upstream's wins, and both say what the answer varies by. */
export const joinHeaders = (own: OutgoingHttpHeaders, answered: OutgoingHttpHeaders): OutgoingHttpHeaders => {
  const vary = [own.vary, answered.vary].flat().filter((name) => name !== undefined)
  return { ...own, ...answered, ...(vary.length === 0 ? {} : { vary: [...new Set(vary)].join(', ') }) }
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
