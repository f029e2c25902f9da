// Tests of closing a session: its state at Stripe decides whether it was paid first.
import { orderEvents, paymentEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { badCard, createPaymentRequest, freshId, type PaymentFixture, startPaymentFixture } from '../../fixtures.ts'

let fixture: PaymentFixture
beforeAll(async () => {
  fixture = await startPaymentFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const sessionOf = async (id: string) => (await fixture.ledger()).sessions.find((session) => session.id === id)

test('closing an open session expires it at Stripe and publishes once', async () => {
  const order = await fixture.open()
  await fixture.expire(order.orderId)
  expect((await sessionOf(order.sessionId))?.status).toBe('expired')
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'expired', url: null })
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.session-opened', 'payment.expired'])
})

test('a session that was paid just before the request to close is paid, even when its webhook is lost', async () => {
  const order = await fixture.open()
  await fixture.control('/_sandbox/webhooks', { mode: 'drop' })
  expect(await fixture.pay(order.sessionId)).toBe(303)
  expect((await fixture.row(order.orderId)).state).toBe('open')
  await fixture.expire(order.orderId, 'customer')
  await fixture.control('/_sandbox/webhooks', { mode: 'deliver' })
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'paid', captured_minor: 2400 })
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.session-opened', 'payment.succeeded'])
})

test('a session that was closed refuses a card and charges nothing', async () => {
  const order = await fixture.open()
  await fixture.expire(order.orderId, 'customer')
  expect(await fixture.pay(order.sessionId)).toBe(409)
  expect((await fixture.ledger()).charges.filter((charge) => charge.metadata.orderId === order.orderId)).toEqual([])
})

test('a request to close that arrives before the request to open prevents any session', async () => {
  const data = createPaymentRequest(fixture.service.clock.now())
  await fixture.expire(data.orderId, 'customer')
  await fixture.service.receive(orderEvents.paymentRequested, data)
  await fixture.waitUntilIdle()
  expect((await fixture.ledger()).sessions.filter((session) => session.metadata?.orderId === data.orderId)).toEqual([])
  const expired = (await fixture.service.published(paymentEvents.expired)).filter(({ orderId }) => orderId === data.orderId)
  expect(expired.at(-1)?.amount).toEqual(data.amount)
  expect(await fixture.publishedNames(data.orderId)).not.toContain('payment.session-opened')
})

test('a request to close an ended payment publishes its outcome again', async () => {
  const order = await fixture.open()
  await fixture.pay(order.sessionId)
  await fixture.expire(order.orderId)
  expect(await fixture.publishedNames(order.orderId)).toEqual([
    'payment.session-opened',
    'payment.succeeded',
    'payment.succeeded',
  ])
})

test('closing waits while the payment is processing, and then applies its outcome', async () => {
  const order = await fixture.open()
  await fixture.control(`/_sandbox/sessions/${order.sessionId}/pay-later`)
  await fixture.waitUntilIdle()
  await fixture.expire(order.orderId)
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.session-opened'])
  await fixture.control(`/_sandbox/sessions/${order.sessionId}/settle`, { success: false })
  await fixture.advance('1m')
  expect(await fixture.publishedNames(order.orderId)).toEqual([
    'payment.session-opened',
    'payment.attempt-declined',
    'payment.failed',
  ])
})

test('a session whose response was lost is expired when the order was closed meanwhile', async () => {
  await fixture.service.sql(`CREATE TRIGGER payment_write_fails BEFORE UPDATE ON payment FOR EACH ROW
    IF NEW.state = 'open' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the process died here'; END IF`)
  const order = await fixture.request()
  await fixture.service.sql('DROP TRIGGER payment_write_fails')
  await fixture.expire(order.orderId, 'customer')
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.expired'])
  await fixture.advance('1m')
  await fixture.advance('1m')
  const sessions = (await fixture.ledger()).sessions.filter((session) => session.metadata?.orderId === order.orderId)
  expect(sessions.map(({ status }) => status)).toEqual(['expired'])
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.expired'])
})

test('a declined card is published once and leaves the session open for another card', async () => {
  const order = await fixture.open()
  expect(await fixture.pay(order.sessionId, badCard)).toBe(402)
  const declined = (await fixture.service.published(paymentEvents.attemptDeclined)).filter(
    ({ orderId }) => orderId === order.orderId,
  )
  expect(declined).toMatchObject([
    { declineCode: 'generic_decline', payUrl: order.url, recipient: { email: 'alice@example.com' } },
  ])
  expect(await fixture.pay(order.sessionId)).toBe(303)
  expect(await fixture.publishedNames(order.orderId)).toEqual([
    'payment.session-opened',
    'payment.attempt-declined',
    'payment.succeeded',
  ])
})

test('a request to close an unknown order is accepted', async () => {
  const orderId = freshId('ord')
  await fixture.expire(orderId)
  expect(await fixture.publishedNames(orderId)).toEqual(['payment.expired'])
})
