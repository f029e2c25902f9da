// Tests of reconciliation: without any webhook all orders converge, and the report lists what was repaired.
import { paymentEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, badCard, freshId, type PaymentFixture, startPaymentFixture } from '../../fixtures.ts'

let fixture: PaymentFixture
beforeAll(async () => {
  fixture = await startPaymentFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Report {
  id: string
  state: string
  cause: string
  compared: number
  repaired: number
  reported: number
  findings: { kind: string; outcome: string; orderId: string | null; stripeId: string; ours: string; theirs: string }[]
}
const reconcileNow = async (of = fixture): Promise<Report> => {
  const started = await of.service.as(admin).post('/v1/admin/reconciliations')
  expect(started.status).toBe(202)
  // A short reconciliation may finish before its request is answered.
  expect(started.body).toMatchObject({ state: expect.stringMatching(/^(running|done)$/), cause: 'operator' })
  await of.waitUntilIdle()
  const { body } = await of.service.as(admin).get(`/v1/admin/reconciliations/${started.body.id}`)
  expect(body.state).toBe('done')
  return body
}
const muted = async (work: () => Promise<void>): Promise<void> => {
  await fixture.control('/_sandbox/webhooks', { mode: 'drop' })
  await work()
  await fixture.control('/_sandbox/webhooks', { mode: 'deliver' })
}

test('a reconciliation repairs twenty payments whose webhooks were dropped, and its report lists the events that Stripe could not deliver', async () => {
  await reconcileNow()
  const orders: Awaited<ReturnType<PaymentFixture['open']>>[] = []
  for (let count = 0; count < 20; count++) orders.push(await fixture.open())
  await muted(async () => {
    for (const order of orders)
      await fetch(order.url, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ cardNumber: '4242424242424242' }),
      })
  })
  expect(await fixture.service.sql(`SELECT order_id FROM payment WHERE state = 'paid'`)).toEqual([])
  const report = await reconcileNow()
  const kinds = Map.groupBy(report.findings, ({ kind }) => kind)
  expect(kinds.get('session')).toHaveLength(20)
  expect(kinds.get('event')?.filter(({ theirs }) => theirs === 'checkout.session.completed')).toHaveLength(20)
  expect(report.findings.every(({ outcome }) => outcome === 'repaired' || outcome === 'replayed')).toBe(true)
  expect(report.reported).toBe(0)
  for (const order of orders)
    expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.session-opened', 'payment.succeeded'])
  expect((await reconcileNow()).findings).toEqual([])
})

test('the scheduled reconciliation alone repairs a paid page, a decline, a dashboard refund and a dispute without webhooks', async () => {
  const order = await fixture.open()
  await muted(async () => {
    await fixture.pay(order.sessionId, badCard)
    await fixture.pay(order.sessionId)
    const [charge] = (await fixture.ledger()).charges.filter(
      (candidate) => candidate.metadata.orderId === order.orderId && candidate.status === 'succeeded',
    )
    await fixture.control('/_sandbox/dashboard-refund', { paymentIntent: charge?.payment_intent, amount: 400 })
    await fixture.control('/_sandbox/disputes', { charge: charge?.id })
  })
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.session-opened'])
  await fixture.advance('5m')
  expect(await fixture.publishedNames(order.orderId)).toEqual([
    'payment.session-opened',
    'payment.attempt-declined',
    'payment.succeeded',
    'payment.refund-succeeded',
    'payment.dispute-opened',
  ])
  const { body } = await fixture.service.as(admin).get('/v1/admin/reconciliations?limit=1')
  expect(body.items[0]).toMatchObject({ cause: 'schedule', state: 'done' })
})

test('a reconciliation repairs a pending refund whose outcome had no webhook', async () => {
  const order = await fixture.open()
  await fixture.pay(order.sessionId)
  await fixture.control('/_sandbox/refunds', { mode: 'pending' })
  await fixture.control('/_sandbox/dashboard-refund', {
    paymentIntent: (await fixture.row(order.orderId)).payment_intent_id,
    amount: 300,
  })
  await fixture.control('/_sandbox/refunds', { mode: 'succeed' })
  const refundId = await fixture.refund(order.orderId, 200)
  const refund = (await fixture.ledger()).refunds.find((refund) => refund.metadata?.refundId === refundId)
  await muted(async () => {
    await fixture.control(`/_sandbox/refunds/${refund?.id}/settle`, { success: false })
  })
  await reconcileNow()
  expect(await fixture.service.sql(`SELECT state FROM payment_refund WHERE id = '${refundId}'`)).toEqual([{ state: 'failed' }])
})

test('a session past its expiry is fetched within half a minute without any webhook', async () => {
  const order = await fixture.open()
  await muted(() => fixture.advance('31m'))
  await fixture.advance('35s')
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'expired' })
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.session-opened', 'payment.expired'])
})

test('a session, charge and refund of an unknown order are reported and create no rows', async () => {
  const session = await fixture.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'http://127.0.0.1/',
    line_items: [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 5000, product_data: { name: 'Made by hand' } } }],
    metadata: { orderId: freshId('ord') },
  })
  await fixture.pay(session.id)
  const { payment_intent: intent } = await fixture.stripe.checkout.sessions.retrieve(session.id)
  await fixture.control('/_sandbox/dashboard-refund', { paymentIntent: intent, amount: 100 })
  const report = await reconcileNow()
  const unknown = report.findings.filter(({ kind }) => kind.endsWith('_unknown'))
  expect(unknown.map(({ kind }) => kind).sort()).toEqual(['charge_unknown', 'refund_unknown', 'session_unknown'])
  expect(unknown.every(({ outcome }) => outcome === 'reported')).toBe(true)
  expect(unknown.find(({ kind }) => kind === 'session_unknown')).toMatchObject({
    stripeId: session.id,
    theirs: 'complete, paid, 5000 eur',
  })
  expect(report.reported).toBe(3)
})

test('a session whose opening was never written becomes the payment’s session and is published', async () => {
  const order = await fixture.open()
  await fixture.service.sql(
    `UPDATE payment SET state = 'opening', session_id = NULL, url = NULL WHERE order_id = '${order.orderId}'`,
  )
  await fixture.service.clock.advance('2m')
  const report = await reconcileNow()
  expect(report.findings.find(({ orderId }) => orderId === order.orderId)).toMatchObject({ kind: 'session', outcome: 'repaired' })
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'open', session_id: order.sessionId, url: order.url })
  expect(await fixture.publishedNames(order.orderId)).toEqual(['payment.session-opened', 'payment.session-opened'])
})

test('a reconciliation reads Stripe’s lists page by page to their end', async () => {
  await using many = await startPaymentFixture()
  await reconcileNow(many)
  const params = {
    mode: 'payment' as const,
    success_url: 'http://127.0.0.1/',
    line_items: [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 100, product_data: { name: 'x' } } }],
  }
  for (let count = 0; count < 230; count++) await many.stripe.checkout.sessions.create(params)
  const report = await reconcileNow(many)
  expect(report.findings.filter(({ kind }) => kind === 'session_unknown')).toHaveLength(230)
}, 60_000)

test('a reconciliation waits while Stripe is unavailable', async () => {
  await using away = await startPaymentFixture({ env: { STRIPE_API_BASE: 'http://127.0.0.1:9' } })
  await away.service.as(admin).post('/v1/admin/reconciliations')
  await away.advance('10m')
  const { body } = await away.service.as(admin).get('/v1/admin/reconciliations')
  expect(body.items).toMatchObject([{ cause: 'operator', state: 'running' }])
})

test('a session that Stripe does not have expires its payment', async () => {
  const order = await fixture.open()
  await fixture.service.sql(`UPDATE payment SET session_id = 'cs_test_of_another_account' WHERE order_id = '${order.orderId}'`)
  await fixture.expire(order.orderId)
  expect(
    (await fixture.service.published(paymentEvents.expired)).filter(({ orderId }) => orderId === order.orderId),
  ).toHaveLength(1)
})

test('starting a reconciliation writes an audit row with the operator', async () => {
  await reconcileNow()
  expect((await fixture.service.sql(`SELECT actor, action FROM audit_entry ORDER BY id DESC LIMIT 1`))[0]).toEqual({
    actor: admin.id,
    action: 'reconciliation.run',
  })
})
