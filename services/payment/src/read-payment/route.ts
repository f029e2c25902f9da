// What operators see of a payment.
import { AppError, money, paymentApi } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { amountOf, findPayment, listRefunds } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'

export const adminGetPayment = route(paymentApi.adminGetPayment, async (req, deps: PaymentDeps) => {
  const row = await findPayment(deps.db, sql`order_id = ${req.params.orderId}`)
  if (row === null) throw new AppError('not_found')
  const refunds = await listRefunds(deps.db, row.order_id)
  const refunded = refunds.filter((refund) => refund.state === 'succeeded').reduce((sum, refund) => sum + refund.amount_minor, 0)
  return {
    orderId: row.order_id, paymentId: row.id, state: row.state, amount: amountOf(row), captured: money(row.captured_minor, row.currency), refunded: money(refunded, row.currency), attempt: row.attempt,
    sessionId: row.session_id, paymentIntentId: row.payment_intent_id, expiresAt: row.expires_at?.toISOString() ?? null,
    refunds: refunds.map((refund) => ({ id: refund.id, amount: money(refund.amount_minor, row.currency), state: refund.state, origin: refund.origin, stripeRefundId: refund.stripe_refund_id })),
  }
})
