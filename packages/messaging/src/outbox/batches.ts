// Relay batches: outbox rows as records, in batches of limited count and size.

import type { Trace } from '@cartwright/telemetry'
import { headersOf, type WireRecord } from '../transport/cloud-event.ts'
import type { OutboxRow } from './reader.ts'
import { maxBatchBytes } from './record-size.ts'

export const batchSize = 500

type StoredHeaders = Trace & { extra?: Record<string, string> }

export const recordOf = (row: OutboxRow): WireRecord => {
  const { extra = {}, ...trace } = JSON.parse(row.headers) as StoredHeaders
  return {
    topic: row.topic,
    key: row.partition_key,
    value: row.payload,
    headers: {
      ...headersOf({
        id: row.event_id,
        type: row.event_type,
        version: row.schema_version,
        source: `/cartwright/${row.topic.split('.')[0]}`,
        subject: row.partition_key,
        time: row.occurred_at,
        sequence: row.aggregate_version,
        ...trace,
      }),
      ...extra,
    },
  }
}

/** The rows in their order, in batches of limited count and bytes; a large row is a batch of its own. */
export const batchesOf = (rows: readonly OutboxRow[]): OutboxRow[][] => {
  const batches: OutboxRow[][] = []
  let bytes = 0
  for (const row of rows) {
    const own = Buffer.byteLength(row.payload) + row.headers.length
    const last = batches.at(-1)
    bytes += own
    if (last && last.length < batchSize && bytes <= maxBatchBytes) last.push(row)
    else {
      batches.push([row])
      bytes = own
    }
  }
  return batches
}
