// Tests of currencies whose units differ at Stripe: charged, refunded, disputed and reconciled in ISO 4217 minor units.
import { type DataOf, orderEvents, paymentEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshId, type PaymentFixture, startPaymentFixture } from '../fixtures.ts'

let fixture: PaymentFixture
beforeAll(async () => {
  fixture = await startPaymentFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const costing = (amountMinor: number, currency: string) => ({
  amount: { amountMinor: amountMinor * 2, currency },
  charges: [{ name: 'Mug', quantity: 2, unitAmount: { amountMinor, currency } }],
})

const refund = async (orderId: string, amountMinor: number, currency: string): Promise<string> => {
  const refundId = freshId('rfd')
  const data: DataOf<typeof orderEvents.refundRequested> = {
    orderId,
    refundId,
    amount: { amountMinor, currency },
    number: 'CW-1',
    recipient: { email: 'alice@example.com' },
    locale: 'en',
    reason: 'returned',
  }
  await fixture.service.receive(orderEvents.refundRequested, data)
  await fixture.waitUntilIdle()
  return refundId
}

test.each([
  { currency: 'KWD', price: 5120, atStripe: 10_240, back: 1230, backAtStripe: 1230 },
  { currency: 'ISK', price: 1900, atStripe: 380_000, back: 5, backAtStripe: 500 },
  { currency: 'UGX', price: 7000, atStripe: 1_400_000, back: 300, backAtStripe: 30_000 },
  { currency: 'MGA', price: 1_230_000, atStripe: 24_600, back: 500, backAtStripe: 5 },
  { currency: 'HUF', price: 199_900, atStripe: 399_800, back: 101, backAtStripe: 101 },
  { currency: 'JPY', price: 900, atStripe: 1800, back: 7, backAtStripe: 7 },
])('an order in $currency is paid, refunded in part and agrees with Stripe', async ({ currency, price, ...expected }) => {
  const order = await fixture.open(costing(price, currency))
  expect(await fixture.pay(order.sessionId)).toBe(303)
  const { sessions, charges, refunds: none } = await fixture.ledger()
  const session = sessions.find(({ id }) => id === order.sessionId)
  expect(session).toMatchObject({ amount_total: expected.atStripe, currency: currency.toLowerCase() })
  const ofOrder = ({ payment_intent: intent }: { payment_intent: unknown }) => intent === session?.payment_intent
  expect([charges.find(ofOrder)?.amount_captured, none.filter(ofOrder)]).toEqual([expected.atStripe, []])
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'paid', captured_minor: price * 2, currency })

  const refundId = await refund(order.orderId, expected.back, currency)
  expect((await fixture.ledger()).refunds.find(ofOrder)?.amount).toBe(expected.backAtStripe)
  const published = await fixture.service.published(paymentEvents.refundSucceeded)
  expect(published.find((fact) => fact.refundId === refundId)).toMatchObject({
    amount: { amountMinor: expected.back, currency },
    captured: { amountMinor: price * 2, currency },
  })
})

test('an amount that Stripe cannot charge fails at once and names the step', async () => {
  const order = await fixture.request(costing(5124, 'KWD'))
  const failed = (await fixture.service.published(paymentEvents.failed)).find(({ orderId }) => orderId === order.orderId)
  expect(failed?.reason).toMatch(/5\.124 cannot be paid by card: amounts must be multiples of KWD\s0\.010/)
  expect((await fixture.ledger()).sessions.filter(({ client_reference_id: id }) => id === order.orderId)).toEqual([])
})

test('a refund that Stripe cannot make fails at once, and the rest can still be refunded', async () => {
  const order = await fixture.open(costing(5120, 'KWD'))
  await fixture.pay(order.sessionId)
  const impossible = await refund(order.orderId, 1234, 'KWD')
  const failed = (await fixture.service.published(paymentEvents.refundFailed)).find(({ refundId }) => refundId === impossible)
  expect(failed?.reason).toMatch(/1\.234 cannot be paid by card/)
  const possible = await refund(order.orderId, 10_240, 'KWD')
  expect((await fixture.service.published(paymentEvents.refundSucceeded)).map(({ refundId }) => refundId)).toContain(possible)
})

test('a dashboard refund is published in ISO 4217 minor units', async () => {
  const order = await fixture.open(costing(2500, 'ISK'))
  await fixture.pay(order.sessionId)
  const paymentIntent = String((await fixture.row(order.orderId)).payment_intent_id)
  await fixture.control('/_sandbox/dashboard-refund', { paymentIntent, amount: 1000 })
  await fixture.waitUntilIdle()
  const published = (await fixture.service.published(paymentEvents.refundSucceeded)).filter(
    ({ orderId }) => orderId === order.orderId,
  )
  expect(published).toMatchObject([{ amount: { amountMinor: 10, currency: 'ISK' }, origin: 'dashboard' }])
})

test('a dispute is published in ISO 4217 minor units', async () => {
  const order = await fixture.open(costing(2500, 'ISK'))
  await fixture.pay(order.sessionId)
  const paymentIntent = String((await fixture.row(order.orderId)).payment_intent_id)
  const charge = (await fixture.ledger()).charges.find(({ payment_intent: intent }) => intent === paymentIntent)?.id
  await fixture.control('/_sandbox/disputes', { charge })
  await fixture.waitUntilIdle()
  const published = (await fixture.service.published(paymentEvents.disputeOpened)).filter(
    ({ orderId }) => orderId === order.orderId,
  )
  expect(published).toMatchObject([{ amount: { amountMinor: 5000, currency: 'ISK' } }])
})
