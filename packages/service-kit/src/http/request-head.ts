// Checks of a request's head that no contract states: host, characters, content coding of the body.
import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { AppError } from '@cartwright/contracts'
import type { FastifyReply } from 'fastify'

const encodedBytes = /(?:%[0-9a-f]{2})+/gi

/** Whether percent-encoded bytes of the target are UTF-8; the parser refuses raw bytes beyond ASCII. */
const isReadable = (target: string): boolean =>
  !target.includes('%') || (target.match(encodedBytes) ?? []).every((run) => isUtf8(Buffer.from(run.replaceAll('%', ''), 'hex')))

const refused = (message: string): AppError =>
  new AppError('validation_failed', { detail: message, extra: { errors: [{ path: '/', message }] } })

/** @throws AppError validation_failed for a head without a host or with bytes that are not UTF-8 */
export const requireReadableHead = ({ url = '/', headers, httpVersion }: IncomingMessage): void => {
  if (headers.host === undefined && httpVersion === '1.1') throw refused('the header Host is missing')
  if (!isReadable(url)) throw refused('the address contains bytes that are not UTF-8')
}

/** @throws AppError unsupported_media_type for an encoded body; the response names the accepted coding */
export const requireIdentityCoding = (headers: IncomingHttpHeaders, reply: FastifyReply): void => {
  const isPrintable =
    /^\s*(identity)?\s*$/i.test(String(headers['content-encoding'] ?? '')) &&
    /^\s*(chunked)?\s*$/i.test(headers['transfer-encoding'] ?? '')
  if (isPrintable) return
  void reply.header('accept-encoding', 'identity')
  throw new AppError('unsupported_media_type', { detail: 'send the body without a content coding' })
}
