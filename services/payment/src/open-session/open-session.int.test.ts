// Opening the hosted page: once, with stored parameters, whatever happens on the way to Stripe.
import { identityEvents, orderEvents, paymentEvents } from '@cartwright/contracts'
import { startStripeSandbox } from '@cartwright/stripe-sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aPaymentRequest, freshId, losingAnswers, type PaymentLab, startPaymentLab, webhookSecret } from '../fixtures.ts'

let lab: PaymentLab
beforeAll(async () => {
  lab = await startPaymentLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

const sessionsOf = async (of: PaymentLab, orderId: string) =>
  (await of.ledger()).sessions.filter((session) => session.metadata?.orderId === orderId)

test('a request opens one page with the order’s charges, cards only, for 31 minutes, and says where it is', async () => {
  const at = lab.service.clock.now().getTime()
  const order = await lab.open()
  const [session, ...others] = await sessionsOf(lab, order.orderId)
  expect(others).toEqual([])
  expect(session).toMatchObject({
    amount_total: 2400,
    currency: 'eur',
    customer_email: 'alice@example.com',
    client_reference_id: order.orderId,
    allowed_payment_method_types: ['card'],
  })
  expect(session?.metadata).toEqual({ orderId: order.orderId, attempt: '1' })
  expect(session?.success_url).toBe(order.successUrl)
  const expiresMs = (session?.expires_at ?? 0) * 1000
  expect(expiresMs - at).toBeGreaterThan(30.5 * 60_000)
  expect(expiresMs - at).toBeLessThan(31.5 * 60_000)
  const opened = (await lab.service.published(paymentEvents.sessionOpened)).find(({ orderId }) => orderId === order.orderId)
  expect(opened).toMatchObject({ attempt: 1, url: session?.url, expiresAt: new Date(expiresMs).toISOString() })
})

test('the same request delivered twice, and asked anew, opens one page and repeats its address', async () => {
  const data = aPaymentRequest(lab.service.clock.now())
  await lab.service.receive(orderEvents.paymentRequested, data, { twice: true, id: freshId('evt') })
  await lab.service.receive(orderEvents.paymentRequested, data)
  expect(await sessionsOf(lab, data.orderId)).toHaveLength(1)
  expect(await lab.told(data.orderId)).toEqual(['payment.session-opened', 'payment.session-opened'])
})

test('an amount below Stripe’s minimum fails at once and is never tried again', async () => {
  const order = await lab.request({
    amount: { amountMinor: 49, currency: 'EUR' },
    charges: [{ name: 'Pin', quantity: 1, unitAmount: { amountMinor: 49, currency: 'EUR' } }],
  })
  expect(await lab.told(order.orderId)).toEqual(['payment.failed'])
  await lab.advance('5m')
  expect(await lab.told(order.orderId)).toEqual(['payment.failed'])
  expect(await sessionsOf(lab, order.orderId)).toEqual([])
})

test('an answer that was never written is asked for again with the same key: one page, never two', async () => {
  await lab.service.sql(`CREATE TRIGGER payment_write_fails BEFORE UPDATE ON payment FOR EACH ROW
    IF NEW.state = 'open' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the process died here'; END IF`)
  const order = await lab.request()
  expect(await sessionsOf(lab, order.orderId)).toHaveLength(1)
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'opening', session_id: null })
  await lab.service.sql('DROP TRIGGER payment_write_fails')
  await lab.advance('2m')
  const sessions = await sessionsOf(lab, order.orderId)
  expect(sessions).toHaveLength(1)
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'open', session_id: sessions[0]?.id, attempt: 1 })
})

test('while Stripe is down the order waits; when it is back one page opens, with a new expiry when the old one is too near', async () => {
  const first = await startStripeSandbox({ webhookSecret })
  await using away = await startPaymentLab({ env: { STRIPE_API_BASE: first.url } })
  await first.stop()
  const order = await away.request()
  await away.advance('3m')
  expect(await away.row(order.orderId)).toMatchObject({ state: 'opening', attempt: 1 })
  const { clock } = away.service
  const back = await startStripeSandbox({ webhookSecret, port: first.port, clock })
  await away.advance('1m')
  await away.advance('1m')
  const opened = await away.row(order.orderId)
  expect(opened).toMatchObject({ state: 'open', attempt: 2 })
  const { sessions } = (await (await fetch(`${back.url}/_sandbox/ledger`)).json()) as {
    sessions: { id: string; metadata: object }[]
  }
  expect(sessions.map(({ id, metadata }) => ({ id, metadata }))).toEqual([
    { id: opened.session_id, metadata: { orderId: order.orderId, attempt: '2' } },
  ])
  await back.stop()
})

test('no page opens once the stock is no longer held', async () => {
  const order = await lab.request({ holdUntil: new Date(lab.service.clock.now().getTime() - 1000).toISOString() })
  expect(await lab.told(order.orderId)).toEqual(['payment.expired'])
  expect(await sessionsOf(lab, order.orderId)).toEqual([])
})

test('a clock that is ten minutes behind Stripe’s opens a page with the second attempt', async () => {
  await using skewed = await startPaymentLab({ sandboxAheadSec: 600 })
  const order = await skewed.open()
  expect(await skewed.row(order.orderId)).toMatchObject({ state: 'open', attempt: 2 })
  expect(await skewed.told(order.orderId)).toEqual(['payment.session-opened'])
})

test('an answer lost on the way is asked for again: Stripe was called five times and made one page', async () => {
  const upstream = await startStripeSandbox({ webhookSecret })
  const proxy = await losingAnswers(upstream.url, 4)
  await using cut = await startPaymentLab({ env: { STRIPE_API_BASE: proxy.url } })
  // The comparison at start would find the page too; here the key alone must do it.
  await cut.rest()
  const order = await cut.request()
  for (let round = 0; round < 3; round++) await cut.advance('5s')
  expect(proxy.lost()).toBe(4)
  const { sessions } = (await (await fetch(`${upstream.url}/_sandbox/ledger`)).json()) as { sessions: { id: string }[] }
  expect(sessions).toHaveLength(1)
  expect(await cut.row(order.orderId)).toMatchObject({ state: 'open', attempt: 1, session_id: sessions[0]?.id })
  await proxy.stop()
  await upstream.stop()
})

test('the account’s end erases the recipient, and the page still opens', async () => {
  const order = await lab.open({ principalId: 'usr_leaving0' })
  await lab.service.receive(identityEvents.accountClosed, { userId: 'usr_leaving0', at: lab.service.clock.now().toISOString() })
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'open', recipient: null })
})
