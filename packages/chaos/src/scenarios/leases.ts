// A process that stands still for longer than its lease, between reading and doing, while its twin takes over; then it goes on as if nothing
// had been. One effect comes of it, and the newest state stays.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceName } from '@cartwright/service-kit'
import { cards } from '@cartwright/shop/test-shop'
import { readLedger } from '../evidence/collect.ts'
import { intentsOf } from '../evidence/ledger.ts'
import { documentsIn } from '../evidence/projected.ts'
import { inSeconds, type Person, pause, payOn } from '../shoppers/person.ts'
import type { Replica } from '../world/fleet.ts'
import type { Ground, Scenario } from './scenario.ts'
import { anOpenOrder, untilOrder } from './stripe-stories.ts'

/** A lease lasts 15 s, and its row is looked for each second. */
const takeoverSec = 60
/** How often something is tried until it falls to the one that will stand still: each time it is one of two. */
const mostTries = 12

/** One that stands still answers nobody. */
const standsStill = async (replica: Replica): Promise<boolean> => !(await replica.ready()) && !(await replica.ready())

const becomes = async (isTrue: () => Promise<boolean>, seconds: number): Promise<boolean> => {
  for (const until = inSeconds(seconds); performance.now() < until; await pause(300)) if (await isTrue()) return true
  return false
}

interface Stillness<T> {
  service: ServiceName
  /** Where it stands still. */
  at: string
  /** Brings the service there, if the work falls to it. Resolves when the work is done or hangs. */
  act(ground: Ground, number: number): Promise<T>
  /** Something changes while it stands still. @returns what is to come of it */
  meanwhile?(ground: Ground, subject: T): Promise<T>
  /** The twin has done the work. */
  isDone(ground: Ground, subject: T): Promise<boolean>
  /** After the other one goes on: what there is, and must be. */
  judge(ground: Ground, subject: T): Promise<void>
}

const standStill = async <T>(ground: Ground, stillness: Stillness<T>): Promise<void> => {
  const { service, at, act, isDone, judge } = stillness
  const [first, twin] = ground.world.fleet.of(service)
  if (first === undefined || twin === undefined) throw new Error(`${service} runs only once`)
  await first.restart({ CRASH_POINT: `freeze@${at}` })
  // Whoever had the lease gives it up when it ends well, so the first one takes it.
  if (at === 'before-send') await twin.restart()
  let subject: T | null = null
  for (let number = 1; number <= mostTries && subject === null; number++) {
    const tried = await act(ground, number)
    if (await becomes(async () => (await standsStill(first)) || (await isDone(ground, tried)), 20))
      if (await standsStill(first)) subject = tried
  }
  if (subject === null) {
    ground.expect(false, `${service} never came to ${at}`)
    return first.restart({ CRASH_POINT: null })
  }
  ground.journal.fault(`${first.label} stands still at ${at}`)
  const done = stillness.meanwhile ? await stillness.meanwhile(ground, subject) : subject
  const taken = await becomes(() => isDone(ground, done), takeoverSec)
  ground.expect(taken, `${service}: the twin did not take over what ${first.label} had begun`)
  first.thaw()
  ground.journal.fault(`${first.label} goes on`)
  await delay(4000)
  await judge(ground, done)
  ground.say(`${service} stood still at ${at}: ${taken ? 'its twin did it' : 'NOBODY DID IT'}`)
  await first.restart({ CRASH_POINT: null })
}

interface Bought {
  who: Person
  orderId: string
}

const buy = async (ground: Ground, actor: string): Promise<Bought> => {
  const [sku = ''] = await ground.goods({ stock: 3 })
  const { who, orderId, url } = await anOpenOrder(ground, actor, sku)
  await payOn(who, orderId, url, cards.pays, ground.journal)
  return { who, orderId }
}

const refundsAtStripe = async (ground: Ground, orderId: string): Promise<number> => {
  const ledger = await readLedger(ground.world)
  const intents = intentsOf(ledger, orderId)
  return ledger.refunds.filter((refund) => intents.has(refund.payment_intent)).length
}

const refundOnce: Stillness<Bought> = {
  service: 'payment',
  at: 'before-effect:refund',
  act: async (ground, number) => {
    const bought = await buy(ground, `refunded-${number}`)
    const { who, orderId } = bought
    await untilOrder(who, orderId, ({ status }) => status === 'processing', 90)
    await who.insist('POST', `/v1/orders/${orderId}/cancel`, { key: randomUUID(), body: {}, action: 'cancel', orderId })
    return bought
  },
  isDone: async (_, { who, orderId }) =>
    (await untilOrder(who, orderId, ({ refundStatus }) => refundStatus === 'full', 1))?.refundStatus === 'full',
  judge: async (ground, { orderId }) => {
    const made = await refundsAtStripe(ground, orderId)
    ground.expect(made === 1, `${made} refunds were made at Stripe for ${orderId}`)
  },
}

const confirmationsOf = (ground: Ground, { who }: Bought) =>
  ground.mails.to(who.email).filter(({ subject }) => /confirmed/i.test(subject))

const mailOnce: Stillness<Bought> = {
  service: 'notification',
  at: 'before-effect:deliver-mail',
  act: (ground, number) => buy(ground, `mailed-${number}`),
  isDone: async (ground, bought) => confirmationsOf(ground, bought).length > 0,
  judge: async (ground, bought) => {
    const copies = confirmationsOf(ground, bought).reduce((sum, mail) => sum + mail.copies, 0)
    ground.expect(copies === 1, `the confirmation of ${bought.orderId} arrived ${copies} times`)
  },
}

interface Priced {
  productId: string
  variantId: string
  lastMinor: number
}

const price = (ground: Ground, variantId: string, amountMinor: number) =>
  ground.admin.insist('PATCH', `/v1/admin/variants/${variantId}`, {
    body: { prices: [{ amountMinor, currency: 'EUR' }] },
    action: `price ${amountMinor}`,
  })

const priceInIndex = async (ground: Ground, productId: string): Promise<number | undefined> =>
  (await documentsIn(ground.world)).find(({ id }) => id === productId)?.prices.EUR

/** The one that stands still has read an older price than the last one, which is set meanwhile and must stay. */
const newestDocument: Stillness<Priced> = {
  service: 'catalog',
  at: 'before-effect:index-products',
  act: async (ground, number) => {
    const [sku = ''] = await ground.goods({ stock: 1 })
    const rows = await ground.world.query<{ id: string; product_id: string }>(
      `SELECT id, product_id FROM ${ground.world.table('catalog', 'variant')} WHERE sku = ?`,
      [sku],
    )
    const { id: variantId = '', product_id: productId = '' } = rows[0] ?? {}
    const lastMinor = 7000 + number
    await price(ground, variantId, lastMinor)
    return { productId, variantId, lastMinor }
  },
  meanwhile: async (ground, { productId, variantId }) => {
    await price(ground, variantId, 9900)
    return { productId, variantId, lastMinor: 9900 }
  },
  isDone: async (ground, { productId, lastMinor }) => (await priceInIndex(ground, productId)) === lastMinor,
  judge: async (ground, { productId, lastMinor }) => {
    const shown = await priceInIndex(ground, productId)
    ground.expect(shown === lastMinor, `the index shows ${shown} for ${productId}, the last price is ${lastMinor}`)
  },
}

/** What is published a second time by the one that goes on is known to every reader. */
const publishedOnce: Stillness<Bought> = {
  service: 'order',
  at: 'before-send',
  act: (ground, number) => buy(ground, `relayed-${number}`),
  isDone: async (ground, bought) => confirmationsOf(ground, bought).length > 0,
  judge: async (ground, bought) => {
    const mails = confirmationsOf(ground, bought).length
    ground.expect(mails === 1, `${mails} confirmations of ${bought.orderId} arrived`)
  },
}

export const frozenPastLease = (): Scenario => ({
  name: 'frozen-past-lease',
  about:
    'Of two processes one stands still past its lease between reading and doing, and goes on when its twin has done it: one refund, one mail, the newest document, one effect of what is published twice.',
  world: { replicas: { payment: 2, notification: 2, catalog: 2, order: 2 } },
  restSec: 150,
  floors: { paid: 3, refunded: 1, mails: 3 },
  play: async (ground) => {
    await standStill(ground, refundOnce)
    await standStill(ground, mailOnce)
    await standStill(ground, newestDocument)
    await standStill(ground, publishedOnce)
  },
})
