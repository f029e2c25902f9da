// Money of currencies that Stripe counts in its own way: asked for, taken, given back and compared as what it is here.
import { type DataOf, orderEvents, paymentEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshId, type PaymentLab, startPaymentLab } from './fixtures.ts'

let lab: PaymentLab
beforeAll(async () => {
  lab = await startPaymentLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

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
  await lab.service.receive(orderEvents.refundRequested, data)
  await lab.rest()
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
  const order = await lab.open(costing(price, currency))
  expect(await lab.pay(order.sessionId)).toBe(303)
  const { sessions, charges, refunds: none } = await lab.ledger()
  const session = sessions.find(({ id }) => id === order.sessionId)
  expect(session).toMatchObject({ amount_total: expected.atStripe, currency: currency.toLowerCase() })
  const ofOrder = ({ payment_intent: intent }: { payment_intent: unknown }) => intent === session?.payment_intent
  expect([charges.find(ofOrder)?.amount_captured, none.filter(ofOrder)]).toEqual([expected.atStripe, []])
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'paid', captured_minor: price * 2, currency })

  const refundId = await refund(order.orderId, expected.back, currency)
  expect((await lab.ledger()).refunds.find(ofOrder)?.amount).toBe(expected.backAtStripe)
  const told = await lab.service.published(paymentEvents.refundSucceeded)
  expect(told.find((fact) => fact.refundId === refundId)).toMatchObject({
    amount: { amountMinor: expected.back, currency },
    captured: { amountMinor: price * 2, currency },
  })
})

test('an amount that no card can be charged fails at once and says which can', async () => {
  const order = await lab.request(costing(5124, 'KWD'))
  const failed = (await lab.service.published(paymentEvents.failed)).find(({ orderId }) => orderId === order.orderId)
  expect(failed?.reason).toMatch(/5\.124 cannot be paid by card: amounts must be multiples of KWD\s0\.010/)
  expect((await lab.ledger()).sessions.filter(({ client_reference_id: id }) => id === order.orderId)).toEqual([])
})

test('a refund that no card can get back fails at once, and the rest can still be given back', async () => {
  const order = await lab.open(costing(5120, 'KWD'))
  await lab.pay(order.sessionId)
  const impossible = await refund(order.orderId, 1234, 'KWD')
  const failed = (await lab.service.published(paymentEvents.refundFailed)).find(({ refundId }) => refundId === impossible)
  expect(failed?.reason).toMatch(/1\.234 cannot be paid by card/)
  const possible = await refund(order.orderId, 10_240, 'KWD')
  expect((await lab.service.published(paymentEvents.refundSucceeded)).map(({ refundId }) => refundId)).toContain(possible)
})

test('what was refunded at Stripe is told in the shop’s own units', async () => {
  const order = await lab.open(costing(2500, 'ISK'))
  await lab.pay(order.sessionId)
  const paymentIntent = String((await lab.row(order.orderId)).payment_intent_id)
  await lab.control('/_sandbox/dashboard-refund', { paymentIntent, amount: 1000 })
  await lab.rest()
  const told = (await lab.service.published(paymentEvents.refundSucceeded)).filter(({ orderId }) => orderId === order.orderId)
  expect(told).toMatchObject([{ amount: { amountMinor: 10, currency: 'ISK' }, origin: 'dashboard' }])
})

test('what is disputed is told in the shop’s own units', async () => {
  const order = await lab.open(costing(2500, 'ISK'))
  await lab.pay(order.sessionId)
  const paymentIntent = String((await lab.row(order.orderId)).payment_intent_id)
  const charge = (await lab.ledger()).charges.find(({ payment_intent: intent }) => intent === paymentIntent)?.id
  await lab.control('/_sandbox/disputes', { charge })
  await lab.rest()
  const told = (await lab.service.published(paymentEvents.disputeOpened)).filter(({ orderId }) => orderId === order.orderId)
  expect(told).toMatchObject([{ amount: { amountMinor: 5000, currency: 'ISK' } }])
})
