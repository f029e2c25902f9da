// Record headers: the event id, type, key and trace of a record, in a form that database columns can hold whatever a foreign producer sent.

import { createHash } from 'node:crypto'
import { newTrace, parseTraceparent, type Trace } from '@cartwright/telemetry'
import type { WireRecord } from './cloud-event.ts'

/** The text when it is printable ASCII of at most `max` characters, otherwise null. */
const printableOrNull = (text: string | undefined, max: number): string | null =>
  text !== undefined && text.length > 0 && text.length <= max && /^[\x20-\x7e]+$/.test(text) ? text : null

interface RecordIdentity {
  eventId: string
  type: string
  key: string
  /** Whether the record carries a usable event id; otherwise `eventId` is a digest of the record. */
  hasEventId: boolean
}

export const identityOf = (record: WireRecord): RecordIdentity => {
  const { ce_id: id, ce_type: type } = record.headers
  const eventId = printableOrNull(id, 40)
  const digest = (text: string) => `odd_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
  return {
    eventId: eventId ?? digest(JSON.stringify([record.topic, record.key, record.headers, record.value])),
    type: printableOrNull(type, 80) ?? 'unknown',
    key: printableOrNull(record.key, 80) ?? digest(record.key),
    hasEventId: eventId !== null,
  }
}

/** The trace that work caused by a record continues; a new trace when the record names none. */
export const traceOf = ({ headers }: WireRecord): Trace => ({
  ...newTrace(printableOrNull(headers.ce_correlationid, 80) ?? undefined),
  ...(parseTraceparent(headers.traceparent) ? { traceparent: headers.traceparent ?? '' } : {}),
  causationId: printableOrNull(headers.ce_id, 40) ?? '',
})
