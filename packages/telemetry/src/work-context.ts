// Context manager for OpenTelemetry: spans of libraries, such as Elasticsearch's client, join the span that records the work.
import { type Context, type context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { type RecordedSpan, recorded } from './open-telemetry.ts'
import { findTrace, recordedBy, runInTrace } from './trace.ts'
import { traceInSpan } from './tracing.ts'

const currentSpan = (): RecordedSpan | undefined => findTrace()?.[recordedBy] as RecordedSpan | undefined

/** Runs `work` in the span of a context of OpenTelemetry: our trace stays the only store of the current context. */
const runIn = <T>(given: Context, work: () => T): T => {
  const [outer, inner, current] = [currentSpan(), trace.getSpan(given), findTrace()]
  if (!outer || !inner || !current || inner === trace.getSpan(outer.context)) return work()
  return runInTrace(traceInSpan(current, recorded(outer.tracer, outer.context, inner)), work)
}

export const workContext: Parameters<typeof context.setGlobalContextManager>[0] = {
  active: () => currentSpan()?.context ?? ROOT_CONTEXT,
  with: (given, work, self, ...args) => runIn(given, () => work.apply(self, args)),
  bind: (given, target) =>
    typeof target === 'function'
      ? (Object.assign((...args: unknown[]) => runIn(given, () => target(...args)), target) as typeof target)
      : target,
  enable: () => workContext,
  disable: () => workContext,
}
