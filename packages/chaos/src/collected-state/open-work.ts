// Open work: lists what the shop has still to do, and waits until nothing is left.
import { setTimeout as delay } from 'node:timers/promises'
import { type SchemaOwner, schemaOwners } from '@cartwright/contracts'
import { subscribedEvents } from '@cartwright/stripe-sandbox'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { listDeadLetters } from './event-rows.ts'
import { readersByType } from './readers.ts'
import type { Scope } from './scope.ts'
import { stripeEvents } from './webhooks.ts'

/** Kinds of job that are enqueued again and again. */
export const recurringJobs = ['reconcile']

const firstFour = (items: readonly string[]): string =>
  `${items.slice(0, 4).join(', ')}${items.length > 4 ? ` and ${items.length - 4} more` : ''}`

const listUnpublished = async ({ query, table }: ShopUnderTest): Promise<string[]> => {
  const open: string[] = []
  for (const owner of schemaOwners) {
    const rows = await query<{ event_type: string; aggregate_id: string }>(
      `SELECT event_type, aggregate_id FROM ${table(owner, 'outbox_event')} WHERE published_at IS NULL`,
    )
    if (rows.length > 0)
      open.push(`${owner} has not published ${firstFour(rows.map((row) => `${row.event_type} of ${row.aggregate_id}`))}`)
  }
  return open
}

const listOpenJobs = async ({ query, table }: ShopUnderTest): Promise<string[]> => {
  const open: string[] = []
  for (const owner of schemaOwners) {
    const rows = await query<{ kind: string; item_key: string; attempts: number; last_error: string | null }>(
      `SELECT kind, item_key, attempts, last_error FROM ${table(owner, 'work_item')} WHERE done_at IS NULL AND kind NOT IN (${recurringJobs.map(() => '?').join(', ')})`,
      recurringJobs,
    )
    if (rows.length > 0)
      open.push(
        `${owner} has open jobs: ${firstFour(rows.map((row) => `${row.kind} ${row.item_key} (${row.attempts} attempts${row.last_error ? `: ${row.last_error.slice(0, 80)}` : ''})`))}`,
      )
  }
  return open
}

const readers = readersByType()

/** The consumer groups of an event type, with the schema that holds their inbox. */
const readersOf = (type: string): { reader: SchemaOwner; consumer: string }[] =>
  (readers[type] ?? []).flatMap(({ owner, consumer }) => {
    const reader = schemaOwners.find((name) => name === owner)
    return reader === undefined ? [] : [{ reader, consumer }]
  })

/** Events that a consumer group has not claimed. All schemas are on one server, so one query can compare them. */
const listUnclaimedEvents = async ({ query, table }: ShopUnderTest, { since }: Scope): Promise<string[]> => {
  const open: string[] = []
  for (const type of Object.keys(readers)) {
    const publisher = schemaOwners.find((owner) => type.startsWith(`${owner}.`))
    if (publisher === undefined) continue
    for (const { reader, consumer } of readersOf(type)) {
      const rows = await query<{ aggregate_id: string }>(
        `SELECT e.aggregate_id FROM ${table(publisher, 'outbox_event')} e LEFT JOIN ${table(reader, 'inbox_event')} i ON i.consumer = ? AND i.event_id = e.event_id
         WHERE e.event_type = ? AND e.available_at >= ? AND i.event_id IS NULL`,
        [consumer, type, since],
      )
      if (rows.length > 0)
        open.push(`${consumer} has not claimed ${rows.length} ${type} (${firstFour(rows.map((row) => row.aggregate_id))})`)
    }
  }
  return open
}

/** Poison that a consumer group of its type has not read yet. */
const listUnreadPoison = async ({ query, table }: ShopUnderTest, { sent }: Scope): Promise<string[]> => {
  const open: string[] = []
  for (const { headers } of sent) {
    for (const { reader, consumer } of readersOf(headers.ce_type ?? '')) {
      const claims = await query(`SELECT event_id FROM ${table(reader, 'inbox_event')} WHERE consumer = ? AND event_id = ?`, [
        consumer,
        headers.ce_id,
      ])
      if (claims.length === 0) open.push(`${consumer} has not read the poison ${headers.ce_id}`)
    }
  }
  return open
}

const listWaitingRows = async ({ query, table }: ShopUnderTest, { since }: Scope): Promise<string[]> => {
  const sagas = await query<{ id: string; state: string }>(
    `SELECT id, state FROM ${table('order', 'saga_instance')} WHERE state NOT IN ('confirmed', 'cancelled') AND started_at >= ?`,
    [since],
  )
  const refunds = await query<{ id: string }>(
    `SELECT id FROM ${table('payment', 'payment_refund')} WHERE state = 'pending' AND created_at >= ?`,
    [since],
  )
  const documents = await query<{ product_id: string }>(`SELECT product_id FROM ${table('catalog', 'search_pending')}`)
  const invoices = await query<{ order_id: string }>(`SELECT order_id FROM ${table('order', 'invoice_due')}`)
  return [
    ...(sagas.length > 0 ? [`sagas are waiting: ${firstFour(sagas.map((saga) => `${saga.id} is ${saga.state}`))}`] : []),
    ...(refunds.length > 0 ? [`refunds are pending: ${firstFour(refunds.map((refund) => refund.id))}`] : []),
    ...(documents.length > 0 ? [`the search index has not stored ${firstFour(documents.map((row) => row.product_id))}`] : []),
    ...(invoices.length > 0 ? [`invoices are due: ${firstFour(invoices.map((row) => row.order_id))}`] : []),
  ]
}

/** Stripe events that payment has not stored: their webhooks were dropped, and the next reconciliation has not run. */
const listUnstoredStripeEvents = async (shop: ShopUnderTest): Promise<string[]> => {
  const said = (await stripeEvents(shop)).filter(
    ({ type, delivery }) => subscribedEvents.includes(type) && delivery !== 'delivered',
  )
  if (said.length === 0) return []
  const heard = await shop.query<{ id: string }>(`SELECT id FROM ${shop.table('payment', 'stripe_event')}`)
  const known = new Set(heard.map(({ id }) => id))
  const missing = said.filter(({ id }) => !known.has(id))
  return missing.length > 0
    ? [`payment has not stored the Stripe events ${firstFour(missing.map(({ type, id }) => `${type} ${id}`))}`]
    : []
}

const listOpenDeadLetters = async (shop: ShopUnderTest, scope: Scope): Promise<string[]> => {
  const letters = (await listDeadLetters(shop, scope.since)).filter((letter) => letter.resolved_at === null)
  return letters.length > 0
    ? [
        `dead letters: ${firstFour(letters.map((letter) => `${letter.consumer}: ${letter.event_type} of ${letter.partition_key} (${letter.reason}: ${letter.error.slice(0, 80)})`))}`,
      ]
    : []
}

/** The open work in words; an empty list when the shop is at rest. */
export const listOpenWork = async (shop: ShopUnderTest, scope: Scope): Promise<string[]> => [
  ...(await listWaitingRows(shop, scope)),
  ...(await listUnstoredStripeEvents(shop)),
  ...(await listOpenDeadLetters(shop, scope)),
  ...(await listOpenJobs(shop)),
  ...(await listUnpublished(shop)),
  ...(await listUnclaimedEvents(shop, scope)),
  ...(await listUnreadPoison(shop, scope)),
]

/**
 * Waits until two checks in a row find no open work.
 * @param beforeCheck runs before each check, for what an operator has to do
 * @returns the work that was open when the time was up; an empty list when the shop came to rest
 */
export const waitForRest = async (
  shop: ShopUnderTest,
  scope: Scope,
  seconds: number,
  beforeCheck: () => Promise<void> = async () => undefined,
): Promise<string[]> => {
  const until = performance.now() + seconds * 1000
  let open: string[] = ['no check has run yet']
  for (let quiet = 0; performance.now() < until; ) {
    open = await beforeCheck()
      .then(() => listOpenWork(shop, scope))
      .catch((error: unknown) => [`the open work cannot be read: ${error instanceof Error ? error.message : String(error)}`])
    quiet = open.length === 0 ? quiet + 1 : 0
    if (quiet === 2) return []
    await delay(open.length === 0 ? 300 : 700)
  }
  return open
}
