// Order asks for money to go back: one row each, never more than was captured, and nothing that a bank took back already.
import { orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { enqueue, on } from '@cartwright/messaging'
import { announceRefund } from '../apply-stripe/settle-refunds.ts'
import { disputedOf, listRefunds, lockPayment, type PaymentRow, sumOf } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'

/** Settles a refund that will never be made. */
export const failRefund = async (tx: Tx, row: PaymentRow, refundId: string, reason: string, deps: PaymentDeps): Promise<void> => {
  const failed =
    await tx.run`UPDATE payment_refund SET state = 'failed', updated_at = ${tx.dbNow} WHERE id = ${refundId} AND state = 'pending'`
  if (failed.affectedRows !== 1) return
  tx.afterCommit(() => deps.refunds.inc({ state: 'failed' }))
  const refund = (await listRefunds(tx, row.order_id)).find((candidate) => candidate.id === refundId)
  if (refund) await announceRefund(tx, row, refund, reason)
}

/** Asking twice has the effect of asking once; the answer is repeated when there is one. */
const repeatAnswer = async (tx: Tx, row: PaymentRow, refundId: string): Promise<void> => {
  const refund = (await listRefunds(tx, row.order_id)).find((candidate) => candidate.id === refundId)
  if (refund) await announceRefund(tx, row, refund, 'the refund failed')
}

export const onRefundRequested = on(orderEvents.refundRequested, async (tx, { data }, deps: PaymentDeps) => {
  const { orderId, refundId, amount, reason } = data
  const row = await lockPayment(tx, orderId)
  if (row === null) throw new Error(`a refund was requested for ${orderId}, which has no payment yet`)
  const made =
    await tx.run`INSERT IGNORE INTO payment_refund (id, order_id, amount_minor, state, origin, reason, created_at, updated_at)
    VALUES (${refundId}, ${orderId}, ${amount.amountMinor}, 'pending', 'order', ${reason.slice(0, 500)}, ${tx.dbNow}, ${tx.dbNow})`
  if (made.affectedRows !== 1) return repeatAnswer(tx, row, refundId)
  const [refunds, disputed] = await Promise.all([listRefunds(tx, orderId), disputedOf(tx, orderId)])
  const taken = sumOf(refunds, 'pending', 'succeeded')
  if (taken > row.captured_minor || amount.currency !== row.currency)
    await failRefund(tx, row, refundId, 'more than was captured', deps)
  else if (taken + disputed > row.captured_minor) await failRefund(tx, row, refundId, 'the payment is disputed', deps)
  else await enqueue(tx, 'refund', refundId, { orderId, refundId })
})
