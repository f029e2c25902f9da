// CloudEvents 1.0 in the binary mode of the Kafka binding: the form of an event on the wire. Any CloudEvents SDK reads it.

/** One record of a topic. The value is the event's data as JSON. */
export interface WireRecord {
  topic: string
  key: string
  value: string
  headers: Record<string, string>
}

export interface Envelope {
  id: string
  type: string
  version: number
  source: string
  subject: string
  time: Date
  sequence: number
  traceparent: string
  correlationId: string
  causationId?: string
}

export const headersOf = (envelope: Envelope): Record<string, string> => ({
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: envelope.id,
  ce_type: envelope.type,
  ce_source: envelope.source,
  ce_subject: envelope.subject,
  ce_time: envelope.time.toISOString(),
  ce_dataschema: `urn:cartwright:${envelope.type}:${envelope.version}`,
  ce_sequence: String(envelope.sequence),
  ce_correlationid: envelope.correlationId,
  ...(envelope.causationId === undefined ? {} : { ce_causationid: envelope.causationId }),
  traceparent: envelope.traceparent,
})

/** An event as a handler receives it. */
export interface Message<D> {
  id: string
  type: string
  /** The aggregate's id. */
  key: string
  /** The version of the aggregate with this event: 1, 2, 3 … */
  sequence: number
  at: Date
  traceparent: string
  correlationId: string
  data: D
}

export const messageOf = <D>(record: WireRecord, data: D): Message<D> => ({
  id: record.headers.ce_id ?? '',
  type: record.headers.ce_type ?? '',
  key: record.key,
  sequence: Number(record.headers.ce_sequence ?? 0),
  at: new Date(record.headers.ce_time ?? 0),
  traceparent: record.headers.traceparent ?? '',
  correlationId: record.headers.ce_correlationid ?? '',
  data,
})
