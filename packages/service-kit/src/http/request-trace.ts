// Trace of a request: continues the caller's trace or begins one, and records the request as a span until its response has ended.
import {
  describeSpan,
  endSpan,
  newTrace,
  openRootSpan,
  openSpan,
  parseTraceparent,
  runInTrace,
  type SpanOptions,
  type Trace,
  type Tracer,
} from '@cartwright/telemetry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isProbe } from './probes.ts'

type RequestHead = Pick<FastifyRequest, 'headers' | 'id'>

/**
 * The request's id for what it causes, when a machine has drawn it. Otherwise the trace's id takes its place: everything that a request
 * causes is stored with this id, and words of a client may be personal data.
 */
const correlationOf = (id: string): string | undefined => (/^(req_)?[0-9a-f-]{16,64}$/i.test(id) ? id : undefined)

const findIncoming = ({ headers, id }: RequestHead): Trace | null => {
  const traceparent = String(headers.traceparent ?? '')
  const parsed = parseTraceparent(traceparent)
  return parsed && { traceparent, correlationId: correlationOf(id) ?? parsed.traceId, labels: {} }
}

/** The caller's trace, or a new one. */
export const traceOfRequest = (request: RequestHead): Trace => findIncoming(request) ?? newTrace(correlationOf(request.id))

const optionsOf = ({ method, routeOptions: { url } }: FastifyRequest): SpanOptions => ({
  name: url === undefined ? method : `${method} ${url}`,
  kind: 'server',
  attributes: {
    'http.request.method': method,
    // The path itself may hold personal data, such as an address or a token.
    ...(url === undefined ? {} : { 'http.route': url }),
  },
})

/** Ends the span when the response has been sent, or when the client has left before. */
const endWithResponse = (trace: Trace, { raw }: FastifyReply): void => {
  raw.once('close', () => {
    const { statusCode, writableFinished } = raw
    runInTrace(trace, () => describeSpan({ 'http.response.status_code': statusCode }))
    if (!writableFinished) endSpan(trace, 'the client has closed the connection')
    else endSpan(trace, statusCode >= 500 ? String(statusCode) : undefined)
  })
}

/** @param tracer null while tracing is off */
export const recordRequest = (tracer: Tracer | null, request: FastifyRequest, reply: FastifyReply): Trace => {
  if (tracer === null || isProbe(request.routeOptions.config.operationId)) return traceOfRequest(request)
  const incoming = findIncoming(request)
  const options = optionsOf(request)
  const trace = incoming ? openSpan(tracer, incoming, options) : openRootSpan(tracer, options, correlationOf(request.id))
  endWithResponse(trace, reply)
  return trace
}
