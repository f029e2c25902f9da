// Writes what Stripe knows into the payment row and announces each fact once. Webhooks, expiry and the reconciler all end here.
import { money, paymentEvents } from '@cartwright/contracts'
import { type NewId, sql, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { aboutOf, amountOf, changePayment, listRefunds, lockPayment, type PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { judgeSession } from './decide.ts'
import type { ChargeFacts, DisputeFacts, RefundFacts, Snapshot } from './snapshot.ts'

const settleSession = async (tx: Tx, row: PaymentRow, snapshot: Snapshot, deps: PaymentDeps): Promise<void> => {
  const verdict = judgeSession(snapshot.session, { state: row.state, amountMinor: row.amount_minor, currency: row.currency })
  const orderId = row.order_id
  if (snapshot.intentId && snapshot.intentId !== row.payment_intent_id) await changePayment(tx, orderId, sql`payment_intent_id = ${snapshot.intentId}`)
  if (verdict === 'nothing' || verdict === 'wait') return
  deps.outcomes.inc({ outcome: verdict })
  const got = money(snapshot.session.amountMinor, snapshot.session.currency.toUpperCase())
  if (verdict === 'paid') {
    await changePayment(tx, orderId, sql`state = 'paid', captured_minor = ${got.amountMinor}, url = NULL`)
    await publish(tx, paymentEvents.succeeded, { orderId, paymentId: row.id, amount: got, at: deps.clock.now().toISOString() })
  } else if (verdict === 'review') {
    await changePayment(tx, orderId, sql`state = 'review', captured_minor = ${got.amountMinor}, url = NULL`)
    await publish(tx, paymentEvents.reviewRequired, { ...aboutOf(row), expected: amountOf(row), got })
  } else if (verdict === 'expired') {
    await changePayment(tx, orderId, sql`state = 'expired', url = NULL`)
    await publish(tx, paymentEvents.expired, { orderId, paymentId: row.id, amount: amountOf(row), reason: 'the payment page has expired' })
  } else {
    await changePayment(tx, orderId, sql`state = 'failed', url = NULL`)
    await publish(tx, paymentEvents.failed, { ...aboutOf(row), amount: amountOf(row), reason: 'the payment failed' })
  }
}

/** Tells customer and operators of each declined card, once; the session stays open. */
const reportDeclines = async (tx: Tx, row: PaymentRow, charges: readonly ChargeFacts[], deps: PaymentDeps): Promise<void> => {
  const known = JSON.parse(row.declined_charges) as string[]
  const fresh = charges.filter((charge) => charge.failed && !known.includes(charge.id))
  if (fresh.length === 0) return
  await changePayment(tx, row.order_id, sql`declined_charges = ${JSON.stringify([...known, ...fresh.map((charge) => charge.id)])}`)
  for (const { declineCode } of fresh) {
    deps.outcomes.inc({ outcome: 'declined' })
    await publish(tx, paymentEvents.attemptDeclined, { ...aboutOf(row), attempt: row.attempt, declineCode, amount: amountOf(row), payUrl: row.state === 'open' ? row.url : null })
  }
}

const adoptRefund = async (tx: Tx, orderId: string, fact: RefundFacts, newId: NewId): Promise<void> => {
  if (fact.ours) await tx.run`UPDATE payment_refund SET stripe_refund_id = ${fact.id} WHERE id = ${fact.ours} AND stripe_refund_id IS NULL`
  else {
    await tx.run`INSERT IGNORE INTO payment_refund (id, order_id, amount_minor, state, origin, reason, stripe_refund_id, created_at, updated_at)
      VALUES (${newId('rfd')}, ${orderId}, ${fact.amountMinor}, 'pending', 'dashboard', 'made in the dashboard', ${fact.id}, ${tx.dbNow}, ${tx.dbNow})`
  }
}

/** Brings refund rows to what Stripe says, those made in its dashboard too; each end is announced once. */
export const settleRefunds = async (tx: Tx, row: PaymentRow, facts: readonly RefundFacts[], newId: NewId): Promise<void> => {
  for (const fact of facts) {
    await adoptRefund(tx, row.order_id, fact, newId)
    if (fact.status === 'pending') continue
    // Money can still come back after a success: Stripe reports such a refund as failed.
    const moved = await tx.run`UPDATE payment_refund SET state = ${fact.status}, updated_at = ${tx.dbNow} WHERE stripe_refund_id = ${fact.id} AND state <> ${fact.status} AND state <> 'failed'`
    if (moved.affectedRows !== 1) continue
    const refunds = await listRefunds(tx, row.order_id)
    const refund = refunds.find((candidate) => candidate.stripe_refund_id === fact.id)
    if (refund === undefined) continue
    const base = { ...aboutOf(row), refundId: refund.id, amount: money(refund.amount_minor, row.currency) }
    if (fact.status === 'failed') await publish(tx, paymentEvents.refundFailed, { ...base, reason: fact.reason || 'refused by the bank' })
    else {
      const total = refunds.filter((candidate) => candidate.state === 'succeeded').reduce((sum, candidate) => sum + candidate.amount_minor, 0)
      await publish(tx, paymentEvents.refundSucceeded, { ...base, refundedTotal: money(total, row.currency), captured: money(row.captured_minor, row.currency), origin: refund.origin })
    }
  }
}

const settleDisputes = async (tx: Tx, row: PaymentRow, disputes: readonly DisputeFacts[]): Promise<void> => {
  for (const dispute of disputes) {
    const amount = money(dispute.amountMinor, row.currency)
    const first = await tx.run`INSERT IGNORE INTO payment_dispute (id, order_id, status, created_at) VALUES (${dispute.id}, ${row.order_id}, 'open', ${tx.dbNow})`
    if (first.affectedRows === 1) await publish(tx, paymentEvents.disputeOpened, { ...aboutOf(row), disputeId: dispute.id, amount, reason: dispute.reason, dueAt: dispute.dueAt })
    if (dispute.status !== 'won' && dispute.status !== 'lost') continue
    const closed = await tx.run`UPDATE payment_dispute SET status = ${dispute.status} WHERE id = ${dispute.id} AND status = 'open'`
    if (closed.affectedRows === 1) await publish(tx, paymentEvents.disputeClosed, { ...aboutOf(row), disputeId: dispute.id, amount, outcome: dispute.status })
  }
}

/** Applies a snapshot to its payment, under the row's lock. Any order and repetition of snapshots ends in the same row. */
export const applySnapshot = async (tx: Tx, orderId: string, snapshot: Snapshot, deps: PaymentDeps): Promise<PaymentRow | null> => {
  const row = await lockPayment(tx, orderId)
  if (row === null || row.session_id !== snapshot.sessionId) return row
  await reportDeclines(tx, row, snapshot.charges, deps)
  await settleSession(tx, row, snapshot, deps)
  const settled = (await lockPayment(tx, orderId)) ?? row
  await settleRefunds(tx, settled, snapshot.refunds, deps.newId)
  await settleDisputes(tx, settled, snapshot.disputes)
  return settled
}
