// What is still under way: a run is over when nothing is, and when that takes too long, this is what to say.

import { setTimeout as delay } from 'node:timers/promises'
import { type SchemaOwner, schemaOwners } from '@cartwright/shop/test-shop'
import { subscribedEvents } from '@cartwright/stripe-sandbox'
import type { World } from '../world/world.ts'
import { listDeadLetters, type Scope } from './collect.ts'
import { readersByType } from './readers.ts'
import { stripeEvents } from './webhooks.ts'

/** Work that never ends, because it is asked for again and again. */
export const endless = ['reconcile']

const few = (items: readonly string[]): string =>
  `${items.slice(0, 4).join(', ')}${items.length > 4 ? ` and ${items.length - 4} more` : ''}`

const unpublished = async ({ query, table }: World): Promise<string[]> => {
  const open: string[] = []
  for (const owner of schemaOwners) {
    const rows = await query<{ event_type: string; aggregate_id: string }>(
      `SELECT event_type, aggregate_id FROM ${table(owner, 'outbox_event')} WHERE published_at IS NULL`,
    )
    if (rows.length > 0)
      open.push(`${owner} has not published ${few(rows.map((row) => `${row.event_type} of ${row.aggregate_id}`))}`)
  }
  return open
}

const undone = async ({ query, table }: World): Promise<string[]> => {
  const open: string[] = []
  for (const owner of schemaOwners) {
    const rows = await query<{ kind: string; item_key: string; attempts: number; last_error: string | null }>(
      `SELECT kind, item_key, attempts, last_error FROM ${table(owner, 'work_item')} WHERE done_at IS NULL AND kind NOT IN (${endless.map(() => '?').join(', ')})`,
      endless,
    )
    if (rows.length > 0)
      open.push(
        `${owner} has work to do: ${few(rows.map((row) => `${row.kind} ${row.item_key} (${row.attempts} tries${row.last_error ? `: ${row.last_error.slice(0, 80)}` : ''})`))}`,
      )
  }
  return open
}

const readers = readersByType()

/** Who takes events of a type, by the schema that says so. */
const readersOf = (type: string): { reader: SchemaOwner; consumer: string }[] =>
  (readers[type] ?? []).flatMap(({ owner, consumer }) => {
    const reader = schemaOwners.find((name) => name === owner)
    return reader === undefined ? [] : [{ reader, consumer }]
  })

/** Events that a reader has not claimed. All schemas lie on one server, so one question answers it. */
const untaken = async ({ query, table }: World, { since }: Scope): Promise<string[]> => {
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
        open.push(`${consumer} has not taken ${rows.length} ${type} (${few(rows.map((row) => row.aggregate_id))})`)
    }
  }
  return open
}

/** Poison that somebody who reads its type has not met yet. */
const unmet = async ({ query, table }: World, { sent }: Scope): Promise<string[]> => {
  const open: string[] = []
  for (const { headers } of sent) {
    for (const { reader, consumer } of readersOf(headers.ce_type ?? '')) {
      const claims = await query(`SELECT event_id FROM ${table(reader, 'inbox_event')} WHERE consumer = ? AND event_id = ?`, [
        consumer,
        headers.ce_id,
      ])
      if (claims.length === 0) open.push(`${consumer} has not met the poison ${headers.ce_id}`)
    }
  }
  return open
}

const waiting = async ({ query, table }: World, { since }: Scope): Promise<string[]> => {
  const sagas = await query<{ id: string; state: string }>(
    `SELECT id, state FROM ${table('order', 'saga_instance')} WHERE state NOT IN ('confirmed', 'cancelled') AND started_at >= ?`,
    [since],
  )
  const refunds = await query<{ id: string }>(
    `SELECT id FROM ${table('payment', 'payment_refund')} WHERE state = 'pending' AND created_at >= ?`,
    [since],
  )
  const documents = await query<{ product_id: string }>(`SELECT product_id FROM ${table('catalog', 'search_pending')}`)
  return [
    ...(sagas.length > 0 ? [`sagas wait: ${few(sagas.map((saga) => `${saga.id} is ${saga.state}`))}`] : []),
    ...(refunds.length > 0 ? [`refunds wait: ${few(refunds.map((refund) => refund.id))}`] : []),
    ...(documents.length > 0 ? [`the search index waits for ${few(documents.map((row) => row.product_id))}`] : []),
  ]
}

/** Events of Stripe that payment has not stored, because their webhooks were dropped and the next reconciliation is still to come. */
const unheard = async (world: World): Promise<string[]> => {
  const said = (await stripeEvents(world)).filter(
    ({ type, delivery }) => subscribedEvents.includes(type) && delivery !== 'delivered',
  )
  if (said.length === 0) return []
  const heard = await world.query<{ id: string }>(`SELECT id FROM ${world.table('payment', 'stripe_event')}`)
  const known = new Set(heard.map(({ id }) => id))
  const missing = said.filter(({ id }) => !known.has(id))
  return missing.length > 0 ? [`payment has not heard ${few(missing.map(({ type, id }) => `${type} ${id}`))}`] : []
}

const dead = async (world: World, scope: Scope): Promise<string[]> => {
  const letters = (await listDeadLetters(world, scope.since)).filter((letter) => letter.resolved_at === null)
  return letters.length > 0
    ? [
        `dead letters: ${few(letters.map((letter) => `${letter.consumer}: ${letter.event_type} of ${letter.partition_key} (${letter.reason}: ${letter.error.slice(0, 80)})`))}`,
      ]
    : []
}

/** Everything that is still under way, in words; nothing when the shop is at rest. */
export const openWork = async (world: World, scope: Scope): Promise<string[]> => [
  ...(await waiting(world, scope)),
  ...(await unheard(world)),
  ...(await dead(world, scope)),
  ...(await undone(world)),
  ...(await unpublished(world)),
  ...(await untaken(world, scope)),
  ...(await unmet(world, scope)),
]

/**
 * Waits until nothing is under way, twice in a row.
 * @param tidy called before each look, for what an operator has to do
 * @returns what was still open when the time was up; nothing when the shop came to rest
 */
export const rest = async (
  world: World,
  scope: Scope,
  seconds: number,
  tidy: () => Promise<void> = async () => undefined,
): Promise<string[]> => {
  const until = performance.now() + seconds * 1000
  let open: string[] = ['nothing was asked yet']
  for (let quiet = 0; performance.now() < until; ) {
    open = await tidy()
      .then(() => openWork(world, scope))
      .catch((error: unknown) => [`it cannot be seen: ${error instanceof Error ? error.message : String(error)}`])
    quiet = open.length === 0 ? quiet + 1 : 0
    if (quiet === 2) return []
    await delay(open.length === 0 ? 300 : 700)
  }
  return open
}
