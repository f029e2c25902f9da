// Where our rows say more than Stripe, nobody mends it by asking again: it is reported, and only once the row stands.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, badCard, freshId, type PaymentLab, startPaymentLab } from '../fixtures.ts'

let lab: PaymentLab
beforeAll(async () => {
  lab = await startPaymentLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

interface Finding {
  kind: string
  outcome: string
  orderId: string | null
  stripeId: string
  ours: string
  theirs: string
}
const compareNow = async (of = lab): Promise<Finding[]> => {
  const { body: started } = await of.service.as(admin).post('/v1/admin/reconciliations')
  await of.rest()
  const { body } = await of.service.as(admin).get(`/v1/admin/reconciliations/${started.id}`)
  expect(body.state).toBe('done')
  return body.findings
}
const about = async (orderId: string): Promise<Finding[]> => (await compareNow()).filter((finding) => finding.orderId === orderId)

/** What is told of an order right after its rows were changed, and when they have stood for more than a minute. */
const soonAndLater = async (orderId: string): Promise<[Finding[], Finding[]]> => {
  const soon = await about(orderId)
  await lab.advance('61s')
  return [soon, await about(orderId)]
}
const aPaidOrder = async () => {
  const order = await lab.open()
  await lab.pay(order.sessionId)
  return { ...order, intent: String((await lab.row(order.orderId)).payment_intent_id) }
}
const changeRefund = (orderId: string, change: string) =>
  lab.service.sql(`UPDATE payment_refund SET ${change}, updated_at = updated_at WHERE order_id = '${orderId}'`)

test.each(['paid', 'review'])('a payment that we have as %s, whose page nobody has paid, is reported', async (state) => {
  const order = await lab.open()
  await lab.service.sql(`UPDATE payment SET state = '${state}', captured_minor = 2400 WHERE order_id = '${order.orderId}'`)
  expect(await soonAndLater(order.orderId)).toMatchObject([
    [],
    [{ kind: 'session', outcome: 'reported', stripeId: order.sessionId, ours: state, theirs: 'open, unpaid, 2400 eur' }],
  ])
  expect(await lab.row(order.orderId)).toMatchObject({ state })
})

test.each([
  ['is of another amount', 'amount_minor = 900', 'succeeded, 900', 'succeeded, 100'],
  ['has failed with us and not at Stripe', "state = 'failed'", 'failed, 100', 'succeeded, 100'],
])('a refund that %s is reported', async (_, change, ours, theirs) => {
  const order = await aPaidOrder()
  await lab.refund(order.orderId, 100)
  await changeRefund(order.orderId, change)
  const refund = { kind: 'refund', outcome: 'reported', stripeId: expect.stringMatching(/^re_/), ours, theirs }
  expect(await soonAndLater(order.orderId)).toMatchObject([[], [refund]])
})

test('a refund that has succeeded with us and is on its way at Stripe is reported', async () => {
  const order = await aPaidOrder()
  await lab.control('/_sandbox/refunds', { mode: 'pending' })
  await lab.refund(order.orderId, 100)
  await lab.control('/_sandbox/refunds', { mode: 'succeed' })
  expect(await soonAndLater(order.orderId)).toEqual([[], []])
  await changeRefund(order.orderId, "state = 'succeeded'")
  expect(await about(order.orderId)).toMatchObject([
    { kind: 'refund', outcome: 'reported', ours: 'succeeded, 100', theirs: 'pending, 100' },
  ])
})

test('a refund that moves on at Stripe and is of another amount is not called repaired', async () => {
  const order = await aPaidOrder()
  await lab.refund(order.orderId, 100)
  await changeRefund(order.orderId, "state = 'pending', amount_minor = 900")
  expect(await about(order.orderId)).toMatchObject([
    { kind: 'refund', outcome: 'reported', ours: 'succeeded, 900', theirs: 'succeeded, 100' },
  ])
})

test('a refund of ours that Stripe does not have is reported, and so is the session of a payment', async () => {
  const order = await aPaidOrder()
  const refundId = await lab.refund(order.orderId, 100)
  const ghostId = freshId('rfd')
  await lab.service.sql(`INSERT INTO payment_refund (id, order_id, amount_minor, state, origin, reason, stripe_refund_id, created_at, updated_at)
    SELECT '${ghostId}', order_id, 300, 'succeeded', 'order', 'returned', 're_${ghostId}', created_at, updated_at FROM payment_refund WHERE id = '${refundId}'`)
  const ghost = {
    kind: 'refund',
    outcome: 'reported',
    stripeId: `re_${ghostId}`,
    ours: 'succeeded, 300',
    theirs: 'no such refund',
  }
  expect(await soonAndLater(order.orderId)).toMatchObject([[], [ghost]])
  await lab.service.sql(`UPDATE payment SET session_id = 'cs_${ghostId}' WHERE order_id = '${order.orderId}'`)
  expect((await about(order.orderId)).filter(({ kind }) => kind === 'session')).toMatchObject([
    { outcome: 'reported', stripeId: `cs_${ghostId}`, ours: 'paid', theirs: 'no such session' },
  ])
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'paid', session_id: `cs_${ghostId}` })
})

test('an open payment whose session Stripe does not have is reported and not let go before its time', async () => {
  const order = await lab.open()
  await lab.service.sql(`UPDATE payment SET session_id = 'cs_${order.orderId}' WHERE order_id = '${order.orderId}'`)
  await lab.advance('61s')
  expect((await about(order.orderId)).map(({ kind, outcome }) => [kind, outcome]).sort()).toEqual([
    ['session', 'reported'],
    ['session_unknown', 'reported'],
  ])
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'open' })
})

test('what is older than Stripe’s lists reach is asked for by its id and is no ghost', async () => {
  await using old = await startPaymentLab()
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
])('a dispute that we have as %s and that Stripe closed as %s is reported', async (ours, theirs) => {
  const order = await aPaidOrder()
  const [charge] = (await lab.ledger()).charges.filter((candidate) => candidate.payment_intent === order.intent)
  const dispute = await lab.control('/_sandbox/disputes', { charge: charge?.id })
  await lab.control(`/_sandbox/disputes/${dispute.id}/close`, { outcome: theirs })
  await lab.rest()
  await lab.service.sql(`UPDATE payment_dispute SET status = '${ours}' WHERE id = '${dispute.id}'`)
  expect(await soonAndLater(order.orderId)).toMatchObject([
    [],
    [{ kind: 'dispute', outcome: 'reported', stripeId: dispute.id, ours, theirs }],
  ])
})

test('money of a session that names our open order and is not its own is reported every time and repairs nothing', async () => {
  const order = await lab.open()
  const metadata = { orderId: order.orderId }
  const foreign = await lab.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'http://127.0.0.1/',
    line_items: [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 2400, product_data: { name: 'Made by hand' } } }],
    metadata,
    payment_intent_data: { metadata },
  })
  await lab.pay(foreign.id, badCard)
  await lab.pay(foreign.id)
  const { payment_intent: intent } = await lab.stripe.checkout.sessions.retrieve(foreign.id)
  await lab.stripe.refunds.create({ payment_intent: String(intent), amount: 100, metadata })
  const everyTime = [
    ['charge_unknown', 'reported', 'another intent, open'],
    ['charge_unknown', 'reported', 'another intent, open'],
    ['refund_unknown', 'reported', 'another intent, open'],
    ['session_unknown', 'reported', 'another session, open'],
  ]
  for (const _ of [1, 2])
    expect((await about(order.orderId)).map(({ kind, outcome, ours }) => [kind, outcome, ours]).sort()).toEqual(everyTime)
  await lab.pay(order.sessionId)
  const afterwards = (await about(order.orderId)).map(({ kind, outcome, ours }) => [kind, outcome, ours]).sort()
  expect(afterwards).toEqual(everyTime.map(([kind, outcome, ours]) => [kind, outcome, ours?.replace('open', 'paid')]))
  expect(await lab.row(order.orderId)).toMatchObject({ state: 'paid', captured_minor: 2400 })
})

test('a refund in a currency that Stripe counts in its own way is no difference, and is mended as what it is', async () => {
  const amount = { amountMinor: 5000, currency: 'ISK' }
  const order = await lab.open({ amount, charges: [{ name: 'Mug', quantity: 1, unitAmount: amount }] })
  await lab.pay(order.sessionId)
  await lab.control('/_sandbox/dashboard-refund', {
    paymentIntent: (await lab.row(order.orderId)).payment_intent_id,
    amount: 1000,
  })
  await lab.rest()
  await changeRefund(order.orderId, "state = 'pending'")
  expect(await about(order.orderId)).toMatchObject([{ kind: 'refund', outcome: 'repaired', theirs: 'succeeded, 10' }])
  await lab.advance('61s')
  expect(await about(order.orderId)).toEqual([])
})
