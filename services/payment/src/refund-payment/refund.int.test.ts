// Refunds: once, never more than was captured, and Stripe's answer decides, however late it comes.
import { once } from 'node:events'
import { connect } from 'node:net'
import { orderEvents, paymentEvents } from '@cartwright/contracts'
import { proxyOf } from '@cartwright/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freshId, type PaymentLab, startPaymentLab } from '../fixtures.ts'

let lab: PaymentLab
beforeAll(async () => {
  lab = await startPaymentLab()
})
afterAll(() => lab[Symbol.asyncDispose]())
afterEach(() => lab.control('/_sandbox/refunds', { mode: 'succeed' }))

const aPaidOrder = async (card?: string) => {
  const order = await lab.open()
  await lab.pay(order.sessionId, card)
  return { ...order, intent: String((await lab.row(order.orderId)).payment_intent_id) }
}
const refundsAtStripe = async (intent: string) =>
  (await lab.ledger()).refunds.filter((refund) => refund.payment_intent === intent)
const refundRows = (orderId: string) =>
  lab.service.sql(
    `SELECT id, amount_minor, state, origin, stripe_refund_id FROM payment_refund WHERE order_id = '${orderId}' ORDER BY id`,
  )

test('a full refund is made once and told once, however often it is asked for', async () => {
  const order = await aPaidOrder()
  const refundId = await lab.refund(order.orderId, 2400)
  expect(await refundsAtStripe(order.intent)).toMatchObject([{ amount: 2400, status: 'succeeded', metadata: { refundId } }])
  const [told] = (await lab.service.published(paymentEvents.refundSucceeded)).filter(({ orderId }) => orderId === order.orderId)
  expect(told).toMatchObject({
    refundId,
    amount: { amountMinor: 2400 },
    refundedTotal: { amountMinor: 2400 },
    captured: { amountMinor: 2400 },
    origin: 'order',
  })
  await lab.refund(order.orderId, 2400, refundId)
  expect(await refundsAtStripe(order.intent)).toHaveLength(1)
  expect((await lab.told(order.orderId)).filter((name) => name === 'payment.refund-succeeded')).toHaveLength(2)
})

test('two refunds that together exceed what was captured: the second fails and reaches nobody', async () => {
  const order = await aPaidOrder()
  await lab.refund(order.orderId, 1500)
  const second = await lab.refund(order.orderId, 1000)
  expect(await refundsAtStripe(order.intent)).toHaveLength(1)
  const failed = (await lab.service.published(paymentEvents.refundFailed)).filter(({ orderId }) => orderId === order.orderId)
  expect(failed).toMatchObject([{ refundId: second, reason: 'more than was captured' }])
})

test('of forty refunds of one euro asked for at once, as many are made as were paid for', async () => {
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
    Array.from({ length: 40 }, () => lab.service.receive(orderEvents.refundRequested, { ...about, refundId: freshId('rfd') })),
  )
  await lab.rest()
  const made = await refundsAtStripe(order.intent)
  expect(made).toHaveLength(24)
  expect(made.reduce((sum, refund) => sum + refund.amount, 0)).toBe(2400)
})

test('a refund that stays pending is waited for, and told when it has succeeded', async () => {
  await lab.control('/_sandbox/refunds', { mode: 'pending' })
  const order = await aPaidOrder()
  await lab.refund(order.orderId, 700)
  await lab.advance('5m')
  expect((await lab.told(order.orderId)).filter((name) => name.startsWith('payment.refund'))).toEqual([])
  const [pending] = await refundsAtStripe(order.intent)
  await lab.control('/_sandbox/webhooks', { mode: 'drop' })
  await lab.control(`/_sandbox/refunds/${pending?.id}/settle`, { success: true })
  await lab.control('/_sandbox/webhooks', { mode: 'deliver' })
  await lab.advance('20m')
  expect((await lab.told(order.orderId)).filter((name) => name.startsWith('payment.refund'))).toEqual([
    'payment.refund-succeeded',
  ])
  expect(await refundsAtStripe(order.intent)).toHaveLength(1)
})

test('a pending refund that the bank refuses days later is told as failed, and its amount can be refunded again', async () => {
  await lab.control('/_sandbox/refunds', { mode: 'pending' })
  const order = await aPaidOrder()
  await lab.refund(order.orderId, 2400)
  const [pending] = await refundsAtStripe(order.intent)
  await lab.advance('2d')
  await lab.control(`/_sandbox/refunds/${pending?.id}/settle`, { success: false })
  await lab.rest()
  expect((await lab.told(order.orderId)).filter((name) => name.startsWith('payment.refund'))).toEqual(['payment.refund-failed'])
  await lab.control('/_sandbox/refunds', { mode: 'succeed' })
  await lab.refund(order.orderId, 2400)
  expect((await lab.told(order.orderId)).at(-1)).toBe('payment.refund-succeeded')
})

test('a refund that succeeded and then failed after all is told both times', async () => {
  const order = await aPaidOrder('4000000000005126')
  await lab.refund(order.orderId, 600)
  await lab.advance('1m')
  expect((await lab.told(order.orderId)).filter((name) => name.startsWith('payment.refund'))).toEqual([
    'payment.refund-succeeded',
    'payment.refund-failed',
  ])
  expect(await refundRows(order.orderId)).toMatchObject([{ state: 'failed' }])
})

test('a refund made in Stripe’s dashboard is recorded and counts', async () => {
  const order = await aPaidOrder()
  await lab.control('/_sandbox/dashboard-refund', { paymentIntent: order.intent, amount: 2000 })
  await lab.rest()
  expect(await refundRows(order.orderId)).toMatchObject([{ amount_minor: 2000, state: 'succeeded', origin: 'dashboard' }])
  const [told] = (await lab.service.published(paymentEvents.refundSucceeded)).filter(({ orderId }) => orderId === order.orderId)
  expect(told).toMatchObject({ origin: 'dashboard', refundedTotal: { amountMinor: 2000 } })
  await lab.refund(order.orderId, 500)
  expect((await lab.told(order.orderId)).at(-1)).toBe('payment.refund-failed')
})

test('a refund that Stripe refuses because a part was given back there tells that part first', async () => {
  const order = await aPaidOrder()
  await lab.control('/_sandbox/webhooks', { mode: 'drop' })
  await lab.control('/_sandbox/dashboard-refund', { paymentIntent: order.intent, amount: 500 })
  await lab.refund(order.orderId, 2400)
  await lab.control('/_sandbox/webhooks', { mode: 'deliver' })
  expect((await lab.told(order.orderId)).filter((name) => name.startsWith('payment.refund'))).toEqual([
    'payment.refund-succeeded',
    'payment.refund-failed',
  ])
  await lab.refund(order.orderId, 1900)
  expect((await refundsAtStripe(order.intent)).map(({ amount }) => amount).sort()).toEqual([1900, 500])
})

test('money that a bank took back is not given back a second time, and can be when the dispute is won', async () => {
  const order = await aPaidOrder('4000000000000259')
  await lab.refund(order.orderId, 100)
  expect(await refundsAtStripe(order.intent)).toEqual([])
  const failed = (await lab.service.published(paymentEvents.refundFailed)).filter(({ orderId }) => orderId === order.orderId)
  expect(failed).toMatchObject([{ reason: 'the payment is disputed' }])
  const [dispute] = (await lab.ledger()).disputes.filter((candidate) => candidate.payment_intent === order.intent)
  await lab.control(`/_sandbox/disputes/${dispute?.id}/close`, { outcome: 'won' })
  await lab.rest()
  await lab.refund(order.orderId, 100)
  expect(await refundsAtStripe(order.intent)).toMatchObject([{ amount: 100, status: 'succeeded' }])
})

test('an answer that was never written, and a key that Stripe has forgotten after a day, still make one refund', async () => {
  const order = await aPaidOrder()
  await lab.service.sql(
    `CREATE TRIGGER refund_write_fails BEFORE UPDATE ON payment_refund FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the process died here'`,
  )
  await lab.refund(order.orderId, 800)
  expect(await refundsAtStripe(order.intent)).toHaveLength(1)
  await lab.service.sql('DROP TRIGGER refund_write_fails')
  await lab.advance('2d')
  expect(await refundsAtStripe(order.intent)).toHaveLength(1)
  expect(await refundRows(order.orderId)).toMatchObject([{ state: 'succeeded', origin: 'order' }])
})

test('a try that is held up on its way, and arrives at Stripe after the next one, makes no second refund', async () => {
  const heldUp: Buffer[] = []
  // Stripe's library repeats a request by itself once when its connection breaks.
  const isLost = (chunk: Buffer): boolean => heldUp.length < 2 && chunk.includes('POST /v1/refunds') && heldUp.push(chunk) > 0
  await using ways = new AsyncDisposableStack()
  await using far = await startPaymentLab({
    wayTo: async (sandboxUrl) => ways.use(await proxyOf(sandboxUrl, { isLost })).through(sandboxUrl),
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

test('an order that never paid gets nothing back', async () => {
  const order = await lab.open()
  await lab.refund(order.orderId, 100)
  expect((await lab.told(order.orderId)).at(-1)).toBe('payment.refund-failed')
})

test('a dispute is told when it opens and when it ends, once each', async () => {
  const order = await aPaidOrder('4000000000000259')
  const [dispute] = (await lab.ledger()).disputes.filter((candidate) => candidate.payment_intent === order.intent)
  expect((await lab.told(order.orderId)).at(-1)).toBe('payment.dispute-opened')
  await lab.control(`/_sandbox/disputes/${dispute?.id}/review`)
  await lab.control(`/_sandbox/disputes/${dispute?.id}/close`, { outcome: 'lost' })
  await lab.rest()
  expect((await lab.told(order.orderId)).filter((name) => name.startsWith('payment.dispute'))).toEqual([
    'payment.dispute-opened',
    'payment.dispute-closed',
  ])
  const [closed] = (await lab.service.published(paymentEvents.disputeClosed)).filter(({ orderId }) => orderId === order.orderId)
  expect(closed).toMatchObject({ outcome: 'lost', amount: { amountMinor: 2400 } })
})
