// Assertions about the spans of a trace that an OTLP receiver has taken.
import { eventually, type OtlpReceiver, type ReceivedSpan } from '@cartwright/testing'
import type { DeclaredSpan } from '../telemetry/declared-span.ts'

/** Declared spans that the trace lacks, one line each, with the attributes that no span of the name has. */
export const missingSpans = (spans: readonly ReceivedSpan[], declared: readonly DeclaredSpan[]): string[] =>
  declared.flatMap(({ service, name, kind, attributes }) => {
    const found = spans.filter((span) => span.service === service && span.name === name && span.kind === kind)
    if (found.length === 0) return [`${service}: ${kind} ${name}`]
    const absent = attributes.filter((attribute) => found.some((span) => !(attribute in span.attributes)))
    return absent.length === 0 ? [] : [`${service}: ${name} lacks ${absent.join(', ')}`]
  })

/** Spans without a parent. */
export const rootsOf = (spans: readonly ReceivedSpan[]): string[] =>
  spans.filter(({ parentSpanId }) => parentSpanId === null).map(({ service, name }) => `${service}: ${name}`)

/** Spans whose parent was not received. */
export const orphansOf = (spans: readonly ReceivedSpan[]): string[] => {
  const known = new Set(spans.map(({ spanId }) => spanId))
  return spans
    .filter(({ parentSpanId }) => parentSpanId !== null && !known.has(parentSpanId))
    .map(({ service, name }) => `${service}: ${name}`)
}

/** Waits until every declared span of a trace has arrived, with its parent. @returns what has arrived, also when something is missing */
export const receivedTrace = async (
  receiver: OtlpReceiver,
  traceId: string,
  declared: readonly DeclaredSpan[],
  timeoutMs = 15_000,
): Promise<ReceivedSpan[]> => {
  const spans = () => receiver.spans.filter((span) => span.traceId === traceId)
  const isComplete = () => missingSpans(spans(), declared).length === 0 && orphansOf(spans()).length === 0
  await eventually('the trace arrives', isComplete, timeoutMs).catch(() => undefined)
  return spans()
}
