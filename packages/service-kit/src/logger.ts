// JSON logs with the trace in every line. Secrets, codes, tokens, addresses and e-mail addresses never get here; redaction is the second net.
import { findTrace, traceIdOf } from '@cartwright/messaging'
import { destination, type Logger, pino, stdSerializers } from 'pino'

const hidden = [
  'password',
  'newPassword',
  'code',
  'sealedCode',
  'accessToken',
  'refreshToken',
  'guestAccessToken',
  'token',
  'secret',
  'authorization',
  'email',
  'recipient',
  'shippingAddress',
  'billingAddress',
  'address',
]

/** An error's own code is no secret: under another name it passes the redaction of one-time codes. */
const errorOf = (error: Error): object => {
  const { code, ...rest } = stdSerializers.err(error)
  return code === undefined ? rest : { ...rest, errorCode: code }
}

/** @param file where the lines go instead of standard output */
export const createLogger = (service: string, level: string, file?: string): Logger =>
  pino(
    {
      level,
      base: { service },
      serializers: { err: errorOf },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: [...hidden, ...hidden.map((name) => `*.${name}`), 'req.headers.authorization'], censor: '***' },
      mixin: () => {
        const trace = findTrace()
        return trace ? { traceId: traceIdOf(trace), requestId: trace.correlationId } : {}
      },
    },
    file === undefined ? destination(1) : destination({ dest: file, mkdir: true, sync: false }),
  )
export type { Logger }
