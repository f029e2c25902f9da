// Spans of events: one while an event is sent, one while a consumer group handles it, by OpenTelemetry's conventions for messaging.
import { endSpan, openSpan, type Trace, type Tracer } from '@cartwright/telemetry'
import type { WireRecord } from './transport/cloud-event.ts'
import { identityOf, traceOf } from './transport/record-headers.ts'

interface Messaging {
  /** Absent or null while tracing is off. */
  tracer?: Tracer | null | undefined
  transport: { kind: string }
}

/** Creates a function that opens the trace in which a group handles a record, with a span of it. */
export const handlingTraces =
  ({ tracer = null, transport, group }: Messaging & { group: string }) =>
  (record: WireRecord): Trace => {
    const trace = traceOf(record)
    if (tracer === null) return trace
    const { eventId, type } = identityOf(record)
    return openSpan(tracer, trace, {
      name: `process ${type}`,
      kind: 'consumer',
      attributes: {
        'messaging.system': transport.kind,
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.name': record.topic,
        'messaging.consumer.group.name': group,
        'messaging.message.id': eventId,
      },
    })
  }

/** Continues the trace of each record in a span of its sending. @returns the records as they are sent, and what ends the spans */
export const recordSends = ({ tracer = null, transport }: Messaging, records: readonly WireRecord[]) => {
  if (tracer === null) return { sent: records, end: () => undefined }
  const traces: Trace[] = []
  const sent = records.map((record): WireRecord => {
    const { type, eventId } = identityOf(record)
    const trace = openSpan(tracer, traceOf(record), {
      name: `send ${type}`,
      kind: 'producer',
      attributes: {
        'messaging.system': transport.kind,
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.name': record.topic,
        'messaging.message.id': eventId,
      },
    })
    traces.push(trace)
    return { ...record, headers: { ...record.headers, traceparent: trace.traceparent } }
  })
  return {
    sent,
    end: (error?: unknown): void => {
      for (const trace of traces) endSpan(trace, error)
    },
  }
}
