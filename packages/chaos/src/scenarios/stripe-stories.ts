// What Stripe may do to us: webhooks in any order or not at all, and money that comes when nobody wants it any more.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Order } from '@cartwright/contracts'
import { cards } from '@cartwright/shop/test-shop'
import { newEventId, type StripeEvent, sendWebhook, stripeEvents } from '../evidence/webhooks.ts'
import { inSeconds, type Person, pause, payOn, payUrl } from '../shoppers/person.ts'
import { aFullCart, inCrowd, numbers, orderCart } from './crowds.ts'
import type { Ground, Scenario } from './scenario.ts'

const statusOf = async (who: Person, orderId: string): Promise<Order | null> => {
  const answer = await who.insist<Order>('GET', `/v1/orders/${orderId}`, { quiet: true })
  return answer.kind === 'answer' && answer.status === 200 ? answer.body : null
}

/** Waits until the order is as wished. @returns what it is in the end */
export const untilOrder = async (
  who: Person,
  orderId: string,
  holds: (order: Order) => boolean,
  seconds = 60,
): Promise<Order | null> => {
  const until = inSeconds(seconds)
  for (;;) {
    const order = await statusOf(who, orderId)
    if ((order !== null && holds(order)) || performance.now() > until) return order
    await pause(250)
  }
}

/** An order with its page open. */
export const anOpenOrder = async (
  ground: Ground,
  actor: string,
  sku: string,
  quantity = 1,
): Promise<{ who: Person; orderId: string; url: string }> => {
  const who = await aFullCart(ground, actor, [{ sku, quantity }])
  const orderId = await orderCart(who)
  const url = orderId === null ? null : await payUrl(who, orderId, 90)
  if (orderId === null || url === null) throw new Error(`${actor} got no payment page`)
  return { who, orderId, url }
}

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))

const send = async (ground: Ground, event: StripeEvent): Promise<void> => {
  const status = await sendWebhook(ground.world, event)
  ground.expect(status === 200, `a webhook was answered ${status}`)
}

const wanted = ['checkout.session.completed', 'payment_intent.succeeded', 'charge.refunded', 'checkout.session.expired']

const eventsOf = async (ground: Ground, orderId: string): Promise<StripeEvent[]> => {
  const events = await stripeEvents(ground.world)
  const completed = events.find(
    (event) => event.type === 'checkout.session.completed' && event.data.object.metadata?.orderId === orderId,
  )
  const intent = completed?.data.object.payment_intent
  const own = events.filter((event) => event.data.object.payment_intent === intent || event.data.object.id === intent)
  // Stripe never sends both; a shop must not mind.
  const expired = completed ? [{ ...completed, id: newEventId(), type: 'checkout.session.expired' }] : []
  return wanted.flatMap((type) => [...own, ...expired].filter((event) => event.type === type).slice(0, 1))
}

export const webhookPermutations = (): Scenario => ({
  name: 'webhook-permutations',
  about: 'Completed, succeeded, refunded and expired in all 24 orders, each event twice: one final row.',
  floors: { paid: 24, refunded: 24 },
  world: { env: { PAYMENT_RECONCILE_SEC: '3600' } },
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: 100 })
    const orders: string[] = []
    await ground.world.control('/_sandbox/webhooks', { mode: 'drop' })
    await inCrowd(numbers(24), 6, async (number) => {
      const { who, orderId, url } = await anOpenOrder(ground, `payer-${number}`, sku)
      await payOn(who, orderId, url, cards.pays, ground.journal)
      orders.push(orderId)
    })
    const { charges, sessions } = (await (await fetch(`${ground.world.sandboxUrl}/_sandbox/ledger`)).json()) as {
      charges: { payment_intent: string; amount: number }[]
      sessions: { payment_intent: string | null; metadata: Record<string, string> }[]
    }
    for (const session of sessions.filter(({ metadata }) => orders.includes(metadata.orderId ?? ''))) {
      const charge = charges.find((each) => each.payment_intent === session.payment_intent)
      if (charge)
        await ground.world.control('/_sandbox/dashboard-refund', {
          paymentIntent: charge.payment_intent,
          amount: Math.floor(charge.amount / 3),
        })
    }
    const found = await Promise.all(orders.map((orderId) => eventsOf(ground, orderId)))
    ground.expect(
      found.every((events) => events.length === wanted.length),
      'not every order has all four events',
    )
    await inCrowd(permutations([0, 1, 2, 3]), 8, async (order, index) => {
      for (const place of order) {
        const event = found[index]?.[place]
        if (event) await Promise.all([send(ground, event), send(ground, event)])
      }
    })
    await delay(2000)
    const rows = await ground.world.query<{ state: string; captured: number; refunded: number; status: string }>(
      `SELECT p.state, p.captured_minor AS captured, CAST(COALESCE(SUM(r.amount_minor), 0) AS SIGNED) AS refunded, MAX(o.status) AS status FROM ${ground.world.table('payment', 'payment')} p
       JOIN ${ground.world.table('order', 'customer_order')} o ON o.id = p.order_id LEFT JOIN ${ground.world.table('payment', 'payment_refund')} r ON r.order_id = p.order_id AND r.state = 'succeeded'
       WHERE p.created_at >= ? GROUP BY p.order_id, p.state, p.captured_minor`,
      [ground.scope.since],
    )
    const ends = new Set(rows.map(({ state, captured, refunded }) => `${state}, captured ${captured}, refunded ${refunded}`))
    ground.expect(
      rows.length === 24 && ends.size === 1,
      `${rows.length} payments ended in ${ends.size} ways: ${[...ends].join('; ')}`,
    )
  },
})

export const webhooksDropped = (shoppers: number): Scenario => ({
  name: 'webhooks-dropped',
  about: `Not one webhook arrives: ${shoppers} payments and every abandoned page are found by comparison.`,
  restSec: 120,
  floors: { paid: Math.floor(shoppers * 0.7), givenBack: Math.floor(shoppers / 4) },
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: shoppers * 2 })
    await ground.world.control('/_sandbox/webhooks', { mode: 'drop' })
    ground.journal.fault('every webhook is dropped')
    await inCrowd(numbers(shoppers), 6, async (number) => {
      const { who, orderId, url } = await anOpenOrder(ground, `payer-${number}`, sku)
      if (number % 4 === 0) return
      await payOn(who, orderId, url, cards.pays, ground.journal)
      const order = await untilOrder(who, orderId, ({ status }) => status === 'processing', 60)
      ground.expect(order?.status === 'processing', `${orderId} was paid and is ${order?.status}`)
    })
  },
})

/** Stripe cannot be reached when the page should be closed; the shopper pays a second later. */
const payLate = async (
  ground: Ground,
  actor: string,
  sku: string,
  giveUp: (who: Person, orderId: string) => Promise<unknown>,
): Promise<{ who: Person; orderId: string }> => {
  const { who, orderId, url } = await anOpenOrder(ground, actor, sku, 2)
  ground.world.stripeProxy.refuse()
  ground.journal.fault('Stripe is away')
  await giveUp(who, orderId)
  await delay(1000)
  ground.expect(await payOn(who, orderId, url, cards.pays, ground.journal), 'the late payment did not go through')
  ground.world.stripeProxy.resume()
  ground.journal.fault('Stripe is back')
  return { who, orderId }
}

const expectGivenBack = async (ground: Ground, { who, orderId }: { who: Person; orderId: string }): Promise<void> => {
  const order = await untilOrder(who, orderId, ({ status, refundStatus }) => status === 'cancelled' && refundStatus === 'full')
  ground.expect(
    order?.status === 'cancelled' && order.refundStatus === 'full',
    `${orderId} is ${order?.status}, refund ${order?.refundStatus}`,
  )
  ground.expect(order?.refunds.length === 1, `${orderId} has ${order?.refunds.length} refunds`)
}

const mailsAbout = (ground: Ground, who: Person, word: RegExp): number =>
  ground.mails.to(who.email).filter((mail) => word.test(mail.subject)).length

export const paidLate = (): Scenario => ({
  name: 'paid-late',
  about:
    'Paid one second after the shopper cancelled, after an operator gave up, and after the deadline: one refund and one mail, or the order goes on; stock is back once.',
  floors: { paid: 3, refunded: 2, cancelledAfterPaying: 2 },
  world: { env: { ORDER_EXPIRY_GRACE_SEC: '-1850' } },
  play: async (ground) => {
    const [sku = '', other = '', third = ''] = await ground.goods({ stock: 5 }, { stock: 5 }, { stock: 5 })
    const cancelled = await payLate(ground, 'cancels', sku, (who, orderId) =>
      who.insist('POST', `/v1/orders/${orderId}/cancel`, { key: randomUUID(), body: {}, action: 'cancel', orderId }),
    )
    await expectGivenBack(ground, cancelled)
    const abandoned = await payLate(ground, 'abandoned', other, (_, orderId) =>
      ground.admin.insist('POST', `/v1/admin/sagas/${orderId}/compensate`, {
        body: { reason: 'gave up' },
        action: 'compensate',
        orderId,
      }),
    )
    await expectGivenBack(ground, abandoned)
    const late = await payLate(ground, 'is late', third, async (_, orderId) => {
      const until = inSeconds(30)
      for (;;) {
        const [row] = await ground.world.query<{ state: string }>(
          `SELECT state FROM ${ground.world.table('order', 'saga_instance')} WHERE id = ?`,
          [orderId],
        )
        if (row?.state === 'expiring' || performance.now() > until)
          return ground.expect(row?.state === 'expiring', `the deadline did not pass: ${row?.state}`)
        await pause(200)
      }
    })
    const order = await untilOrder(late.who, late.orderId, ({ status }) => status === 'processing')
    ground.expect(order?.status === 'processing', `money at the deadline goes forward; the order is ${order?.status}`)
    await delay(2000)
    for (const { who } of [cancelled, abandoned])
      ground.expect(
        mailsAbout(ground, who, /refund|sent .*back|money/i) === 1,
        `${who.actor} got ${mailsAbout(ground, who, /refund|sent .*back|money/i)} mails about the refund: ${ground.mails
          .to(who.email)
          .map((mail) => mail.subject)
          .join(' | ')}`,
      )
  },
})

export const cancelVersusShip = (rounds: number): Scenario => ({
  name: 'cancel-vs-ship',
  about: `A shopper cancels and an operator ships at the same instant, ${rounds} times: one of them wins each time.`,
  restSec: 150,
  floors: { paid: rounds, mails: rounds },
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: rounds * 2 })
    await inCrowd(numbers(rounds), 8, async (number) => {
      const { who, orderId, url } = await anOpenOrder(ground, `shopper-${number}`, sku)
      await payOn(who, orderId, url, cards.pays, ground.journal)
      const order = await untilOrder(who, orderId, ({ status }) => status === 'processing')
      if (order?.status !== 'processing') return ground.expect(false, `${orderId} is ${order?.status}`)
      const [shipped, cancelled] = await Promise.all([
        ground.admin.insist('POST', `/v1/admin/orders/${orderId}/ship`, {
          key: randomUUID(),
          body: { carrier: 'DHL', trackingNumber: 'T-1' },
          action: 'ship',
          orderId,
        }),
        who.insist('POST', `/v1/orders/${orderId}/cancel`, { key: randomUUID(), body: {}, action: 'cancel', orderId }),
      ])
      const statuses = [shipped, cancelled].map((answer) => (answer.kind === 'answer' ? answer.status : null)).join(' and ')
      ground.expect(
        statuses === '200 and 409' || statuses === '409 and 200',
        `ship and cancel were answered ${statuses} for ${orderId}`,
      )
    })
  },
})
