// Integration tests of the checkout saga: failures, late answers, deadlines, repeated and reordered events.
import { orderEvents, paymentEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const advance = async (by: string) => {
  await o.t.clock.advance(by)
  await o.t.idle()
}
const count = async (event: Parameters<OrderUnderTest['eventsOf']>[0], id: string) => (await o.eventsOf(event, id)).length

describe('a successful checkout', () => {
  test('leads from placed to processing: stock, payment page, payment, commit, confirmation', async () => {
    const order = await o.anOrderIn('opening')
    expect(await order.payment()).toEqual({ state: 'preparing', url: null, expiresAt: null })
    expect(await o.eventsOf(orderEvents.paymentRequested, order.id)).toMatchObject([
      { amount: { amountMinor: 2000 }, charges: [{ quantity: 2, unitAmount: { amountMinor: 1000 } }] },
    ])
    await order.opened()
    expect(await order.payment()).toMatchObject({ state: 'open', url: `https://pay.example/${order.id}` })
    await order.succeeded()
    expect(await order.payment()).toMatchObject({ state: 'paid', url: null })
    expect(await order.read()).toMatchObject({ status: 'pending', paymentStatus: 'paid', captured: { amountMinor: 2000 } })
    await order.committed()
    expect(await order.read()).toMatchObject({
      status: 'processing',
      paymentStatus: 'paid',
      refundable: { amountMinor: 2000 },
      history: [{ to: 'pending' }, { from: 'pending', to: 'processing', actor: 'order' }],
    })
    expect(await count(orderEvents.confirmed, order.id)).toBe(1)
  })

  test('applies each answer once, also when it arrives twice and again later', async () => {
    const order = await o.anOrderIn('processing')
    for (const again of [order.reserved, order.opened, order.succeeded, order.committed, order.lapsed]) await again()
    const types = (
      await o.t.sql(
        `SELECT event_type FROM outbox_event WHERE aggregate_type = 'order' AND aggregate_id = '${order.id}' ORDER BY id`,
      )
    ).map((row) => row.event_type)
    expect(types).toEqual([
      'order.placed',
      'order.stock-requested',
      'order.payment-requested',
      'order.stock-commit-requested',
      'order.confirmed',
    ])
    expect((await order.read()).history).toHaveLength(2)
  })

  test('shows a declined card, which changes no state', async () => {
    const order = await o.anOrderIn('paying')
    await order.declined()
    expect(await order.read()).toMatchObject({
      status: 'pending',
      paymentStatus: 'awaiting',
      lastDecline: { declineCode: 'card_declined' },
    })
    expect((await order.payment()).state).toBe('open')
  })
})

describe('a failed checkout', () => {
  test('is cancelled when stock is rejected, and the event says that nothing was paid', async () => {
    const order = await o.anOrderIn('reserving')
    await order.rejected('reserve')
    expect(await order.read()).toMatchObject({
      status: 'cancelled',
      cancelReason: 'out_of_stock',
      paymentStatus: 'cancelled',
      refundStatus: 'none',
    })
    expect(await o.eventsOf(orderEvents.cancelled, order.id)).toMatchObject([
      { paid: false, reason: 'out_of_stock', lines: [{ quantity: 2 }] },
    ])
    expect(await count(orderEvents.stockReleaseRequested, order.id)).toBe(0)
  })

  test('repeats an unanswered stock request, then releases and cancels; a late reservation is released too', async () => {
    const order = await o.anOrderIn('reserving')
    for (let round = 0; round < 3; round++) await advance('31s')
    const requests = await o.eventsOf(orderEvents.stockRequested, order.id)
    expect(requests).toHaveLength(4)
    expect(new Set(requests.map((request) => request.reservationId)).size).toBe(1)
    await advance('31s')
    expect(await order.read()).toMatchObject({ status: 'cancelled', cancelReason: 'reservation_timeout' })
    expect(await count(orderEvents.stockReleaseRequested, order.id)).toBe(1)
    await order.reserved()
    expect(await count(orderEvents.stockReleaseRequested, order.id)).toBe(2)
    expect(await count(orderEvents.paymentRequested, order.id)).toBe(0)
  })

  test('requests the expiry of a page that does not open in time, and the answer cancels', async () => {
    const order = await o.anOrderIn('opening')
    await advance('26m')
    expect(await o.eventsOf(orderEvents.paymentExpiryRequested, order.id)).toMatchObject([{ why: 'deadline' }])
    expect((await order.read()).status).toBe('pending')
    await order.expired()
    expect(await order.read()).toMatchObject({ status: 'cancelled', cancelReason: 'payment_expired' })
    await order.opened()
    expect(await count(orderEvents.paymentExpiryRequested, order.id)).toBe(2)
  })

  test('is cancelled and its stock released when the payment fails', async () => {
    const order = await o.anOrderIn('paying')
    await order.failed()
    expect(await order.read()).toMatchObject({ status: 'cancelled', cancelReason: 'payment_failed', paymentStatus: 'failed' })
    expect((await order.payment()).state).toBe('failed')
    expect(await count(orderEvents.stockReleaseRequested, order.id)).toBe(1)
  })

  test('is cancelled at the deadline when payment answers that the page has expired', async () => {
    const order = await o.anOrderIn('paying')
    await advance('32m')
    expect(await count(orderEvents.paymentExpiryRequested, order.id)).toBe(0)
    await advance('2m')
    expect(await count(orderEvents.paymentExpiryRequested, order.id)).toBe(1)
    await advance('31s')
    expect(await count(orderEvents.paymentExpiryRequested, order.id)).toBe(2)
    expect((await order.read()).status).toBe('pending')
    await order.expired()
    expect(await order.read()).toMatchObject({ status: 'cancelled', cancelReason: 'payment_expired', paymentStatus: 'expired' })
    expect((await order.payment()).state).toBe('expired')
  })

  test('continues at the deadline when payment answers that it was paid', async () => {
    const order = await o.anOrderIn('paying')
    await advance('34m')
    await order.succeeded()
    await order.committed()
    expect(await order.read()).toMatchObject({ status: 'processing', paymentStatus: 'paid', refundStatus: 'none' })
  })

  test('records money after the cancellation and refunds it exactly once, for any number of events', async () => {
    const order = await o.anOrderIn('paying')
    await order.expired()
    await order.succeeded()
    await order.succeeded()
    expect(await order.read()).toMatchObject({
      status: 'cancelled',
      cancelReason: 'payment_expired',
      paymentStatus: 'paid',
      refundStatus: 'pending',
      captured: { amountMinor: 2000 },
    })
    const refunds = await o.eventsOf(orderEvents.refundRequested, order.id)
    expect(refunds).toMatchObject([{ amount: { amountMinor: 2000 } }])
    await order.refunded(String(refunds[0]?.refundId), 2000)
    expect(await order.read()).toMatchObject({ refundStatus: 'full', refundable: { amountMinor: 0 } })
    expect(await count(orderEvents.cancelled, order.id)).toBe(1)
  })

  test('closes the payment page when the reservation lapses', async () => {
    const order = await o.anOrderIn('paying')
    await order.lapsed()
    expect(await count(orderEvents.paymentExpiryRequested, order.id)).toBe(1)
    await order.expired()
    expect((await order.read()).status).toBe('cancelled')
  })

  test('is cancelled and refunded when paid stock is gone, and the cart is not restored', async () => {
    const order = await o.anOrderIn('committing')
    await advance('16s')
    expect(await count(orderEvents.stockCommitRequested, order.id)).toBe(2)
    await order.rejected('commit')
    expect(await order.read()).toMatchObject({
      status: 'cancelled',
      cancelReason: 'out_of_stock',
      paymentStatus: 'paid',
      refundStatus: 'pending',
    })
    expect(await o.eventsOf(orderEvents.cancelled, order.id)).toMatchObject([{ paid: true }])
    expect(await count(orderEvents.refundRequested, order.id)).toBe(1)
  })
})

describe('a payment that needs an operator', () => {
  test('of another amount commits no stock, sends no request, and waits for an operator', async () => {
    const order = await o.anOrderIn('paying')
    await order.reviewed(1500)
    await advance('2h')
    expect(await order.read()).toMatchObject({ status: 'pending', paymentStatus: 'review', captured: { amountMinor: 1500 } })
    expect((await order.payment()).state).toBe('review')
    expect(await order.saga()).toMatchObject({ state: 'reviewing', deadlineAt: null, actions: ['compensate'] })
    expect(await count(orderEvents.stockCommitRequested, order.id)).toBe(0)
    expect(await count(orderEvents.paymentExpiryRequested, order.id)).toBe(0)
    expect((await order.cancel()).body).toMatchObject({ status: 'cancelled', cancelReason: 'customer' })
    expect(await o.eventsOf(orderEvents.refundRequested, order.id)).toMatchObject([{ amount: { amountMinor: 1500 } }])
    expect(await count(orderEvents.stockReleaseRequested, order.id)).toBe(1)
  })

  test('with a dispute keeps the order’s status until it is won or lost', async () => {
    const [won, lost] = [await o.anOrderIn('processing'), await o.anOrderIn('processing')]
    for (const order of [won, lost]) await order.disputed()
    expect(await won.read()).toMatchObject({
      status: 'processing',
      paymentStatus: 'disputed',
      dispute: { id: 'dp_1', outcome: null },
    })
    await won.disputeClosed('won')
    await lost.disputeClosed('lost')
    await lost.disputed()
    expect(await won.read()).toMatchObject({ paymentStatus: 'paid', dispute: { outcome: 'won', reason: 'fraudulent' } })
    expect(await lost.read()).toMatchObject({ paymentStatus: 'disputed', dispute: { outcome: 'lost' } })
  })

  test('with several disputes counts each: a lost one stays lost when another is won', async () => {
    const order = await o.anOrderIn('processing')
    const half = { amountMinor: 1000, currency: 'EUR' }
    await order.disputed('dp_a', half)
    await order.disputeClosed('lost', 'dp_a', half)
    await order.disputed('dp_b', half)
    expect(await order.read()).toMatchObject({ dispute: { id: 'dp_b' }, refundable: { amountMinor: 0 } })
    await order.disputeClosed('won', 'dp_b', half)
    expect(await order.read()).toMatchObject({
      paymentStatus: 'disputed',
      dispute: { id: 'dp_a', outcome: 'lost' },
      refundable: { amountMinor: 1000 },
    })
  })

  test('under review ends when the money was refunded at the provider', async () => {
    const order = await o.anOrderIn('paying')
    await order.reviewed(1500)
    await order.refunded('rfd_dashboard02', 1500, 'dashboard')
    expect(await order.read()).toMatchObject({ status: 'cancelled', cancelReason: 'operator', refundStatus: 'full' })
    expect(await count(orderEvents.stockReleaseRequested, order.id)).toBe(1)
    expect(await count(orderEvents.refundRequested, order.id)).toBe(0)
  })

  test('with a dashboard refund records it, and the rest can still be refunded', async () => {
    const order = await o.anOrderIn('processing')
    await order.refunded('rfd_dashboard01', 500, 'dashboard')
    await order.refunded('rfd_dashboard01', 500, 'dashboard')
    expect(await order.read()).toMatchObject({
      refundStatus: 'partial',
      refundable: { amountMinor: 1500 },
      refunds: [{ id: 'rfd_dashboard01', origin: 'dashboard', state: 'succeeded' }],
    })
  })
})

test('money for an unknown order becomes a dead letter for an operator', async () => {
  await o.t.receive(paymentEvents.succeeded, {
    orderId: 'ord_nobodys01',
    paymentId: 'pay_nobodys01',
    amount: { amountMinor: 500, currency: 'EUR' },
    at: o.t.clock.now().toISOString(),
  })
  expect(await o.t.sql("SELECT event_type, reason FROM dead_letter WHERE partition_key = 'ord_nobodys01'")).toEqual([
    { event_type: 'payment.succeeded', reason: 'permanent' },
  ])
})
