// Checks of a request's head that no contract states: its host, its characters, the coding of its body.
import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { AppError } from '@cartwright/contracts'
import type { FastifyReply } from 'fastify'

const encodedBytes = /(?:%[0-9a-f]{2})+/gi

/** Whether what the target encodes is UTF-8; bytes beyond ASCII themselves are refused by the parser. */
const isReadable = (target: string): boolean =>
  !target.includes('%') || (target.match(encodedBytes) ?? []).every((run) => isUtf8(Buffer.from(run.replaceAll('%', ''), 'hex')))

const refused = (message: string): AppError => new AppError('validation_failed', message, { errors: [{ path: '/', message }] })

/** @throws AppError validation_failed for a head without a host or with bytes that are no text */
export const requireReadableHead = ({ url = '/', headers, httpVersion }: IncomingMessage): void => {
  if (headers.host === undefined && httpVersion === '1.1') throw refused('the header Host is missing')
  if (!isReadable(url)) throw refused('the address holds bytes that are not UTF-8')
}

/** @throws AppError unsupported_media_type for a body in a coding; the reply says which one is taken */
export const requireIdentityCoding = (headers: IncomingHttpHeaders, reply: FastifyReply): void => {
  const isPlain =
    /^\s*(identity)?\s*$/i.test(String(headers['content-encoding'] ?? '')) &&
    /^\s*(chunked)?\s*$/i.test(headers['transfer-encoding'] ?? '')
  if (isPlain) return
  void reply.header('accept-encoding', 'identity')
  throw new AppError('unsupported_media_type', 'a body is taken as it is, without a content coding')
}
