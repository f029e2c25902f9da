// Tests of opening a session: once, with stored parameters, whatever fails on the way to Stripe.
import { identityEvents, orderEvents, paymentEvents } from '@cartwright/contracts'
import { startStripeSandbox } from '@cartwright/stripe-sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createPaymentRequest,
  freshId,
  type PaymentFixture,
  startPaymentFixture,
  startResponseDroppingProxy,
  webhookSecret,
} from '../../fixtures.ts'

let fixture: PaymentFixture
beforeAll(async () => {
  fixture = await startPaymentFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** The session carries the trace of its checkout. */
const anyTrace = { traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/), correlationId: expect.any(String) }

const sessionsOf = async (of: PaymentFixture, orderId: string) =>
  (await of.ledger()).sessions.filter((session) => session.metadata?.orderId === orderId)

test('a request opens one session with the order’s charges, for cards, for 31 minutes, and publishes its URL', async () => {
  const at = fixture.service.clock.now().getTime()
  const order = await fixture.open()
  const [session, ...others] = await sessionsOf(fixture, order.orderId)
  expect(others).toEqual([])
  expect(session).toMatchObject({
    amount_total: 2400,
    currency: 'eur',
    customer_email: 'alice@example.com',
    client_reference_id: order.orderId,
    allowed_payment_method_types: ['card'],
  })
  expect(session?.metadata).toEqual({ orderId: order.orderId, attempt: '1', ...anyTrace })
  expect(session?.success_url).toBe(order.successUrl)
  const expiresMs = (session?.expires_at ?? 0) * 1000
  expect(expiresMs - at).toBeGreaterThan(30.5 * 60_000)
  expect(expiresMs - at).toBeLessThan(31.5 * 60_000)
  const opened = (await fixture.service.published(paymentEvents.sessionOpened)).find(({ orderId }) => orderId === order.orderId)
  expect(opened).toMatchObject({ attempt: 1, url: session?.url, expiresAt: new Date(expiresMs).toISOString() })
})

test('the page lists shipping, taxes and promotions by name, in the language of the order, and charges the order’s total', async () => {
  const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
  const order = await fixture.open({
    locale: 'de-AT',
    amount: eur(2313),
    charges: [
      { kind: 'goods', name: '2 × Tasse', quantity: 1, unitAmount: eur(1600), discounts: [{ name: 'Sommer', amount: eur(200) }] },
      { kind: 'shipping', name: 'Versand: Paket', quantity: 1, unitAmount: eur(490) },
      { kind: 'tax', name: 'MwSt. 10,5 %', quantity: 1, unitAmount: eur(223) },
    ],
  })
  const [session] = await sessionsOf(fixture, order.orderId)
  expect(session).toMatchObject({ amount_total: 2313, currency: 'eur', locale: 'de' })
  const page = (await (await fetch(String(order.url))).text()).replaceAll('\u00a0', ' ')
  for (const words of ['2 × Tasse', 'Sommer −€ 2,00', 'Versand: Paket', 'MwSt. 10,5 %', '2,23 €', '23,13 €'])
    expect(page).toContain(words)
})

test('a repeated request opens one session and publishes its URL again', async () => {
  const data = createPaymentRequest(fixture.service.clock.now())
  await fixture.service.receive(orderEvents.paymentRequested, data, { twice: true, id: freshId('evt') })
  await fixture.service.receive(orderEvents.paymentRequested, data)
  expect(await sessionsOf(fixture, data.orderId)).toHaveLength(1)
  expect(await fixture.publishedNames(data.orderId)).toEqual(['payment.session-opened', 'payment.session-opened'])
})

test('an amount below Stripe’s minimum fails at once and is not retried', async () => {
  const order = await fixture.request({
    amount: { amountMinor: 49, currency: 'EUR' },
    charges: [{ name: 'Pin', quantity: 1, unitAmount: { amountMinor: 49, currency: 'EUR' } }],
  })
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.failed'])
  await fixture.advance('5m')
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.failed'])
  expect(await sessionsOf(fixture, order.orderId)).toEqual([])
})

test('a lost response is requested again with the same key, so one session opens', async () => {
  await fixture.service.sql(`CREATE TRIGGER payment_write_fails BEFORE UPDATE ON payment FOR EACH ROW
    IF NEW.state = 'open' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the process died here'; END IF`)
  const order = await fixture.request()
  expect(await sessionsOf(fixture, order.orderId)).toHaveLength(1)
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'opening', session_id: null })
  await fixture.service.sql('DROP TRIGGER payment_write_fails')
  await fixture.advance('2m')
  const sessions = await sessionsOf(fixture, order.orderId)
  expect(sessions).toHaveLength(1)
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'open', session_id: sessions[0]?.id, attempt: 1 })
})

test('a payment waits while Stripe is unavailable, and then opens one session, with a new expiry when the old one is too near', async () => {
  const first = await startStripeSandbox({ webhookSecret })
  await using away = await startPaymentFixture({ env: { STRIPE_API_BASE: first.url } })
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
    { id: opened.session_id, metadata: { orderId: order.orderId, attempt: '2', ...anyTrace } },
  ])
  await back.stop()
})

test('no session opens once the stock reservation has ended', async () => {
  const order = await fixture.request({ holdUntil: new Date(fixture.service.clock.now().getTime() - 1000).toISOString() })
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.expired'])
  expect(await sessionsOf(fixture, order.orderId)).toEqual([])
})

test('a clock that is ten minutes behind Stripe’s opens a session with the second attempt', async () => {
  await using skewed = await startPaymentFixture({ sandboxAheadSec: 600 })
  const order = await skewed.open()
  expect(await skewed.row(order.orderId)).toMatchObject({ state: 'open', attempt: 2 })
  expect(await skewed.publishedNames(order.orderId)).toEqual(['payment.session-opened'])
})

test('five calls with lost responses open one session', async () => {
  const upstream = await startStripeSandbox({ webhookSecret })
  const proxy = await startResponseDroppingProxy(upstream.url, 4)
  await using cut = await startPaymentFixture({ env: { STRIPE_API_BASE: proxy.url } })
  // The reconciliation at start would find the session too; this test shows that the key alone suffices.
  await cut.waitUntilIdle()
  const order = await cut.request()
  for (let round = 0; round < 3; round++) await cut.advance('5s')
  expect(proxy.lost()).toBe(4)
  const { sessions } = (await (await fetch(`${upstream.url}/_sandbox/ledger`)).json()) as { sessions: { id: string }[] }
  expect(sessions).toHaveLength(1)
  expect(await cut.row(order.orderId)).toMatchObject({ state: 'open', attempt: 1, session_id: sessions[0]?.id })
  await proxy.stop()
  await upstream.stop()
})

test('closing the account erases the recipient, and the session still opens', async () => {
  const order = await fixture.open({ principalId: 'usr_leaving0' })
  await fixture.service.receive(identityEvents.accountClosed, {
    userId: 'usr_leaving0',
    at: fixture.service.clock.now().toISOString(),
  })
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'open', recipient: null })
})
