// Scenarios about Stripe: webhooks that never arrive, payments that arrive too late, and cancelling at the moment of shipping.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { cards } from '@cartwright/shop/test-shop'
import { payOnPage, type SimulatedUser } from '../shoppers/simulated-user.ts'
import { deadlineIn, pause } from '../wait.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { forEachConcurrently, numbers, placeOrderWithPage, waitForOrder } from './steps.ts'

export const webhooksDropped = (shoppers: number): Scenario => ({
  name: 'webhooks-dropped',
  about: `Every webhook is dropped: the reconciler finds ${shoppers} payments and every abandoned page.`,
  restSec: 120,
  floors: { paid: Math.floor(shoppers * 0.7), givenBack: Math.floor(shoppers / 4) },
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: shoppers * 2 })
    await fixture.shop.control('/_sandbox/webhooks', { mode: 'drop' })
    fixture.journal.fault('every webhook is dropped')
    await forEachConcurrently(numbers(shoppers), 6, async (number) => {
      const { user, orderId, url } = await placeOrderWithPage(fixture, `payer-${number}`, sku)
      if (number % 4 === 0) return
      await payOnPage(user, orderId, url, cards.pays, fixture.journal)
      const order = await waitForOrder(user, orderId, ({ status }) => status === 'processing', 60)
      fixture.expect(order?.status === 'processing', `${orderId} was paid and is ${order?.status}`)
    })
  },
})

/** Stripe is unreachable when the page should be closed, and the shopper pays a second later. */
const payLate = async (
  fixture: Fixture,
  actor: string,
  sku: string,
  endOrder: (user: SimulatedUser, orderId: string) => Promise<unknown>,
): Promise<{ user: SimulatedUser; orderId: string }> => {
  const { user, orderId, url } = await placeOrderWithPage(fixture, actor, sku, 2)
  fixture.shop.stripeProxy.refuse()
  fixture.journal.fault('Stripe is away')
  await endOrder(user, orderId)
  await delay(1000)
  fixture.expect(await payOnPage(user, orderId, url, cards.pays, fixture.journal), 'the late payment did not go through')
  fixture.shop.stripeProxy.resume()
  fixture.journal.fault('Stripe is back')
  return { user, orderId }
}

const expectRefunded = async (fixture: Fixture, { user, orderId }: { user: SimulatedUser; orderId: string }): Promise<void> => {
  const order = await waitForOrder(user, orderId, ({ status, refundStatus }) => status === 'cancelled' && refundStatus === 'full')
  fixture.expect(
    order?.status === 'cancelled' && order.refundStatus === 'full',
    `${orderId} is ${order?.status}, refund ${order?.refundStatus}`,
  )
  fixture.expect(order?.refunds.length === 1, `${orderId} has ${order?.refunds.length} refunds`)
}

const mailsAbout = (fixture: Fixture, user: SimulatedUser, word: RegExp): number =>
  fixture.mails.to(user.email).filter((mail) => word.test(mail.subject)).length

export const paidLate = (): Scenario => ({
  name: 'paid-late',
  about:
    'Paid one second after the shopper cancelled, after an operator compensated, and after the deadline: one refund and one mail, or the order continues; stock is returned once.',
  floors: { paid: 3, refunded: 2, cancelledAfterPaying: 2 },
  shop: { env: { ORDER_EXPIRY_GRACE_SEC: '-1850' } },
  play: async (fixture) => {
    const [sku = '', other = '', third = ''] = await fixture.createProducts({ stock: 5 }, { stock: 5 }, { stock: 5 })
    const cancelled = await payLate(fixture, 'cancels', sku, (user, orderId) =>
      user.callWithRetry('POST', `/v1/orders/${orderId}/cancel`, { key: randomUUID(), body: {}, action: 'cancel', orderId }),
    )
    await expectRefunded(fixture, cancelled)
    const abandoned = await payLate(fixture, 'abandoned', other, (_, orderId) =>
      fixture.admin.callWithRetry('POST', `/v1/admin/sagas/${orderId}/compensate`, {
        body: { reason: 'no payment in time' },
        action: 'compensate',
        orderId,
      }),
    )
    await expectRefunded(fixture, abandoned)
    const late = await payLate(fixture, 'late', third, async (_, orderId) => {
      const until = deadlineIn(30)
      for (;;) {
        const [row] = await fixture.shop.query<{ state: string }>(
          `SELECT state FROM ${fixture.shop.table('order', 'saga_instance')} WHERE id = ?`,
          [orderId],
        )
        if (row?.state === 'expiring' || performance.now() > until)
          return fixture.expect(row?.state === 'expiring', `the saga did not reach its deadline: it is ${row?.state}`)
        await pause(200)
      }
    })
    const order = await waitForOrder(late.user, late.orderId, ({ status }) => status === 'processing')
    fixture.expect(order?.status === 'processing', `an order that is paid at the deadline must continue; it is ${order?.status}`)
    await delay(2000)
    for (const { user } of [cancelled, abandoned])
      fixture.expect(
        mailsAbout(fixture, user, /refund|sent .*back|money/i) === 1,
        `${user.actor} got ${mailsAbout(fixture, user, /refund|sent .*back|money/i)} mails about the refund: ${fixture.mails
          .to(user.email)
          .map((mail) => mail.subject)
          .join(' | ')}`,
      )
  },
})

export const cancelVersusShip = (rounds: number): Scenario => ({
  name: 'cancel-vs-ship',
  about: `A shopper cancels and an operator ships at the same instant, ${rounds} times: exactly one of them wins each time.`,
  restSec: 150,
  floors: { paid: rounds, mails: rounds },
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: rounds * 2 })
    await forEachConcurrently(numbers(rounds), 8, async (number) => {
      const { user, orderId, url } = await placeOrderWithPage(fixture, `shopper-${number}`, sku)
      await payOnPage(user, orderId, url, cards.pays, fixture.journal)
      const order = await waitForOrder(user, orderId, ({ status }) => status === 'processing')
      if (order?.status !== 'processing') return fixture.expect(false, `${orderId} is ${order?.status}`)
      const [shipped, cancelled] = await Promise.all([
        fixture.admin.callWithRetry('POST', `/v1/admin/orders/${orderId}/ship`, {
          key: randomUUID(),
          body: { carrier: 'DHL', trackingNumber: 'T-1' },
          action: 'ship',
          orderId,
        }),
        user.callWithRetry('POST', `/v1/orders/${orderId}/cancel`, { key: randomUUID(), body: {}, action: 'cancel', orderId }),
      ])
      const statuses = [shipped, cancelled].map((answer) => (answer.kind === 'answer' ? answer.status : null)).join(' and ')
      fixture.expect(
        statuses === '200 and 409' || statuses === '409 and 200',
        `ship and cancel were answered ${statuses} for ${orderId}`,
      )
    })
  },
})
