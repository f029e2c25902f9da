// With every webhook lost, all orders still converge, and the report says what was mended.
import { paymentEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, badCard, freshId, type PaymentLab, startPaymentLab } from '../fixtures.ts'

let lab: PaymentLab
beforeAll(async () => {
  lab = await startPaymentLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

interface Report {
  id: string
  state: string
  cause: string
  compared: number
  repaired: number
  reported: number
  findings: { kind: string; outcome: string; orderId: string | null; stripeId: string; ours: string; theirs: string }[]
}
const reconcileNow = async (of = lab): Promise<Report> => {
  const started = await of.service.as(admin).post('/v1/admin/reconciliations')
  expect(started.status).toBe(202)
  // A short comparison may be over before its request is answered.
  expect(started.body).toMatchObject({ state: expect.stringMatching(/^(running|done)$/), cause: 'operator' })
  await of.rest()
  const { body } = await of.service.as(admin).get(`/v1/admin/reconciliations/${started.body.id}`)
  expect(body.state).toBe('done')
  return body
}
const muted = async (work: () => Promise<void>): Promise<void> => {
  await lab.control('/_sandbox/webhooks', { mode: 'drop' })
  await work()
  await lab.control('/_sandbox/webhooks', { mode: 'deliver' })
}

test('twenty payments whose webhooks were dropped are found and mended, and the report lists the events that Stripe could not deliver', async () => {
  await reconcileNow()
  const orders: Awaited<ReturnType<PaymentLab['open']>>[] = []
  for (let count = 0; count < 20; count++) orders.push(await lab.open())
  await muted(async () => {
    for (const order of orders)
      await fetch(order.url, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ cardNumber: '4242424242424242' }),
      })
  })
  expect(await lab.service.sql(`SELECT order_id FROM payment WHERE state = 'paid'`)).toEqual([])
  const report = await reconcileNow()
  const kinds = Map.groupBy(report.findings, ({ kind }) => kind)
  expect(kinds.get('session')).toHaveLength(20)
  expect(kinds.get('event')?.filter(({ theirs }) => theirs === 'checkout.session.completed')).toHaveLength(20)
  expect(report.findings.every(({ outcome }) => outcome === 'repaired' || outcome === 'replayed')).toBe(true)
  expect(report.reported).toBe(0)
  for (const order of orders) expect(await lab.told(order.orderId)).toEqual(['payment.session-opened', 'payment.succeeded'])
  expect((await reconcileNow()).findings).toEqual([])
})

test('a paid page, a decline, a dashboard refund and a dispute that nobody heard of are mended by the scheduled comparison alone', async () => {
  const order = await lab.open()
  await muted(async () => {
    await lab.pay(order.sessionId, badCard)
    await lab.pay(order.sessionId)
    const [charge] = (await lab.ledger()).charges.filter(
      (candidate) => candidate.metadata.orderId === order.orderId && candidate.status === 'succeeded',
    )
    await lab.control('/_sandbox/dashboard-refund', { paymentIntent: charge?.payment_intent, amount: 400 })
    await lab.control('/_sandbox/disputes', { charge: charge?.id })
  })
  expect(await lab.told(order.orderId)).toEqual(['payment.session-opened'])
  await lab.advance('5m')
  expect(await lab.told(order.orderId)).toEqual([
    'payment.session-opened',
    'payment.attempt-declined',
    'payment.succeeded',
    'payment.refund-succeeded',
    'payment.dispute-opened',
  ])
  const { body } = await lab.service.as(admin).get('/v1/admin/reconciliations?limit=1')
  expect(body.items[0]).toMatchObject({ cause: 'schedule', state: 'done' })
})

test('a pending refund whose end was not heard is mended', async () => {
  const order = await lab.open()
  await lab.pay(order.sessionId)
  await lab.control('/_sandbox/refunds', { mode: 'pending' })
  await lab.control('/_sandbox/dashboard-refund', {
    paymentIntent: (await lab.row(order.orderId)).payment_intent_id,
    amount: 300,
  })
  await lab.control('/_sandbox/refunds', { mode: 'succeed' })
  const refundId = await lab.refund(order.orderId, 200)
  const ours = (await lab.ledger()).refunds.find((refund) => refund.metadata?.refundId === refundId)
  await muted(async () => {
    await lab.control(`/_sandbox/refunds/${ours?.id}/settle`, { success: false })
  })
  await reconcileNow()
  expect(await lab.service.sql(`SELECT state FROM payment_refund WHERE id = '${refundId}'`)).toEqual([{ state: 'failed' }])
})

test('a page past its end is fetched within half a minute, without any webhook', async () => {
  const order = await lab.open()
  await muted(() => lab.advance('31m'))
  await lab.advance('35s')
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'expired' })
  expect(await lab.told(order.orderId)).toEqual(['payment.session-opened', 'payment.expired'])
})

test('a session, its money and a refund that no order knows are reported and never invented', async () => {
  const session = await lab.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'http://127.0.0.1/',
    line_items: [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 5000, product_data: { name: 'Made by hand' } } }],
    metadata: { orderId: freshId('ord') },
  })
  await lab.pay(session.id)
  const { payment_intent: intent } = await lab.stripe.checkout.sessions.retrieve(session.id)
  await lab.control('/_sandbox/dashboard-refund', { paymentIntent: intent, amount: 100 })
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

test('a page that Stripe opened, whose address was never written, is adopted and told', async () => {
  const order = await lab.open()
  await lab.service.sql(`UPDATE payment SET state = 'opening', session_id = NULL, url = NULL WHERE order_id = '${order.orderId}'`)
  await lab.service.clock.advance('2m')
  const report = await reconcileNow()
  expect(report.findings.find(({ orderId }) => orderId === order.orderId)).toMatchObject({ kind: 'session', outcome: 'repaired' })
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'open', session_id: order.sessionId, url: order.url })
  expect(await lab.told(order.orderId)).toEqual(['payment.session-opened', 'payment.session-opened'])
})

test('lists longer than a page are read to their end', async () => {
  await using many = await startPaymentLab()
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

test('while Stripe is away a comparison waits for it', async () => {
  await using away = await startPaymentLab({ env: { STRIPE_API_BASE: 'http://127.0.0.1:9' } })
  await away.service.as(admin).post('/v1/admin/reconciliations')
  await away.advance('10m')
  const { body } = await away.service.as(admin).get('/v1/admin/reconciliations')
  expect(body.items).toMatchObject([{ cause: 'operator', state: 'running' }])
})

test('a session that Stripe does not know any more cannot be paid: its order is let go', async () => {
  const order = await lab.open()
  await lab.service.sql(`UPDATE payment SET session_id = 'cs_test_of_another_account' WHERE order_id = '${order.orderId}'`)
  await lab.expire(order.orderId)
  expect((await lab.service.published(paymentEvents.expired)).filter(({ orderId }) => orderId === order.orderId)).toHaveLength(1)
})

test('an audit row remembers who asked for a comparison', async () => {
  await reconcileNow()
  expect((await lab.service.sql(`SELECT actor, action FROM audit_entry ORDER BY id DESC LIMIT 1`))[0]).toEqual({
    actor: admin.id,
    action: 'reconciliation.run',
  })
})
