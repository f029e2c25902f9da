// Logger: JSON lines in the Elastic Common Schema, with the trace of the work in progress. Callers log no secret or personal data;
// redaction is a second safeguard.

import { ecsFormat } from '@elastic/ecs-pino-format'
import { type DestinationStream, destination, type Logger, pino, stdSerializers } from 'pino'
import { findTrace, traceIdOf } from './trace.ts'

/** What a package needs of a logger: the part of pino's interface that messaging and tests share. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Fields that the schema does not know stand below this one. Elasticsearch stores them and indexes none. */
const ownFields = 'cartwright'

const redactedFields = [
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

/** Type, message, stack with causes, and code. Other properties are left out: those of a database error hold the statement's values. */
const errorFields = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { 'error.message': String(error) }
  const { type, message, stack, code } = stdSerializers.err(error)
  return {
    'error.type': type,
    'error.message': message,
    'error.stack_trace': stack,
    ...(code === undefined ? {} : { 'error.code': String(code) }),
  }
}

/** Objects of Fastify's own lines: they hold headers and addresses. */
const leftOut = new Set(['req', 'res'])

/** A field with a dot in its name is one of the schema, such as `http.route`; an error is spread; all others are the project's. */
const toSchema = (fields: Record<string, unknown>): Record<string, unknown> => {
  const line: Record<string, unknown> = { 'event.dataset': 'cartwright.app' }
  let own: Record<string, unknown> | undefined
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'err') Object.assign(line, errorFields(value))
    else if (name.includes('.')) line[name] = value
    else if (!leftOut.has(name)) {
      own ??= {}
      own[name] = value
    }
  }
  if (own) line[ownFields] = own
  return line
}

const traceFields = (): object => {
  const trace = findTrace()
  if (trace === undefined) return {}
  const fields: Record<string, string> = { 'trace.id': traceIdOf(trace), 'http.request.id': trace.correlationId }
  for (const [name, value] of Object.entries(trace.labels ?? {})) if (value !== null) fields[`labels.${name}`] = value
  return fields
}

/** Lines wait for each other in memory, at most this long: a write for each line would cost more than the line. */
const flushMs = 200
const fillBytes = 8192

const fileDestination = (path: string) =>
  destination({ dest: path, mkdir: true, sync: false, minLength: fillBytes, periodicFlush: flushMs })

/**
 * Creates the logger of a service.
 * @param to a stream or the path of a file to write to; standard output when left out
 */
export const createLogger = (service: string, level: string, to?: DestinationStream | string): Logger => {
  const { formatters, ...schema } = ecsFormat({ serviceName: service, eventDataset: '', apmIntegration: false })
  return pino(
    {
      ...schema,
      level,
      base: {},
      formatters: { ...formatters, log: toSchema },
      redact: {
        paths: redactedFields.flatMap((name) => [`${ownFields}.${name}`, `${ownFields}.*.${name}`]),
        censor: '***',
      },
      mixin: traceFields,
    },
    typeof to === 'string' ? fileDestination(to) : (to ?? destination(1)),
  )
}
export type { DestinationStream, Logger }
