// Tests of local rows that are ahead of Stripe: they are reported, and only when the row has been stable for a minute.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, badCard, freshId, type PaymentFixture, startPaymentFixture } from '../../fixtures.ts'

let fixture: PaymentFixture
beforeAll(async () => {
  fixture = await startPaymentFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Finding {
  kind: string
  outcome: string
  orderId: string | null
  stripeId: string
  ours: string
  theirs: string
}
const compareNow = async (of = fixture): Promise<Finding[]> => {
  const { body: started } = await of.service.as(admin).post('/v1/admin/reconciliations')
  await of.waitUntilIdle()
  const { body } = await of.service.as(admin).get(`/v1/admin/reconciliations/${started.id}`)
  expect(body.state).toBe('done')
  return body.findings
}
const about = async (orderId: string): Promise<Finding[]> => (await compareNow()).filter((finding) => finding.orderId === orderId)

/** Findings of an order right after its rows were changed, and when they have been stable for more than a minute. */
const soonAndLater = async (orderId: string): Promise<[Finding[], Finding[]]> => {
  const soon = await about(orderId)
  await fixture.advance('61s')
  return [soon, await about(orderId)]
}
const aPaidOrder = async () => {
  const order = await fixture.open()
  await fixture.pay(order.sessionId)
  return { ...order, intent: String((await fixture.row(order.orderId)).payment_intent_id) }
}
const changeRefund = (orderId: string, change: string) =>
  fixture.service.sql(`UPDATE payment_refund SET ${change}, updated_at = updated_at WHERE order_id = '${orderId}'`)

test.each(['paid', 'review'])('a local payment that is %s while its session is unpaid is reported', async (state) => {
  const order = await fixture.open()
  await fixture.service.sql(`UPDATE payment SET state = '${state}', captured_minor = 2400 WHERE order_id = '${order.orderId}'`)
  expect(await soonAndLater(order.orderId)).toMatchObject([
    [],
    [{ kind: 'session', outcome: 'reported', stripeId: order.sessionId, ours: state, theirs: 'open, unpaid, 2400 eur' }],
  ])
  expect(await fixture.row(order.orderId)).toMatchObject({ state })
})

test.each([
  ['is of another amount', 'amount_minor = 900', 'succeeded, 900', 'succeeded, 100'],
  ['has failed with us and not at Stripe', "state = 'failed'", 'failed, 100', 'succeeded, 100'],
])('a refund that %s is reported', async (_, change, ours, theirs) => {
  const order = await aPaidOrder()
  await fixture.refund(order.orderId, 100)
  await changeRefund(order.orderId, change)
  const refund = { kind: 'refund', outcome: 'reported', stripeId: expect.stringMatching(/^re_/), ours, theirs }
  expect(await soonAndLater(order.orderId)).toMatchObject([[], [refund]])
})

test('a refund that succeeded locally and is pending at Stripe is reported', async () => {
  const order = await aPaidOrder()
  await fixture.control('/_sandbox/refunds', { mode: 'pending' })
  await fixture.refund(order.orderId, 100)
  await fixture.control('/_sandbox/refunds', { mode: 'succeed' })
  expect(await soonAndLater(order.orderId)).toEqual([[], []])
  await changeRefund(order.orderId, "state = 'succeeded'")
  expect(await about(order.orderId)).toMatchObject([
    { kind: 'refund', outcome: 'reported', ours: 'succeeded, 100', theirs: 'pending, 100' },
  ])
})

test('a refund of another amount is reported and not repaired, also when its state changes', async () => {
  const order = await aPaidOrder()
  await fixture.refund(order.orderId, 100)
  await changeRefund(order.orderId, "state = 'pending', amount_minor = 900")
  expect(await about(order.orderId)).toMatchObject([
    { kind: 'refund', outcome: 'reported', ours: 'succeeded, 900', theirs: 'succeeded, 100' },
  ])
})

test('a local refund or session that Stripe does not have is reported', async () => {
  const order = await aPaidOrder()
  const refundId = await fixture.refund(order.orderId, 100)
  const orphanId = freshId('rfd')
  await fixture.service.sql(`INSERT INTO payment_refund (id, order_id, amount_minor, state, origin, reason, stripe_refund_id, created_at, updated_at)
    SELECT '${orphanId}', order_id, 300, 'succeeded', 'order', 'returned', 're_${orphanId}', created_at, updated_at FROM payment_refund WHERE id = '${refundId}'`)
  const orphan = {
    kind: 'refund',
    outcome: 'reported',
    stripeId: `re_${orphanId}`,
    ours: 'succeeded, 300',
    theirs: 'no such refund',
  }
  expect(await soonAndLater(order.orderId)).toMatchObject([[], [orphan]])
  await fixture.service.sql(`UPDATE payment SET session_id = 'cs_${orphanId}' WHERE order_id = '${order.orderId}'`)
  expect((await about(order.orderId)).filter(({ kind }) => kind === 'session')).toMatchObject([
    { outcome: 'reported', stripeId: `cs_${orphanId}`, ours: 'paid', theirs: 'no such session' },
  ])
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'paid', session_id: `cs_${orphanId}` })
})

test('an open payment whose session Stripe does not have is reported and stays open', async () => {
  const order = await fixture.open()
  await fixture.service.sql(`UPDATE payment SET session_id = 'cs_${order.orderId}' WHERE order_id = '${order.orderId}'`)
  await fixture.advance('61s')
  expect((await about(order.orderId)).map(({ kind, outcome }) => [kind, outcome]).sort()).toEqual([
    ['session', 'reported'],
    ['session_unknown', 'reported'],
  ])
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'open' })
})

test('a record that is older than Stripe’s lists is looked up by its id and is no orphan', async () => {
  await using old = await startPaymentFixture()
  const order = await old.open()
  await old.pay(order.sessionId)
  await old.refund(order.orderId, 100)
  await old.control('/_sandbox/clock', { advanceSec: 80 * 3600 })
  await old.advance('61s')
  expect(await compareNow(old)).toEqual([])
  await old.service.sql('UPDATE payment_refund SET amount_minor = 900, updated_at = updated_at')
  expect(await compareNow(old)).toMatchObject([{ kind: 'refund', outcome: 'reported', ours: 'succeeded, 900' }])
})

test.each([
  ['won', 'lost'],
  ['lost', 'won'],
])('a dispute that is %s locally and closed as %s at Stripe is reported', async (ours, theirs) => {
  const order = await aPaidOrder()
  const [charge] = (await fixture.ledger()).charges.filter((candidate) => candidate.payment_intent === order.intent)
  const dispute = await fixture.control('/_sandbox/disputes', { charge: charge?.id })
  await fixture.control(`/_sandbox/disputes/${dispute.id}/close`, { outcome: theirs })
  await fixture.waitUntilIdle()
  await fixture.service.sql(`UPDATE payment_dispute SET status = '${ours}' WHERE id = '${dispute.id}'`)
  expect(await soonAndLater(order.orderId)).toMatchObject([
    [],
    [{ kind: 'dispute', outcome: 'reported', stripeId: dispute.id, ours, theirs }],
  ])
})

test('money of a foreign session that names an open order is reported every time and changes no row', async () => {
  const order = await fixture.open()
  const metadata = { orderId: order.orderId }
  const foreign = await fixture.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'http://127.0.0.1/',
    line_items: [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 2400, product_data: { name: 'Made by hand' } } }],
    metadata,
    payment_intent_data: { metadata },
  })
  await fixture.pay(foreign.id, badCard)
  await fixture.pay(foreign.id)
  const { payment_intent: intent } = await fixture.stripe.checkout.sessions.retrieve(foreign.id)
  await fixture.stripe.refunds.create({ payment_intent: String(intent), amount: 100, metadata })
  const everyTime = [
    ['charge_unknown', 'reported', 'another intent, open'],
    ['charge_unknown', 'reported', 'another intent, open'],
    ['refund_unknown', 'reported', 'another intent, open'],
    ['session_unknown', 'reported', 'another session, open'],
  ]
  for (const _ of [1, 2])
    expect((await about(order.orderId)).map(({ kind, outcome, ours }) => [kind, outcome, ours]).sort()).toEqual(everyTime)
  await fixture.pay(order.sessionId)
  const afterwards = (await about(order.orderId)).map(({ kind, outcome, ours }) => [kind, outcome, ours]).sort()
  expect(afterwards).toEqual(everyTime.map(([kind, outcome, ours]) => [kind, outcome, ours?.replace('open', 'paid')]))
  expect(await fixture.row(order.orderId)).toMatchObject({ state: 'paid', captured_minor: 2400 })
})

test('a refund in a currency with other units at Stripe is no difference, and is repaired with its own amount', async () => {
  const amount = { amountMinor: 5000, currency: 'ISK' }
  const order = await fixture.open({ amount, charges: [{ name: 'Mug', quantity: 1, unitAmount: amount }] })
  await fixture.pay(order.sessionId)
  await fixture.control('/_sandbox/dashboard-refund', {
    paymentIntent: (await fixture.row(order.orderId)).payment_intent_id,
    amount: 1000,
  })
  await fixture.waitUntilIdle()
  await changeRefund(order.orderId, "state = 'pending'")
  expect(await about(order.orderId)).toMatchObject([{ kind: 'refund', outcome: 'repaired', theirs: 'succeeded, 10' }])
  await fixture.advance('61s')
  expect(await about(order.orderId)).toEqual([])
})
