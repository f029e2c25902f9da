// Refunds and disputes: limited to the captured amount, with every end state.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestSandbox, testSandbox } from './test-sandbox.ts'

let at: TestSandbox
beforeAll(async () => {
  at = await testSandbox()
})
afterAll(() => at[Symbol.asyncDispose]())
beforeEach(() => at.types())
afterEach(() => at.control('/_sandbox/refunds', { mode: 'succeed' }))

const paid = async (card?: string): Promise<string> => {
  const session = await at.open()
  await at.pay(session.id, card)
  await at.types()
  return String((await at.stripe.checkout.sessions.retrieve(session.id)).payment_intent)
}

test('partial refunds never exceed the captured amount', async () => {
  const payment_intent = await paid()
  expect((await at.stripe.refunds.create({ payment_intent, amount: 400 })).status).toBe('succeeded')
  await expect(at.stripe.refunds.create({ payment_intent, amount: 1001 })).rejects.toMatchObject({
    statusCode: 400,
    param: 'amount',
  })
  expect((await at.stripe.refunds.create({ payment_intent })).amount).toBe(1000)
  await expect(at.stripe.refunds.create({ payment_intent })).rejects.toMatchObject({ code: 'charge_already_refunded' })
  const [charge] = (await at.stripe.charges.list({ payment_intent })).data
  expect(charge).toMatchObject({ amount_refunded: 1400, refunded: true })
  expect(await at.types()).toEqual([
    'refund.created',
    'charge.refunded',
    'refund.updated',
    'refund.created',
    'charge.refunded',
    'refund.updated',
  ])
})

test('a pending refund ends by the control path, and a failed one returns its amount to the charge', async () => {
  await at.control('/_sandbox/refunds', { mode: 'pending' })
  const payment_intent = await paid()
  const refund = await at.stripe.refunds.create({ payment_intent, amount: 1400 })
  expect(refund.status).toBe('pending')
  await at.control(`/_sandbox/refunds/${refund.id}/settle`, { success: false })
  expect(await at.stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'failed', failure_reason: 'lost_or_stolen_card' })
  expect((await at.stripe.refunds.create({ payment_intent, amount: 1400 })).status).toBe('pending')
})

test('refunds of test cards end by the clock: one succeeds late, one fails after all', async () => {
  const late = await at.stripe.refunds.create({ payment_intent: await paid('4000000000007726') })
  const failing = await at.stripe.refunds.create({ payment_intent: await paid('4000000000005126') })
  expect([late.status, failing.status]).toEqual(['pending', 'succeeded'])
  at.advance(31)
  expect((await at.stripe.refunds.retrieve(late.id)).status).toBe('succeeded')
  expect((await at.stripe.refunds.retrieve(failing.id)).status).toBe('failed')
})

test('a charge that failed cannot be refunded', async () => {
  const session = await at.open()
  await at.pay(session.id, '4000000000000002')
  const { payment_intent } = await at.stripe.checkout.sessions.retrieve(session.id)
  await expect(at.stripe.refunds.create({ payment_intent: String(payment_intent) })).rejects.toMatchObject({ statusCode: 400 })
})

test('a dispute is opened by a test card or a control path, reviewed and closed', async () => {
  const payment_intent = await paid('4000000000000259')
  const [dispute] = (await at.stripe.disputes.list({ payment_intent })).data
  expect(dispute).toMatchObject({ status: 'needs_response', amount: 1400 })
  await expect(at.stripe.refunds.create({ payment_intent })).rejects.toMatchObject({ code: 'charge_disputed' })
  await at.control(`/_sandbox/disputes/${dispute?.id}/review`)
  await at.control(`/_sandbox/disputes/${dispute?.id}/close`, { outcome: 'won' })
  expect((await at.stripe.disputes.retrieve(dispute?.id ?? '')).status).toBe('won')
  expect(await at.types()).toEqual(['charge.dispute.updated', 'charge.dispute.closed'])
  const [charge] = (await at.stripe.charges.list({ payment_intent: await paid() })).data
  expect(await at.control('/_sandbox/disputes', { charge: charge?.id, reason: 'product_not_received' })).toMatchObject({
    reason: 'product_not_received',
  })
})

test('the due date of a dispute moves with the sandbox’s clock', async () => {
  await using fresh = await testSandbox()
  const session = await fresh.open()
  await fresh.pay(session.id, '4000000000000259')
  const dispute = async () => (await fresh.stripe.disputes.list()).data[0]
  const before = await dispute()
  await fresh.control('/_sandbox/clock', { advanceSec: 86_400 })
  const after = await dispute()
  expect(after?.created).toBe((before?.created ?? 0) - 86_400)
  expect(after?.evidence_details.due_by).toBe((before?.evidence_details.due_by ?? 0) - 86_400)
})

test('the ledger’s balance is captured minus refunded', async () => {
  await using fresh = await testSandbox()
  const session = await fresh.open()
  await fresh.pay(session.id)
  const { payment_intent } = await fresh.stripe.checkout.sessions.retrieve(session.id)
  await fresh.stripe.refunds.create({ payment_intent: String(payment_intent), amount: 150 })
  const ledger = (await (await fetch(`${fresh.sandbox.url}/_sandbox/ledger`)).json()) as {
    balance: object
    sessions: unknown[]
    charges: unknown[]
    refunds: unknown[]
  }
  expect(ledger).toMatchObject({ balance: { eur: 1250 } })
  expect([ledger.sessions.length, ledger.charges.length, ledger.refunds.length]).toEqual([1, 1, 1])
})
