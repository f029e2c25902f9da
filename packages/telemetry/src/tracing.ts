// Tracing: runs work in a span of the current trace. Where tracing is off, or a trace is not sampled, it only runs the work.
import type { Attributes, Span, SpanOptions, Tracer } from './span.ts'
import { findTrace, newTrace, parseTraceparent, recordedBy, runInTrace, type Trace } from './trace.ts'

/** The trace of the work inside a span. */
export const traceInSpan = (trace: Trace, span: Span): Trace => ({ ...trace, traceparent: span.traceparent, [recordedBy]: span })

/**
 * Opens the first span of a service in a trace that came from elsewhere: a request, an event, a stored job.
 * @param tracer null while tracing is off
 * @returns the trace to work in; `endSpan` ends its span
 */
export const openSpan = (tracer: Tracer | null, trace: Trace, options: SpanOptions): Trace =>
  tracer !== null && parseTraceparent(trace.traceparent)?.isSampled
    ? traceInSpan(trace, tracer.startSpan(trace.traceparent, options))
    : trace

/** Opens the root span of a new trace, which is sampled by the tracer's ratio. */
export const openRootSpan = (tracer: Tracer | null, options: SpanOptions, correlationId?: string): Trace => {
  const trace = newTrace(correlationId)
  if (tracer === null) return trace
  const { traceparent, span } = tracer.startTrace(options)
  const started = { traceparent, correlationId: correlationId ?? traceparent.slice(3, 35), labels: {} }
  return span ? traceInSpan(started, span) : started
}

/** Whether a span records the work in this trace. */
export const isRecorded = (trace: Trace): boolean => trace[recordedBy] !== undefined

/** Ends the span that was opened for a trace, if there is one. @param error why the work failed; undefined when it succeeded */
export const endSpan = (trace: Trace, error?: unknown): void => trace[recordedBy]?.end(error)

const recordWork = async <T>(span: Span, trace: Trace, work: () => Promise<T>): Promise<T> => {
  try {
    const result = await runInTrace(trace, work)
    span.end()
    return result
  } catch (error) {
    span.end(error ?? 'unknown')
    throw error
  }
}

/** Runs `work` in the trace that `openSpan` or `openRootSpan` returned, and ends its span. */
export const runInSpan = <T>(trace: Trace, work: () => Promise<T>): Promise<T> => {
  const span = trace[recordedBy]
  return span === undefined ? runInTrace(trace, work) : recordWork(span, trace, work)
}

/** Runs `work` in a span below the one that records the work in progress; only runs it when none does. */
export const inSpan = <T>(options: SpanOptions, work: () => Promise<T>): Promise<T> => {
  const trace = findTrace()
  const span = trace?.[recordedBy]
  return trace && span ? runInSpan(traceInSpan(trace, span.startChild(options)), work) : work()
}

/** Adds attributes to the span that records the work in progress, if there is one. */
export const describeSpan = (attributes: Attributes): void => findTrace()?.[recordedBy]?.set(attributes)
