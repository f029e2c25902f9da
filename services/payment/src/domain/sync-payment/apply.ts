// Applies the state at Stripe to the payment row and publishes each change once. Webhooks, expiry and reconciliation share it.
import { money, paymentEvents } from '@cartwright/contracts'
import { insertIgnoreInto, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { paymentDisputeTable } from '../../db/generated/rows.ts'
import { declinedChargesColumn } from '../../db/json-columns.ts'
import { amountOf, eventDetailsOf, lockPayment, type PaymentRow, updatePayment } from '../../db/payments.ts'
import type { PaymentDeps } from '../../deps.ts'
import { decideSession, disputeOutcome } from './decide.ts'
import { settleRefunds } from './settle-refunds.ts'
import type { ChargeObservation, DisputeObservation, StripeState } from './stripe-state.ts'

/** @returns the changed payment, like all functions here that change it */
const endSession = async (tx: Tx, row: PaymentRow, state: 'expired' | 'failed'): Promise<PaymentRow> => {
  const { order_id: orderId, id: paymentId } = row
  const ended = updatePayment(tx, row, { state, url: null })
  if (state === 'expired')
    await publish(tx, paymentEvents.expired, {
      orderId,
      paymentId,
      amount: amountOf(row),
      reason: 'the payment page has expired',
    })
  else await publish(tx, paymentEvents.failed, { ...eventDetailsOf(row), amount: amountOf(row), reason: 'the payment failed' })
  return ended
}

const receiveMoney = async (
  tx: Tx,
  row: PaymentRow,
  stripeState: StripeState,
  state: 'paid' | 'review',
  deps: PaymentDeps,
): Promise<PaymentRow> => {
  const got = money(stripeState.session.amountMinor, stripeState.session.currency.toUpperCase())
  const received = updatePayment(tx, row, { state, captured_minor: got.amountMinor, url: null })
  if (state === 'review')
    await publish(tx, paymentEvents.reviewRequired, { ...eventDetailsOf(row), expected: amountOf(row), got })
  else
    await publish(tx, paymentEvents.succeeded, {
      orderId: row.order_id,
      paymentId: row.id,
      amount: got,
      at: deps.clock.now().toISOString(),
    })
  return received
}

const settleSession = async (tx: Tx, before: PaymentRow, stripeState: StripeState, deps: PaymentDeps): Promise<PaymentRow> => {
  const hasNewIntent = stripeState.intentId && stripeState.intentId !== before.payment_intent_id
  const row = hasNewIntent ? updatePayment(tx, before, { payment_intent_id: stripeState.intentId }) : before
  const outcome = decideSession(stripeState.session, { state: row.state, amountMinor: row.amount_minor, currency: row.currency })
  if (outcome === 'nothing' || outcome === 'wait') return row
  tx.afterCommit(() => deps.outcomes.inc({ outcome }))
  return outcome === 'paid' || outcome === 'review'
    ? receiveMoney(tx, row, stripeState, outcome, deps)
    : endSession(tx, row, outcome)
}

/** Publishes each declined card once; the session stays open. */
const reportDeclines = async (tx: Tx, row: PaymentRow, stripeState: StripeState, deps: PaymentDeps): Promise<PaymentRow> => {
  const known = declinedChargesColumn.parse(row.declined_charges)
  const fresh = stripeState.charges.filter((charge: ChargeObservation) => charge.failed && !known.includes(charge.id))
  if (fresh.length === 0) return row
  const declined = [...known, ...fresh.map((charge) => charge.id)]
  const changed = updatePayment(tx, row, { declined_charges: declinedChargesColumn.stringify(declined) })
  const payUrl = row.state === 'open' && stripeState.session.status === 'open' ? row.url : null
  for (const { declineCode } of fresh) {
    tx.afterCommit(() => deps.outcomes.inc({ outcome: 'declined' }))
    await publish(tx, paymentEvents.attemptDeclined, {
      ...eventDetailsOf(row),
      attempt: row.attempt,
      declineCode,
      amount: amountOf(row),
      payUrl,
    })
  }
  return changed
}

const settleDisputes = async (tx: Tx, row: PaymentRow, disputes: readonly DisputeObservation[]): Promise<void> => {
  for (const { id, status, amountMinor, reason, dueAt } of disputes) {
    const amount = money(amountMinor, row.currency)
    const about = { ...eventDetailsOf(row), disputeId: id, amount }
    const first = await tx.run`${insertIgnoreInto(paymentDisputeTable, {
      id,
      order_id: row.order_id,
      status: 'open',
      amount_minor: amountMinor,
      reason: reason.slice(0, 80),
      due_at: dueAt,
      created_at: tx.dbNow,
      updated_at: tx.dbNow,
    })}`
    if (first.affectedRows === 1)
      await publish(tx, paymentEvents.disputeOpened, { ...about, reason, dueAt: dueAt?.toISOString() ?? null })
    const outcome = disputeOutcome(status)
    if (outcome === null) continue
    const closed =
      await tx.run`UPDATE payment_dispute SET status = ${outcome}, updated_at = ${tx.dbNow} WHERE id = ${id} AND status = 'open'`
    if (closed.affectedRows === 1) await publish(tx, paymentEvents.disputeClosed, { ...about, outcome })
  }
}

/** Takes over a session whose response was never written because the process crashed: it becomes the payment's session. */
const adoptSession = async (tx: Tx, row: PaymentRow, stripeState: StripeState): Promise<PaymentRow> => {
  const { sessionId, url } = stripeState
  const expiresAt = row.expires_at
  if (row.state !== 'opening' || url === null || expiresAt === null) return updatePayment(tx, row, { session_id: sessionId })
  const adopted = updatePayment(tx, row, { session_id: sessionId, state: 'open', url })
  await publish(tx, paymentEvents.sessionOpened, {
    orderId: row.order_id,
    paymentId: row.id,
    attempt: row.attempt,
    url,
    expiresAt: expiresAt.toISOString(),
  })
  return adopted
}

const isSessionOf = (row: PaymentRow, stripeState: StripeState): boolean =>
  row.session_id === null
    ? stripeState.orderId === row.order_id && stripeState.attempt === row.attempt
    : row.session_id === stripeState.sessionId

/** Applies the state of a session to its locked payment. Any order and repetition of states ends in the same row. */
export const applyStripeState = async (tx: Tx, orderId: string, stripeState: StripeState, deps: PaymentDeps): Promise<void> => {
  const locked = await lockPayment(tx, orderId)
  if (locked === null || !isSessionOf(locked, stripeState)) return
  const adopted = locked.session_id === null ? await adoptSession(tx, locked, stripeState) : locked
  const reported = await reportDeclines(tx, adopted, stripeState, deps)
  const row = await settleSession(tx, reported, stripeState, deps)
  await settleRefunds(tx, row, stripeState.refunds, deps)
  await settleDisputes(tx, row, stripeState.disputes)
}
