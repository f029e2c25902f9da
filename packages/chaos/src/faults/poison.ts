// Events that no honest publisher sends: malformed ones, impossible ones, one on a living order's key, and honest ones sent again.
import { newTrace, type WireRecord } from '@cartwright/messaging'
import type { SchemaOwner } from '@cartwright/shop/test-shop'
import type { Random } from '../random.ts'
import type { World } from '../world/world.ts'

const suffix = (random: Random): string => Array.from({ length: 16 }, () => random.int(0, 35).toString(36)).join('')

const record = (random: Random, type: string, key: string, value: unknown): WireRecord => ({
  topic: `${type.split('.')[0]}.events`,
  key,
  value: typeof value === 'string' ? value : JSON.stringify(value),
  headers: {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: `evt_poison${suffix(random)}`,
    ce_type: type,
    ce_source: '/chaos',
    ce_subject: key,
    ce_time: new Date().toISOString(),
    ce_sequence: '1',
    ce_correlationid: 'chaos',
    traceparent: newTrace().traceparent,
  },
})

/** Does not fit its contract: dead-lettered at once by everyone who reads it. */
export const malformed = (random: Random, key = `ord_poison${suffix(random)}`): WireRecord =>
  record(
    random,
    random.pick([
      'order.stock-requested',
      'order.payment-requested',
      'order.confirmed',
      'payment.succeeded',
      'catalog.stock-reserved',
    ]),
    key,
    random.pick(['{"nonsense":true}', 'not even JSON', '[]']),
  )

/** Fits its contract, and cannot be true: a return of goods that were never sold. */
export const impossible = (random: Random): WireRecord => {
  const id = suffix(random)
  return record(random, 'order.stock-return-requested', `ord_poison${id}`, {
    orderId: `ord_poison${id}`,
    reservationId: `res_poison${id}`,
    returnId: `cancel:ord_poison${id}`,
    lines: [{ sku: 'NO-SUCH-SKU', quantity: 1 }],
    reason: 'made up',
  })
}

interface SentRow {
  event_id: string
  event_type: string
  topic: string
  partition_key: string
  aggregate_version: number
  payload: string
  headers: string
  occurred_at: Date
}

/** A row of the outbox as the relay sends it. */
const asSent = (row: SentRow): WireRecord => {
  const trace = JSON.parse(row.headers) as { traceparent: string; correlationId: string; causationId?: string }
  return {
    topic: row.topic,
    key: row.partition_key,
    value: row.payload,
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: row.event_id,
      ce_type: row.event_type,
      ce_source: '/chaos',
      ce_subject: row.partition_key,
      ce_time: row.occurred_at.toISOString(),
      ce_sequence: String(row.aggregate_version),
      ce_correlationid: trace.correlationId,
      traceparent: trace.traceparent,
    },
  }
}

/** Honest events of the run, as the relay would send them a second time: the newest of each publisher, oldest first. */
export const published = async (
  { query, table }: World,
  since: Date,
  count: number,
  owners: readonly SchemaOwner[] = ['order', 'payment', 'catalog'],
): Promise<WireRecord[]> => {
  const found: WireRecord[] = []
  for (const owner of owners) {
    const rows = await query<SentRow>(
      `SELECT event_id, event_type, topic, partition_key, aggregate_version, payload, headers, occurred_at FROM ${table(owner, 'outbox_event')}
         WHERE published_at IS NOT NULL AND available_at >= ? AND topic NOT LIKE '%.dlq' ORDER BY id DESC LIMIT ${count}`,
      [since],
    )
    found.push(...rows.reverse().map(asSent))
  }
  return found
}
