// Frozen leases: of two replicas one freezes past its lease between reading and doing, the other one takes over, and then the first resumes.
// Exactly one effect may follow, and the newest state must stay.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceName } from '@cartwright/contracts'
import { cards } from '@cartwright/shop/test-shop'
import { documentsIn } from '../collected-state/projected.ts'
import { intentsOf, readLedger } from '../collected-state/stripe-ledger.ts'
import type { Replica } from '../shop-under-test/fleet.ts'
import { payOnPage, type SimulatedUser } from '../shoppers/simulated-user.ts'
import { waitUntil } from '../wait.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { placeOrderWithPage, waitForOrder } from './steps.ts'

/** A lease lasts 15 s, and expired leases are looked for each second. */
const takeoverSec = 60
/** Attempts until the replica that will freeze gets the work: each time it is one of two. */
const maxTries = 12

/** A frozen replica does not answer. */
const isFrozen = async (replica: Replica): Promise<boolean> => !(await replica.ready()) && !(await replica.ready())

interface FrozenLeaseCase<T> {
  service: ServiceName
  /** The crash point at which the replica freezes. */
  at: string
  /** Starts work that leads to the crash point. Resolves when the work is done or hangs. */
  start(fixture: Fixture, number: number): Promise<T>
  /** Changes something while the replica is frozen. @returns the subject to expect afterwards */
  meanwhile?(fixture: Fixture, subject: T): Promise<T>
  /** Whether the other replica has done the work. */
  isDone(fixture: Fixture, subject: T): Promise<boolean>
  /** Checks the effects after the frozen replica has resumed. */
  judge(fixture: Fixture, subject: T): Promise<void>
}

const playFrozenLease = async <T>(fixture: Fixture, frozenCase: FrozenLeaseCase<T>): Promise<void> => {
  const { service, at, start, isDone, judge } = frozenCase
  const [first, other] = fixture.shop.fleet.of(service)
  if (first === undefined || other === undefined) throw new Error(`${service} has only one replica`)
  await first.restart({ CRASH_POINT: `freeze@${at}` })
  // A replica that stops cleanly releases its lease, so the first one gets it.
  if (at === 'before-send') await other.restart()
  let subject: T | null = null
  for (let number = 1; number <= maxTries && subject === null; number++) {
    const tried = await start(fixture, number)
    if (await waitUntil(async () => (await isFrozen(first)) || (await isDone(fixture, tried)), 20))
      if (await isFrozen(first)) subject = tried
  }
  if (subject === null) {
    fixture.expect(false, `${service} never reached ${at}`)
    return first.restart({ CRASH_POINT: null })
  }
  fixture.journal.fault(`${first.label} freezes at ${at}`)
  const done = frozenCase.meanwhile ? await frozenCase.meanwhile(fixture, subject) : subject
  const taken = await waitUntil(() => isDone(fixture, done), takeoverSec)
  fixture.expect(taken, `${service}: the other replica did not take over from ${first.label}`)
  first.resume()
  fixture.journal.fault(`${first.label} resumes`)
  await delay(4000)
  await judge(fixture, done)
  fixture.print(`${service} froze at ${at}: ${taken ? 'the other replica took over' : 'NO REPLICA TOOK OVER'}`)
  await first.restart({ CRASH_POINT: null })
}

interface Bought {
  user: SimulatedUser
  orderId: string
}

const buy = async (fixture: Fixture, actor: string): Promise<Bought> => {
  const [sku = ''] = await fixture.createProducts({ stock: 3 })
  const { user, orderId, url } = await placeOrderWithPage(fixture, actor, sku)
  await payOnPage(user, orderId, url, cards.pays, fixture.journal)
  return { user, orderId }
}

const refundsAtStripe = async (fixture: Fixture, orderId: string): Promise<number> => {
  const ledger = await readLedger(fixture.shop)
  const intents = intentsOf(ledger, orderId)
  return ledger.refunds.filter((refund) => intents.has(refund.payment_intent)).length
}

const refundOnce: FrozenLeaseCase<Bought> = {
  service: 'payment',
  at: 'before-effect:refund',
  start: async (fixture, number) => {
    const bought = await buy(fixture, `refunded-${number}`)
    const { user, orderId } = bought
    await waitForOrder(user, orderId, ({ status }) => status === 'processing', 90)
    await user.callWithRetry('POST', `/v1/orders/${orderId}/cancel`, { key: randomUUID(), body: {}, action: 'cancel', orderId })
    return bought
  },
  isDone: async (_, { user, orderId }) =>
    (await waitForOrder(user, orderId, ({ refundStatus }) => refundStatus === 'full', 1))?.refundStatus === 'full',
  judge: async (fixture, { orderId }) => {
    const made = await refundsAtStripe(fixture, orderId)
    fixture.expect(made === 1, `${made} refunds were made at Stripe for ${orderId}`)
  },
}

const confirmationsOf = (fixture: Fixture, { user }: Bought) =>
  fixture.mails.to(user.email).filter(({ subject }) => /confirmed/i.test(subject))

const mailOnce: FrozenLeaseCase<Bought> = {
  service: 'notification',
  at: 'before-effect:deliver-mail',
  start: (fixture, number) => buy(fixture, `mailed-${number}`),
  isDone: async (fixture, bought) => confirmationsOf(fixture, bought).length > 0,
  judge: async (fixture, bought) => {
    const copies = confirmationsOf(fixture, bought).reduce((sum, mail) => sum + mail.copies, 0)
    fixture.expect(copies === 1, `the confirmation of ${bought.orderId} arrived ${copies} times`)
  },
}

interface Priced {
  productId: string
  variantId: string
  lastMinor: number
}

const price = (fixture: Fixture, variantId: string, amountMinor: number) =>
  fixture.admin.callWithRetry('PATCH', `/v1/admin/variants/${variantId}`, {
    body: { prices: [{ amountMinor, currency: 'EUR' }] },
    action: `price ${amountMinor}`,
  })

const priceInIndex = async (fixture: Fixture, productId: string): Promise<number | undefined> =>
  (await documentsIn(fixture.shop)).find(({ id }) => id === productId)?.prices.EUR

/** The frozen replica has read an older price; the newer price is set meanwhile and must stay. */
const newestDocument: FrozenLeaseCase<Priced> = {
  service: 'catalog',
  at: 'before-effect:index-products',
  start: async (fixture, number) => {
    const [sku = ''] = await fixture.createProducts({ stock: 1 })
    const rows = await fixture.shop.query<{ id: string; product_id: string }>(
      `SELECT id, product_id FROM ${fixture.shop.table('catalog', 'variant')} WHERE sku = ?`,
      [sku],
    )
    const { id: variantId = '', product_id: productId = '' } = rows[0] ?? {}
    const lastMinor = 7000 + number
    await price(fixture, variantId, lastMinor)
    return { productId, variantId, lastMinor }
  },
  meanwhile: async (fixture, { productId, variantId }) => {
    await price(fixture, variantId, 9900)
    return { productId, variantId, lastMinor: 9900 }
  },
  isDone: async (fixture, { productId, lastMinor }) => (await priceInIndex(fixture, productId)) === lastMinor,
  judge: async (fixture, { productId, lastMinor }) => {
    const shown = await priceInIndex(fixture, productId)
    fixture.expect(shown === lastMinor, `the index shows ${shown} for ${productId}, the last price is ${lastMinor}`)
  },
}

/** Events that the resumed relay publishes a second time are duplicates for every consumer. */
const publishedOnce: FrozenLeaseCase<Bought> = {
  service: 'order',
  at: 'before-send',
  start: (fixture, number) => buy(fixture, `relayed-${number}`),
  isDone: async (fixture, bought) => confirmationsOf(fixture, bought).length > 0,
  judge: async (fixture, bought) => {
    const mails = confirmationsOf(fixture, bought).length
    fixture.expect(mails === 1, `${mails} confirmations of ${bought.orderId} arrived`)
  },
}

export const frozenPastLease = (): Scenario => ({
  name: 'frozen-past-lease',
  about:
    'Of two replicas one freezes past its lease between reading and doing, and resumes when the other has taken over: one refund, one mail, the newest document, one effect of events that are published twice.',
  shop: { replicas: { payment: 2, notification: 2, catalog: 2, order: 2 } },
  restSec: 150,
  floors: { paid: 3, refunded: 1, mails: 3 },
  play: async (fixture) => {
    await playFrozenLease(fixture, refundOnce)
    await playFrozenLease(fixture, mailOnce)
    await playFrozenLease(fixture, newestDocument)
    await playFrozenLease(fixture, publishedOnce)
  },
})
