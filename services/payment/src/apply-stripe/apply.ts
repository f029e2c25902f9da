// Writes what Stripe knows into the payment row and announces each fact once. Webhooks, expiry and the reconciler all end here.
import { money, paymentEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { aboutOf, amountOf, changePayment, lockPayment, type PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { disputeOutcome, judgeSession } from './decide.ts'
import { settleRefunds } from './settle-refunds.ts'
import type { ChargeFacts, DisputeFacts, Snapshot } from './snapshot.ts'

const endSession = async (tx: Tx, row: PaymentRow, state: 'expired' | 'failed'): Promise<void> => {
  const { order_id: orderId, id: paymentId } = row
  changePayment(tx, row, { state, url: null })
  if (state === 'expired')
    await publish(tx, paymentEvents.expired, {
      orderId,
      paymentId,
      amount: amountOf(row),
      reason: 'the payment page has expired',
    })
  else await publish(tx, paymentEvents.failed, { ...aboutOf(row), amount: amountOf(row), reason: 'the payment failed' })
}

const receiveMoney = async (
  tx: Tx,
  row: PaymentRow,
  snapshot: Snapshot,
  state: 'paid' | 'review',
  deps: PaymentDeps,
): Promise<void> => {
  const got = money(snapshot.session.amountMinor, snapshot.session.currency.toUpperCase())
  changePayment(tx, row, { state, captured_minor: got.amountMinor, url: null })
  if (state === 'review') await publish(tx, paymentEvents.reviewRequired, { ...aboutOf(row), expected: amountOf(row), got })
  else
    await publish(tx, paymentEvents.succeeded, {
      orderId: row.order_id,
      paymentId: row.id,
      amount: got,
      at: deps.clock.now().toISOString(),
    })
}

const settleSession = async (tx: Tx, row: PaymentRow, snapshot: Snapshot, deps: PaymentDeps): Promise<void> => {
  if (snapshot.intentId && snapshot.intentId !== row.payment_intent_id)
    changePayment(tx, row, { payment_intent_id: snapshot.intentId })
  const verdict = judgeSession(snapshot.session, { state: row.state, amountMinor: row.amount_minor, currency: row.currency })
  if (verdict === 'nothing' || verdict === 'wait') return
  tx.afterCommit(() => deps.outcomes.inc({ outcome: verdict }))
  if (verdict === 'paid' || verdict === 'review') await receiveMoney(tx, row, snapshot, verdict, deps)
  else await endSession(tx, row, verdict)
}

/** Tells customer and operators of each declined card, once; the session stays open. */
const reportDeclines = async (tx: Tx, row: PaymentRow, snapshot: Snapshot, deps: PaymentDeps): Promise<void> => {
  const known = JSON.parse(row.declined_charges) as string[]
  const fresh = snapshot.charges.filter((charge: ChargeFacts) => charge.failed && !known.includes(charge.id))
  if (fresh.length === 0) return
  changePayment(tx, row, { declined_charges: JSON.stringify([...known, ...fresh.map((charge) => charge.id)]) })
  const payUrl = row.state === 'open' && snapshot.session.status === 'open' ? row.url : null
  for (const { declineCode } of fresh) {
    tx.afterCommit(() => deps.outcomes.inc({ outcome: 'declined' }))
    await publish(tx, paymentEvents.attemptDeclined, {
      ...aboutOf(row),
      attempt: row.attempt,
      declineCode,
      amount: amountOf(row),
      payUrl,
    })
  }
}

const settleDisputes = async (tx: Tx, row: PaymentRow, disputes: readonly DisputeFacts[]): Promise<void> => {
  for (const { id, status, amountMinor, reason, dueAt } of disputes) {
    const amount = money(amountMinor, row.currency)
    const about = { ...aboutOf(row), disputeId: id, amount }
    const first =
      await tx.run`INSERT IGNORE INTO payment_dispute (id, order_id, status, amount_minor, reason, due_at, created_at, updated_at)
      VALUES (${id}, ${row.order_id}, 'open', ${amountMinor}, ${reason.slice(0, 80)}, ${dueAt}, ${tx.dbNow}, ${tx.dbNow})`
    if (first.affectedRows === 1)
      await publish(tx, paymentEvents.disputeOpened, { ...about, reason, dueAt: dueAt?.toISOString() ?? null })
    const outcome = disputeOutcome(status)
    if (outcome === null) continue
    const closed =
      await tx.run`UPDATE payment_dispute SET status = ${outcome}, updated_at = ${tx.dbNow} WHERE id = ${id} AND status = 'open'`
    if (closed.affectedRows === 1) await publish(tx, paymentEvents.disputeClosed, { ...about, outcome })
  }
}

/** A session whose opening was answered but never written, because the process died in between: it becomes the payment's session. */
const adopt = async (tx: Tx, row: PaymentRow, snapshot: Snapshot): Promise<void> => {
  const { sessionId, url } = snapshot
  const opens = row.state === 'opening' && url !== null && row.expires_at !== null
  changePayment(tx, row, { session_id: sessionId })
  if (!opens) return
  changePayment(tx, row, { state: 'open', url })
  await publish(tx, paymentEvents.sessionOpened, {
    orderId: row.order_id,
    paymentId: row.id,
    attempt: row.attempt,
    url,
    expiresAt: (row.expires_at ?? new Date(0)).toISOString(),
  })
}

const isOurs = (row: PaymentRow, snapshot: Snapshot): boolean =>
  row.session_id === null
    ? snapshot.orderId === row.order_id && snapshot.attempt === row.attempt
    : row.session_id === snapshot.sessionId

/** Applies a snapshot to its payment, under the row's lock. Any order and repetition of snapshots ends in the same row. */
export const applySnapshot = async (tx: Tx, orderId: string, snapshot: Snapshot, deps: PaymentDeps): Promise<void> => {
  const row = await lockPayment(tx, orderId)
  if (row === null || !isOurs(row, snapshot)) return
  if (row.session_id === null) await adopt(tx, row, snapshot)
  await reportDeclines(tx, row, snapshot, deps)
  await settleSession(tx, row, snapshot, deps)
  await settleRefunds(tx, row, snapshot.refunds, deps)
  await settleDisputes(tx, row, snapshot.disputes)
}
