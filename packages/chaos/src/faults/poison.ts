// Poison: malformed events, valid events that cannot be true, and events of the run that are sent again.
import type { SchemaOwner } from '@cartwright/contracts'
import { type OutboxRow, recordOf, type WireRecord } from '@cartwright/messaging'
import { newTrace } from '@cartwright/telemetry'
import type { Random } from '../random.ts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'

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

/** Does not match its contract: every consumer moves it to its dead letters at once. */
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

/** Matches its contract and cannot be true: a return of products that were never sold. */
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

/** Events of the run as the relay sends them: the newest of each publisher, in order. */
export const published = async (
  { query, table }: ShopUnderTest,
  since: Date,
  count: number,
  owners: readonly SchemaOwner[] = ['order', 'payment', 'catalog'],
): Promise<WireRecord[]> => {
  const found: WireRecord[] = []
  for (const owner of owners) {
    const rows = await query<OutboxRow>(
      `SELECT * FROM ${table(owner, 'outbox_event')}
         WHERE published_at IS NOT NULL AND available_at >= ? AND topic NOT LIKE '%.dlq' ORDER BY id DESC LIMIT ${count}`,
      [since],
    )
    found.push(...rows.reverse().map(recordOf))
  }
  return found
}
