// Redelivery: every consumer receives every event of a shop once more, recognises it, and changes no row of any table.
import { allEvents, type SchemaOwner, schemaOwners } from '@cartwright/contracts'
import { raw } from '@cartwright/db'
import { type OutboxRow, recordOf, type WireRecord } from '@cartwright/messaging'
import type { RunningService } from '@cartwright/service-kit'
import type { TestClient } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allServices } from '../start-shop.ts'
import { cards, type Shopper, shopper, signedIn } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop

const databaseOf = (owner: SchemaOwner) => {
  const { db } = shop.shop.services[owner]
  if (db === null) throw new Error(`${owner} has no database`)
  return db
}

/** The events that the relay published, as records. */
const recorded = async (): Promise<WireRecord[]> => {
  const found: WireRecord[] = []
  for (const owner of schemaOwners) {
    const rows = await databaseOf(owner).rows<OutboxRow>`SELECT * FROM outbox_event WHERE topic NOT LIKE '%.dlq' ORDER BY id`
    found.push(...rows.map(recordOf))
  }
  return found
}

/** Tables that change without events: replicas renew leases, and payment reconciles with Stripe on a schedule. */
const selfChanging = ['lease', 'consumer_run', 'reconciliation', 'reconciliation_finding']

/** Every row of every table of every service. */
const everything = async (): Promise<Map<string, string>> => {
  const seen = new Map<string, string>()
  for (const owner of schemaOwners) {
    const db = databaseOf(owner)
    const tables = await db.rows<{ name: string }>`SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`
    for (const { name } of tables.filter((table) => !selfChanging.includes(table.name))) {
      const rows = await db.rows<{ kind?: string }>`SELECT * FROM ${raw(name)}`
      const texts = rows
        .filter(({ kind }) => kind !== 'reconcile')
        .map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
      seen.set(`${owner}.${name}`, texts.toSorted().join('\n'))
    }
  }
  return seen
}

const counter = /^cartwright_event_handling_duration_seconds_count\{(.*)\} (\d+)/gm
const labelIn = (labels: string, name: string): string => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1] ?? ''

/** How often a service handled each event type with each outcome. */
const outcomesOf = async ({ metricsUrl }: RunningService): Promise<Map<string, number>> => {
  const page = await (await fetch(new URL('/metrics', metricsUrl))).text()
  return new Map(
    [...page.matchAll(counter)].map(([, labels = '', count]) => [
      `${labelIn(labels, 'type')} ${labelIn(labels, 'outcome')}`,
      Number(count),
    ]),
  )
}

/** Number of a service's consumer groups that read the topic of an event type. */
const readersOf = (owner: SchemaOwner, type: string): number => {
  const service = allServices.find(({ name }) => name === owner)
  const topic = allEvents.find(({ name }) => name === type)?.topic ?? ''
  if (!service?.consumes.includes(type)) return 0
  return Object.values(service.groups).filter((topics) => topics.includes(topic)).length
}

const codeFor = (address: string): string => {
  const mails = shop.mailbox.messages().filter((mail) => mail.To.some((to) => to.Address === address))
  const code = mails.map(({ Text }) => /\b\d{6}\b/.exec(Text)?.[0]).find((found) => found !== undefined)
  if (code === undefined) throw new Error(`no code was mailed to ${address}`)
  return code
}

/** Registers a customer, who changes the password and the address, cancels an order and closes the account. */
const live = async (): Promise<void> => {
  const [email, newEmail] = ['dora@example.net', 'dora.new@example.net']
  const [password, newPassword] = ['violet-harbor-77-kettle', 'amber-meadow-31-lantern']
  const now = () => shop.clock.now()
  const register = async (client: TestClient) => {
    const asked = await client.post('/v1/auth/register', { email, password, name: 'Dora' }, { key: null })
    await shop.idle()
    return client.post('/v1/auth/verify', { registrationId: asked.body.registrationId, code: codeFor(email) }, { key: null })
  }
  const { client } = await shopper(shop.url, register, now)
  const changed = await client.post('/v1/me/password', { currentPassword: password, newPassword }, { key: null })
  expect(changed.status).toBeLessThan(300)
  const again = await signedIn(shop.url, email, newPassword, now)
  expect((await again.client.patch('/v1/me', { email: newEmail, currentPassword: newPassword })).status).toBeLessThan(300)
  await shop.idle()
  const confirmed = await again.client.post('/v1/me/email/confirm', { code: codeFor(newEmail) }, { key: null })
  expect(confirmed.status).toBeLessThan(300)
  const last = await signedIn(shop.url, newEmail, newPassword, now)
  const { id } = await last.placeOrder('MUG-1', 1)
  await shop.idle()
  await last.cancel(id)
  await shop.idle()
  expect((await last.client.del('/v1/me', { body: { currentPassword: newPassword } })).status).toBeLessThan(300)
  await shop.idle()
}

/** Goods of a delivered order are returned twice: the shop takes the first ones back and rejects the others. */
const sendBack = async (customer: Shopper, orderId: string): Promise<void> => {
  const lineId = (await customer.order(orderId)).lines[0]?.id
  const ask = async (): Promise<string> => {
    const lines = [{ lineId, quantity: 1, reason: 'other' }]
    return (await customer.client.post(`/v1/orders/${orderId}/returns`, { lines })).body.id
  }
  const decide = async (id: string, action: string, body: object): Promise<void> => {
    expect((await shop.admin.client.post(`/v1/admin/returns/${id}/${action}`, body)).status).toBe(200)
  }
  const taken = await ask()
  await decide(taken, 'approve', {})
  await decide(taken, 'receive', { lines: [{ lineId, quantity: 1, restock: true }] })
  await decide(taken, 'refund', {})
  await decide(await ask(), 'reject', { reason: 'worn' })
  await shop.idle()
}

/** The customer of an order withdraws from it, with the code of the mail. */
const withdraw = async (id: string): Promise<void> => {
  const { number, email } = await shop.admin.order(id)
  const { client } = shop.admin
  await client.post('/v1/withdrawals', { number, email }, { key: null })
  await shop.idle()
  const confirmed = await client.post('/v1/withdrawals/confirm', { number, email, code: codeFor(email ?? '') }, { key: null })
  expect(confirmed.status).toBe(200)
  await shop.idle()
}

/** An operator cancels one of an order's two units, and the other one is shipped. */
const cancelUnit = async (orderId: string): Promise<void> => {
  const lineId = (await shop.admin.order(orderId)).lines[0]?.id
  const body = { reason: 'broken', lines: [{ lineId, quantity: 1 }] }
  const cancelled = await shop.admin.client.post(`/v1/admin/orders/${orderId}/cancel`, body)
  expect(cancelled).toMatchObject({ status: 200, body: { status: 'processing', lines: [{ cancelledQuantity: 1 }] } })
  await shop.idle()
  await shop.admin.ship(orderId)
  expect(await shop.admin.order(orderId)).toMatchObject({ status: 'shipped', refundStatus: 'partial' })
}

/** Brings orders to every state: delivered, cancelled before and after payment, refunded, declined, disputed, abandoned. */
const trade = async (): Promise<void> => {
  const { admin } = shop
  const buy = async (card?: string, who?: Shopper): Promise<string> => {
    who ??= await shop.guest()
    const { id } = await who.placeOrder('MUG-1', 2)
    await shop.idle()
    await who.pay(id, card)
    await shop.idle()
    return id
  }
  const customer = await shop.guest()
  const delivered = await buy(undefined, customer)
  await admin.ship(delivered)
  await admin.deliver(delivered)
  await sendBack(customer, delivered)
  const rate = { name: 'USt.', country: 'DE', taxClass: 'standard', rate: 19 }
  expect((await admin.client.put('/v1/admin/tax-rates', { items: [rate], taxExcluded: [] })).status).toBe(200)
  await withdraw(await buy())
  const refunded = await buy()
  await admin.refund(refunded, { amountMinor: 500, currency: 'EUR' })
  await cancelUnit(await buy())
  await admin.cancel(await buy())
  await buy(cards.declines)
  const disputed = await buy('4000000000000259')
  const { disputes } = (await (await fetch(`${shop.sandbox.url}/_sandbox/ledger`)).json()) as { disputes: { id: string }[] }
  for (const { id } of disputes) await shop.sandboxPost(`/_sandbox/disputes/${id}/close`, { outcome: 'won' })
  expect((await admin.order(disputed)).status).toBe('processing')
  // A refund that the bank rejects after Stripe reported its success.
  await admin.refund(await buy('4000000000005126'))
  await shop.advance('1m')
  const { number, email } = await admin.order(delivered)
  await admin.client.post('/v1/orders/lookup', { number, email }, { key: null })
  await admin.client.post('/v1/auth/password/forgot', { email: 'alice@example.com' }, { key: null })
  const leaver = await shop.guest()
  const left = await leaver.placeOrder('MUG-1', 1)
  await shop.idle()
  await leaver.cancel(left.id)
  const forgetful = await shop.guest()
  await forgetful.placeOrder('MUG-1', 1)
  const rivals = [await shop.guest(), await shop.guest()]
  await Promise.all(rivals.map((who) => who.addToCart('LAST-1', 1)))
  await Promise.all(rivals.map((who) => who.checkout()))
  await shop.idle()
  await shop.advance('45m')
}

beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'MUG-1', priceMinor: 1250, stock: 50 })
  await shop.admin.stockUp({ sku: 'LAST-1', priceMinor: 900, stock: 1 })
  await shop.idle()
  await live()
  await trade()
  // Schedules that run every few seconds finish what the last events left due, such as a credit note.
  await shop.advance('1m')
}, 120_000)
afterAll(() => shop?.stop())

test('every consumer recognises the events it has processed, and no row of any table changes', async () => {
  const records = await recorded()
  const counts = new Map<SchemaOwner, Map<string, number>>()
  for (const owner of schemaOwners) counts.set(owner, await outcomesOf(shop.shop.services[owner]))
  const before = await everything()

  await shop.shop.transport.send(records, () => undefined)
  await shop.idle()

  const after = await everything()
  expect([...after.keys()].filter((name) => after.get(name) !== before.get(name))).toEqual([])
  const types = Map.groupBy(records, ({ headers }) => headers.ce_type ?? '')
  for (const owner of schemaOwners) {
    const now = await outcomesOf(shop.shop.services[owner])
    const grown = (key: string) => (now.get(key) ?? 0) - (counts.get(owner)?.get(key) ?? 0)
    for (const [type, group] of types) {
      const wanted = group.length * readersOf(owner, type)
      expect([owner, type, grown(`${type} duplicate`), grown(`${type} handled`)]).toEqual([owner, type, wanted, 0])
    }
  }
})

/** Events that this shop does not publish: Stripe refuses a payment page, or captures a wrong amount. */
const unpublished = new Set(['payment.failed', 'payment.review-required'])

test('the shop published every consumed event type except the two that need an error of Stripe', async () => {
  const there = new Set((await recorded()).map(({ headers }) => headers.ce_type ?? ''))
  const consumed = new Set(allServices.flatMap(({ consumes }) => consumes))
  expect([...consumed].filter((type) => !there.has(type) && !unpublished.has(type))).toEqual([])
})
