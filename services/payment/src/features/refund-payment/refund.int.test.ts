// Tests of refunds: each is made once, never above the captured amount, and Stripe's outcome decides, however late.
import { once } from 'node:events'
import { connect } from 'node:net'
import { orderEvents, paymentEvents } from '@cartwright/contracts'
import { proxyOf } from '@cartwright/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freshId, type PaymentFixture, startPaymentFixture } from '../../fixtures.ts'

let fixture: PaymentFixture
beforeAll(async () => {
  fixture = await startPaymentFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())
afterEach(() => fixture.control('/_sandbox/refunds', { mode: 'succeed' }))

const aPaidOrder = async (card?: string) => {
  const order = await fixture.open()
  await fixture.pay(order.sessionId, card)
  return { ...order, intent: String((await fixture.row(order.orderId)).payment_intent_id) }
}
const refundsAtStripe = async (intent: string) =>
  (await fixture.ledger()).refunds.filter((refund) => refund.payment_intent === intent)
const refundRows = (orderId: string) =>
  fixture.service.sql(
    `SELECT id, amount_minor, state, origin, stripe_refund_id FROM payment_refund WHERE order_id = '${orderId}' ORDER BY id`,
  )

test('a full refund is made once and told once, however often it is asked for', async () => {
  const order = await aPaidOrder()
  const refundId = await fixture.refund(order.orderId, 2400)
  expect(await refundsAtStripe(order.intent)).toMatchObject([{ amount: 2400, status: 'succeeded', metadata: { refundId } }])
  const [published] = (await fixture.service.published(paymentEvents.refundSucceeded)).filter(
    ({ orderId }) => orderId === order.orderId,
  )
  expect(published).toMatchObject({
    refundId,
    amount: { amountMinor: 2400 },
    refundedTotal: { amountMinor: 2400 },
    captured: { amountMinor: 2400 },
    origin: 'order',
  })
  await fixture.refund(order.orderId, 2400, refundId)
  expect(await refundsAtStripe(order.intent)).toHaveLength(1)
  expect((await fixture.publishedNames(order.orderId)).filter((name) => name === 'payment.refund-succeeded')).toHaveLength(2)
})

test('of two refunds that together exceed the captured amount, the second fails without a call to Stripe', async () => {
  const order = await aPaidOrder()
  await fixture.refund(order.orderId, 1500)
  const second = await fixture.refund(order.orderId, 1000)
  expect(await refundsAtStripe(order.intent)).toHaveLength(1)
  const failed = (await fixture.service.published(paymentEvents.refundFailed)).filter(({ orderId }) => orderId === order.orderId)
  expect(failed).toMatchObject([{ refundId: second, reason: 'more than was captured' }])
})

test('forty concurrent refunds of one euro never exceed the captured amount', async () => {
  const order = await aPaidOrder()
  const about = {
    number: 'CW-1',
    recipient: { email: 'alice@example.com' },
    locale: 'en',
    reason: 'returned',
    orderId: order.orderId,
    amount: { amountMinor: 100, currency: 'EUR' },
  }
  await Promise.all(
    Array.from({ length: 40 }, () =>
      fixture.service.receive(orderEvents.refundRequested, { ...about, refundId: freshId('rfd') }),
    ),
  )
  await fixture.waitUntilIdle()
  const made = await refundsAtStripe(order.intent)
  expect(made).toHaveLength(24)
  expect(made.reduce((sum, refund) => sum + refund.amount, 0)).toBe(2400)
})

test('a pending refund is polled, and published when it has succeeded', async () => {
  await fixture.control('/_sandbox/refunds', { mode: 'pending' })
  const order = await aPaidOrder()
  await fixture.refund(order.orderId, 700)
  await fixture.advance('5m')
  expect((await fixture.publishedNames(order.orderId)).filter((name) => name.startsWith('payment.refund'))).toEqual([])
  const [pending] = await refundsAtStripe(order.intent)
  await fixture.control('/_sandbox/webhooks', { mode: 'drop' })
  await fixture.control(`/_sandbox/refunds/${pending?.id}/settle`, { success: true })
  await fixture.control('/_sandbox/webhooks', { mode: 'deliver' })
  await fixture.advance('20m')
  expect((await fixture.publishedNames(order.orderId)).filter((name) => name.startsWith('payment.refund'))).toEqual([
    'payment.refund-succeeded',
  ])
  expect(await refundsAtStripe(order.intent)).toHaveLength(1)
})

test('a pending refund that fails days later is published as failed, and its amount can be refunded again', async () => {
  await fixture.control('/_sandbox/refunds', { mode: 'pending' })
  const order = await aPaidOrder()
  await fixture.refund(order.orderId, 2400)
  const [pending] = await refundsAtStripe(order.intent)
  await fixture.advance('2d')
  await fixture.control(`/_sandbox/refunds/${pending?.id}/settle`, { success: false })
  await fixture.waitUntilIdle()
  expect((await fixture.publishedNames(order.orderId)).filter((name) => name.startsWith('payment.refund'))).toEqual([
    'payment.refund-failed',
  ])
  await fixture.control('/_sandbox/refunds', { mode: 'succeed' })
  await fixture.refund(order.orderId, 2400)
  expect((await fixture.publishedNames(order.orderId)).at(-1)).toBe('payment.refund-succeeded')
})

test('a refund that succeeded and then failed is published both times', async () => {
  const order = await aPaidOrder('4000000000005126')
  await fixture.refund(order.orderId, 600)
  await fixture.advance('1m')
  expect((await fixture.publishedNames(order.orderId)).filter((name) => name.startsWith('payment.refund'))).toEqual([
    'payment.refund-succeeded',
    'payment.refund-failed',
  ])
  expect(await refundRows(order.orderId)).toMatchObject([{ state: 'failed' }])
})

test('a refund made in Stripe’s dashboard gets a row and counts towards the captured amount', async () => {
  const order = await aPaidOrder()
  await fixture.control('/_sandbox/dashboard-refund', { paymentIntent: order.intent, amount: 2000 })
  await fixture.waitUntilIdle()
  expect(await refundRows(order.orderId)).toMatchObject([{ amount_minor: 2000, state: 'succeeded', origin: 'dashboard' }])
  const [published] = (await fixture.service.published(paymentEvents.refundSucceeded)).filter(
    ({ orderId }) => orderId === order.orderId,
  )
  expect(published).toMatchObject({ origin: 'dashboard', refundedTotal: { amountMinor: 2000 } })
  await fixture.refund(order.orderId, 500)
  expect((await fixture.publishedNames(order.orderId)).at(-1)).toBe('payment.refund-failed')
})

test('a refund that Stripe refuses because of a dashboard refund publishes the dashboard refund first', async () => {
  const order = await aPaidOrder()
  await fixture.control('/_sandbox/webhooks', { mode: 'drop' })
  await fixture.control('/_sandbox/dashboard-refund', { paymentIntent: order.intent, amount: 500 })
  await fixture.refund(order.orderId, 2400)
  await fixture.control('/_sandbox/webhooks', { mode: 'deliver' })
  expect((await fixture.publishedNames(order.orderId)).filter((name) => name.startsWith('payment.refund'))).toEqual([
    'payment.refund-succeeded',
    'payment.refund-failed',
  ])
  await fixture.refund(order.orderId, 1900)
  expect((await refundsAtStripe(order.intent)).map(({ amount }) => amount).sort()).toEqual([1900, 500])
})

test('disputed money is not refunded, and can be refunded when the dispute is won', async () => {
  const order = await aPaidOrder('4000000000000259')
  await fixture.refund(order.orderId, 100)
  expect(await refundsAtStripe(order.intent)).toEqual([])
  const failed = (await fixture.service.published(paymentEvents.refundFailed)).filter(({ orderId }) => orderId === order.orderId)
  expect(failed).toMatchObject([{ reason: 'the payment is disputed' }])
  const [dispute] = (await fixture.ledger()).disputes.filter((candidate) => candidate.payment_intent === order.intent)
  await fixture.control(`/_sandbox/disputes/${dispute?.id}/close`, { outcome: 'won' })
  await fixture.waitUntilIdle()
  await fixture.refund(order.orderId, 100)
  expect(await refundsAtStripe(order.intent)).toMatchObject([{ amount: 100, status: 'succeeded' }])
})

test('a lost response and a forgotten idempotency key still make one refund', async () => {
  const order = await aPaidOrder()
  await fixture.service.sql(
    `CREATE TRIGGER refund_write_fails BEFORE UPDATE ON payment_refund FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the process died here'`,
  )
  await fixture.refund(order.orderId, 800)
  expect(await refundsAtStripe(order.intent)).toHaveLength(1)
  await fixture.service.sql('DROP TRIGGER refund_write_fails')
  await fixture.advance('2d')
  expect(await refundsAtStripe(order.intent)).toHaveLength(1)
  expect(await refundRows(order.orderId)).toMatchObject([{ state: 'succeeded', origin: 'order' }])
})

test('a delayed request that arrives at Stripe after its retry makes no second refund', async () => {
  const heldUp: Buffer[] = []
  // Stripe's library repeats a request by itself once when its connection breaks.
  const isLost = (chunk: Buffer): boolean => heldUp.length < 2 && chunk.includes('POST /v1/refunds') && heldUp.push(chunk) > 0
  await using ways = new AsyncDisposableStack()
  await using far = await startPaymentFixture({
    proxyTo: async (sandboxUrl) => ways.use(await proxyOf(sandboxUrl, { isLost })).through(sandboxUrl),
  })
  const order = await far.open()
  await far.pay(order.sessionId)
  await far.refund(order.orderId, 800)
  await far.advance('10s')
  const intent = String((await far.row(order.orderId)).payment_intent_id)
  const refunds = async () => (await far.ledger()).refunds.filter((refund) => refund.payment_intent === intent)
  expect(heldUp).toHaveLength(2)
  expect(await refunds()).toHaveLength(1)
  const late = connect(far.sandbox.port, '127.0.0.1')
  late.write(heldUp[0] ?? '')
  await once(late, 'data')
  late.destroy()
  expect(await refunds()).toMatchObject([{ amount: 800 }])
})

test('a refund of an unpaid order fails', async () => {
  const order = await fixture.open()
  await fixture.refund(order.orderId, 100)
  expect((await fixture.publishedNames(order.orderId)).at(-1)).toBe('payment.refund-failed')
})

test('a dispute is published once when it opens and once when it ends', async () => {
  const order = await aPaidOrder('4000000000000259')
  const [dispute] = (await fixture.ledger()).disputes.filter((candidate) => candidate.payment_intent === order.intent)
  expect((await fixture.publishedNames(order.orderId)).at(-1)).toBe('payment.dispute-opened')
  await fixture.control(`/_sandbox/disputes/${dispute?.id}/review`)
  await fixture.control(`/_sandbox/disputes/${dispute?.id}/close`, { outcome: 'lost' })
  await fixture.waitUntilIdle()
  expect((await fixture.publishedNames(order.orderId)).filter((name) => name.startsWith('payment.dispute'))).toEqual([
    'payment.dispute-opened',
    'payment.dispute-closed',
  ])
  const [closed] = (await fixture.service.published(paymentEvents.disputeClosed)).filter(
    ({ orderId }) => orderId === order.orderId,
  )
  expect(closed).toMatchObject({ outcome: 'lost', amount: { amountMinor: 2400 } })
})

test('the outcome of a refund repeats the goods and taxes of its request, and that of a dashboard refund has none', async () => {
  const order = await aPaidOrder()
  const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
  const goods = {
    lines: [{ sku: 'TEA-100', name: 'Assam tea', quantity: 1, amount: eur(700) }],
    taxes: [{ name: 'VAT', rate: 7, base: eur(654), amount: eur(46) }],
  }
  await fixture.service.receive(orderEvents.refundRequested, {
    orderId: order.orderId,
    refundId: freshId('rfd'),
    amount: eur(700),
    number: 'CW-1',
    recipient: { email: 'alice@example.com' },
    locale: 'en',
    reason: 'returned',
    ...goods,
  })
  await fixture.control('/_sandbox/dashboard-refund', { paymentIntent: order.intent, amount: 500 })
  await fixture.waitUntilIdle()
  const told = (await fixture.service.published(paymentEvents.refundSucceeded)).filter(({ orderId }) => orderId === order.orderId)
  expect(told.map(({ lines, taxes }) => ({ lines, taxes }))).toEqual([goods, { lines: undefined, taxes: undefined }])
})
