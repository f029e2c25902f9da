// Logger, metrics, trace context and spans of a service instance.

export { counter, gauge, histogram, type MetricDeclaration } from './declare-metric.ts'
export { fieldsOfEveryLine, logDatasets, logFields } from './log-fields.ts'
export { createLogger, type DestinationStream, type Log, type Logger } from './logger.ts'
export { createMetrics, createProcessMetrics, type OpenedMetrics } from './metrics.ts'
export type { Span, SpanOptions, Tracer } from './span.ts'
export {
  currentTrace,
  findTrace,
  labelTrace,
  labelWork,
  newTrace,
  parseTraceparent,
  runInTrace,
  runOutsideTrace,
  type Trace,
  traceIdOf,
} from './trace.ts'
export { describeSpan, endSpan, inSpan, isRecorded, openRootSpan, openSpan, runInSpan } from './tracing.ts'
