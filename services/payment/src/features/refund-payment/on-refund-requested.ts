// Event handler that creates a refund: one row per request, never more than was captured minus what is disputed.
import { orderEvents } from '@cartwright/contracts'
import { insertIgnoreInto, type Tx } from '@cartwright/db'
import { enqueue } from '@cartwright/messaging'
import { paymentRefundTable } from '../../db/generated/rows.ts'
import { refundedGoodsColumn } from '../../db/json-columns.ts'
import { getDisputedMinor, listRefunds, lockPayment, type PaymentRow, sumRefunds } from '../../db/payments.ts'
import { on, type PaymentDeps } from '../../deps.ts'
import { publishRefundOutcome } from '../../domain/sync-payment/settle-refunds.ts'

/** Marks a refund as failed that will not be created at Stripe. */
export const failRefund = async (tx: Tx, row: PaymentRow, refundId: string, reason: string, deps: PaymentDeps): Promise<void> => {
  const failed = await tx.run`UPDATE payment_refund
      SET state = 'failed', updated_at = ${tx.dbNow}
      WHERE id = ${refundId} AND state = 'pending'`
  if (failed.affectedRows !== 1) return
  tx.afterCommit(() => deps.refunds.inc({ state: 'failed' }))
  const refund = (await listRefunds(tx, row.order_id)).find((candidate) => candidate.id === refundId)
  if (refund) await publishRefundOutcome(tx, row, refund, reason)
}

/** A repeated request creates no second refund; the outcome is published again when there is one. */
const republishRefundOutcome = async (tx: Tx, row: PaymentRow, refundId: string): Promise<void> => {
  const refund = (await listRefunds(tx, row.order_id)).find((candidate) => candidate.id === refundId)
  if (refund) await publishRefundOutcome(tx, row, refund, 'the refund failed')
}

export const onRefundRequested = on(orderEvents.refundRequested, async ({ tx, message: { data }, deps }) => {
  const { orderId, refundId, amount, reason, lines, taxes } = data
  const row = await lockPayment(tx, orderId)
  if (row === null) throw new Error(`a refund was requested for ${orderId}, which has no payment yet`)
  const inserted = await tx.run`${insertIgnoreInto(paymentRefundTable, {
    id: refundId,
    order_id: orderId,
    amount_minor: amount.amountMinor,
    state: 'pending',
    origin: 'order',
    reason: reason.slice(0, 500),
    goods: refundedGoodsColumn.stringify({ ...(lines && { lines }), ...(taxes && { taxes }) }),
    created_at: tx.dbNow,
    updated_at: tx.dbNow,
  })}`
  if (inserted.affectedRows !== 1) return republishRefundOutcome(tx, row, refundId)
  const [refunds, disputed] = await Promise.all([listRefunds(tx, orderId), getDisputedMinor(tx, orderId)])
  const refunded = sumRefunds(refunds, 'pending', 'succeeded')
  if (refunded > row.captured_minor || amount.currency !== row.currency)
    await failRefund(tx, row, refundId, 'more than was captured', deps)
  else if (refunded + disputed > row.captured_minor) await failRefund(tx, row, refundId, 'the payment is disputed', deps)
  else await enqueue(tx, 'refund', refundId, { orderId, refundId })
})
