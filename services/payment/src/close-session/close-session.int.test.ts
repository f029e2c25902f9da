// Closing the page: Stripe alone says whether money came first.
import { orderEvents, paymentEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aPaymentRequest, badCard, freshId, type PaymentLab, startPaymentLab } from '../fixtures.ts'

let lab: PaymentLab
beforeAll(async () => {
  lab = await startPaymentLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

const sessionOf = async (id: string) => (await lab.ledger()).sessions.find((session) => session.id === id)

test('an open page is expired at Stripe and the order hears it once', async () => {
  const order = await lab.open()
  await lab.expire(order.orderId)
  expect((await sessionOf(order.sessionId))?.status).toBe('expired')
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'expired', url: null })
  expect(await lab.told(order.orderId)).toEqual(['payment.session-opened', 'payment.expired'])
})

test('money that came just before the request to close wins, even when its webhook is lost', async () => {
  const order = await lab.open()
  await lab.control('/_sandbox/webhooks', { mode: 'drop' })
  expect(await lab.pay(order.sessionId)).toBe(303)
  expect((await lab.row(order.orderId)).state).toBe('open')
  await lab.expire(order.orderId, 'customer')
  await lab.control('/_sandbox/webhooks', { mode: 'deliver' })
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'paid', captured_minor: 2400 })
  expect(await lab.told(order.orderId)).toEqual(['payment.session-opened', 'payment.succeeded'])
})

test('a second too late: the page refuses the card, and nobody is charged', async () => {
  const order = await lab.open()
  await lab.expire(order.orderId, 'customer')
  expect(await lab.pay(order.sessionId)).toBe(409)
  expect((await lab.ledger()).charges.filter((charge) => charge.metadata.orderId === order.orderId)).toEqual([])
})

test('a request to close that arrives before the request to open leaves a tombstone: no page is ever opened', async () => {
  const data = aPaymentRequest(lab.service.clock.now())
  await lab.expire(data.orderId, 'customer')
  await lab.service.receive(orderEvents.paymentRequested, data)
  await lab.rest()
  expect((await lab.ledger()).sessions.filter((session) => session.metadata?.orderId === data.orderId)).toEqual([])
  const expired = (await lab.service.published(paymentEvents.expired)).filter(({ orderId }) => orderId === data.orderId)
  expect(expired.at(-1)?.amount).toEqual(data.amount)
  expect(await lab.told(data.orderId)).not.toContain('payment.session-opened')
})

test('asking to close what has ended repeats how it ended', async () => {
  const order = await lab.open()
  await lab.pay(order.sessionId)
  await lab.expire(order.orderId)
  expect(await lab.told(order.orderId)).toEqual(['payment.session-opened', 'payment.succeeded', 'payment.succeeded'])
})

test('a payment whose bank is still deciding is waited for, and then decided', async () => {
  const order = await lab.open()
  await lab.control(`/_sandbox/sessions/${order.sessionId}/pay-later`)
  await lab.rest()
  await lab.expire(order.orderId)
  expect(await lab.told(order.orderId)).toEqual(['payment.session-opened'])
  await lab.control(`/_sandbox/sessions/${order.sessionId}/settle`, { success: false })
  await lab.advance('1m')
  expect(await lab.told(order.orderId)).toEqual(['payment.session-opened', 'payment.attempt-declined', 'payment.failed'])
})

test('a page that Stripe opened while nobody heard its answer is closed when the order gave up meanwhile', async () => {
  await lab.service.sql(`CREATE TRIGGER payment_write_fails BEFORE UPDATE ON payment FOR EACH ROW
    IF NEW.state = 'open' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the process died here'; END IF`)
  const order = await lab.request()
  await lab.service.sql('DROP TRIGGER payment_write_fails')
  await lab.expire(order.orderId, 'customer')
  expect(await lab.told(order.orderId)).toEqual(['payment.expired'])
  await lab.advance('1m')
  await lab.advance('1m')
  const sessions = (await lab.ledger()).sessions.filter((session) => session.metadata?.orderId === order.orderId)
  expect(sessions.map(({ status }) => status)).toEqual(['expired'])
  expect(await lab.told(order.orderId)).toEqual(['payment.expired'])
})

test('a declined card does not end the page: customer and operators hear of it once, and another card pays', async () => {
  const order = await lab.open()
  expect(await lab.pay(order.sessionId, badCard)).toBe(402)
  const declined = (await lab.service.published(paymentEvents.attemptDeclined)).filter(({ orderId }) => orderId === order.orderId)
  expect(declined).toMatchObject([
    { declineCode: 'generic_decline', payUrl: order.url, recipient: { email: 'alice@example.com' } },
  ])
  expect(await lab.pay(order.sessionId)).toBe(303)
  expect(await lab.told(order.orderId)).toEqual(['payment.session-opened', 'payment.attempt-declined', 'payment.succeeded'])
})

test('an order that nobody knows can be closed too', async () => {
  const orderId = freshId('ord')
  await lab.expire(orderId)
  expect(await lab.told(orderId)).toEqual(['payment.expired'])
})
