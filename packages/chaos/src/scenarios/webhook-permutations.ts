// Webhook permutations: the four webhooks of a refunded purchase arrive in every possible order, each of them twice.
import { setTimeout as delay } from 'node:timers/promises'
import { cards } from '@cartwright/shop/test-shop'
import { readLedger } from '../collected-state/stripe-ledger.ts'
import { newEventId, type StripeEvent, sendWebhook, stripeEvents } from '../collected-state/webhooks.ts'
import { payOnPage } from '../shoppers/simulated-user.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { forEachConcurrently, numbers, placeOrderWithPage } from './steps.ts'

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))

const types = ['checkout.session.completed', 'payment_intent.succeeded', 'charge.refunded', 'checkout.session.expired']

const send = async (fixture: Fixture, event: StripeEvent): Promise<void> => {
  const status = await sendWebhook(fixture.shop, event)
  fixture.expect(status === 200, `a webhook was answered ${status}`)
}

const placePaidOrders = async (fixture: Fixture, count: number): Promise<string[]> => {
  const [sku = ''] = await fixture.createProducts({ stock: count * 4 })
  const orders: string[] = []
  await forEachConcurrently(numbers(count), 6, async (number) => {
    const { user, orderId, url } = await placeOrderWithPage(fixture, `payer-${number}`, sku)
    await payOnPage(user, orderId, url, cards.pays, fixture.journal)
    orders.push(orderId)
  })
  return orders
}

const refundOneThird = async ({ shop }: Fixture, orders: readonly string[]): Promise<void> => {
  const { charges, sessions } = await readLedger(shop)
  for (const session of sessions.filter(({ metadata }) => orders.includes(metadata.orderId ?? ''))) {
    const charge = charges.find((each) => each.payment_intent === session.payment_intent)
    if (charge === undefined) continue
    const amount = Math.floor(charge.amount_captured / 3)
    await shop.control('/_sandbox/dashboard-refund', { paymentIntent: charge.payment_intent, amount })
  }
}

const eventsOf = async (fixture: Fixture, orderId: string): Promise<StripeEvent[]> => {
  const events = await stripeEvents(fixture.shop)
  const completed = events.find(
    (event) => event.type === 'checkout.session.completed' && event.data.object.metadata?.orderId === orderId,
  )
  const intent = completed?.data.object.payment_intent
  const own = events.filter((event) => event.data.object.payment_intent === intent || event.data.object.id === intent)
  // Stripe never sends `expired` after `completed`; the shop must ignore it.
  const expired = completed ? [{ ...completed, id: newEventId(), type: 'checkout.session.expired' }] : []
  return types.flatMap((type) => [...own, ...expired].filter((event) => event.type === type).slice(0, 1))
}

const expectOneEnd = async ({ shop: { query, table }, scope, expect }: Fixture, count: number): Promise<void> => {
  const rows = await query<{ state: string; captured: number; refunded: number }>(
    `SELECT p.state, p.captured_minor AS captured, CAST(COALESCE(SUM(r.amount_minor), 0) AS SIGNED) AS refunded
     FROM ${table('payment', 'payment')} p
     JOIN ${table('order', 'customer_order')} o ON o.id = p.order_id
     LEFT JOIN ${table('payment', 'payment_refund')} r ON r.order_id = p.order_id AND r.state = 'succeeded'
     WHERE p.created_at >= ?
     GROUP BY p.order_id, p.state, p.captured_minor`,
    [scope.since],
  )
  const ends = new Set(rows.map(({ state, captured, refunded }) => `${state}, captured ${captured}, refunded ${refunded}`))
  expect(rows.length === count && ends.size === 1, `${rows.length} payments ended in ${ends.size} ways: ${[...ends].join('; ')}`)
}

export const webhookPermutations = (): Scenario => ({
  name: 'webhook-permutations',
  about: 'Completed, succeeded, refunded and expired in all 24 orders, each event twice: every payment ends in the same row.',
  floors: { paid: 24, refunded: 24 },
  shop: { env: { PAYMENT_RECONCILE_SEC: '3600' } },
  play: async (fixture) => {
    const sequences = permutations([0, 1, 2, 3])
    await fixture.shop.control('/_sandbox/webhooks', { mode: 'drop' })
    const orders = await placePaidOrders(fixture, sequences.length)
    await refundOneThird(fixture, orders)
    const events = await Promise.all(orders.map((orderId) => eventsOf(fixture, orderId)))
    fixture.expect(
      events.every((ofOrder) => ofOrder.length === types.length),
      'not every order has all four events',
    )
    await forEachConcurrently(sequences, 8, async (sequence, order) => {
      for (const position of sequence) {
        const event = events[order]?.[position]
        if (event) await Promise.all([send(fixture, event), send(fixture, event)])
      }
    })
    await delay(2000)
    await expectOneEnd(fixture, sequences.length)
  },
})
