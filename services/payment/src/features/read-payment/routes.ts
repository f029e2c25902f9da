// Routes for operators: list payments, and get one with its refunds and disputes.
import { AppError, money, paymentApi } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, pageOf, sql, where } from '@cartwright/db'
import type { PaymentDisputeRow, PaymentRefundRow } from '../../db/generated/rows.ts'
import { amountOf, capturedOf, findPayment, listRefunds, type PaymentRow, sumRefunds } from '../../db/payments.ts'
import { route } from '../../deps.ts'

const summaryOf = (row: PaymentRow) => ({
  paymentId: row.id,
  orderId: row.order_id,
  number: row.number,
  state: row.state,
  amount: amountOf(row),
  captured: capturedOf(row),
  attempt: row.attempt,
  sessionId: row.session_id,
  paymentIntentId: row.payment_intent_id,
  expiresAt: row.expires_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
})

const refundOf = (refund: PaymentRefundRow, currency: string) => ({
  id: refund.id,
  amount: money(refund.amount_minor, currency),
  state: refund.state,
  origin: refund.origin,
  reason: refund.reason,
  stripeRefundId: refund.stripe_refund_id,
  createdAt: refund.created_at.toISOString(),
})

const disputeOf = (dispute: PaymentDisputeRow, currency: string) => ({
  id: dispute.id,
  amount: money(dispute.amount_minor, currency),
  status: dispute.status,
  reason: dispute.reason,
  dueAt: dispute.due_at?.toISOString() ?? null,
  createdAt: dispute.created_at.toISOString(),
})

export const adminGetPayment = route(paymentApi.adminGetPayment, async ({ request, deps: { db } }) => {
  const { orderId } = request.params
  const row = await findPayment(db, sql`order_id = ${orderId}`)
  if (row === null) throw new AppError('not_found')
  const refunds = await listRefunds(db, orderId)
  const disputes = await db.rows<PaymentDisputeRow>`SELECT * FROM payment_dispute WHERE order_id = ${orderId} ORDER BY created_at`
  return {
    ...summaryOf(row),
    refunded: money(sumRefunds(refunds, 'succeeded'), row.currency),
    refunds: refunds.map((refund) => refundOf(refund, row.currency)),
    disputes: disputes.map((dispute) => disputeOf(dispute, row.currency)),
  }
})

/** Payments that are not refunded completely. A dispute does not count as a refund: an operator has to decide. */
const notFullyRefunded = sql`captured_minor = 0 OR captured_minor > (
  SELECT COALESCE(SUM(refund.amount_minor), 0)
  FROM payment_refund refund
  WHERE refund.order_id = payment.order_id AND refund.state = 'succeeded')`

// Payment ids ascend with time, so sorting by id sorts by creation.
export const adminListPayments = route(paymentApi.adminListPayments, async ({ request, deps: { db } }) => {
  const { state, open = false, limit = 20, cursor } = request.query
  const before = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const conditions = where([
    state !== undefined && sql`state = ${state}`,
    before !== undefined && sql`id < ${before}`,
    open && notFullyRefunded,
  ])
  const rows = await db.rows<PaymentRow>`SELECT * FROM payment WHERE ${conditions} ORDER BY id DESC LIMIT ${limit + 1}`
  const page = pageOf(rows, limit, (last) => encodeCursor('-id', [last.id]))
  return { items: page.items.map(summaryOf), nextCursor: page.nextCursor }
})
