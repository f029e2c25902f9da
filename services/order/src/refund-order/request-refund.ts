// Asks for refunds, once per cause, never more than was captured; and records how they ended, those made in Stripe's dashboard too.
import { AppError, money, orderEvents } from '@cartwright/contracts'
import { type NewId, sql, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { changeOrder, listRefunds, lockOrder, mailOf, type OrderRow, type RefundRow } from '../db/orders.ts'
import { refundable, refundStatusOf } from '../order.ts'

const partsOf = (refunds: readonly RefundRow[]) => refunds.map((refund) => ({ amountMinor: refund.amount_minor, state: refund.state }))

const renewStatus = async (tx: Tx, orderId: string, capturedMinor: number): Promise<void> => {
  const status = refundStatusOf(capturedMinor, partsOf(await listRefunds(tx, orderId)))
  await changeOrder(tx, orderId, sql`refund_status = ${status}`)
}

/**
 * Requests a refund of a locked order: all that is left, or `amountMinor`. A second request with the same cause is a no-op.
 * @throws AppError over_refund
 */
export const requestRefund = async (tx: Tx, row: OrderRow, refund: { cause: string; reason: string; amountMinor?: number; newId: NewId }): Promise<void> => {
  const known = await listRefunds(tx, row.id)
  if (known.some((existing) => existing.cause === refund.cause)) return
  const left = refundable(row.captured_minor, partsOf(known))
  const amountMinor = refund.amountMinor ?? left
  if (amountMinor > left || (refund.amountMinor !== undefined && amountMinor <= 0)) throw new AppError('over_refund', undefined, { refundable: money(left, row.currency) })
  if (amountMinor === 0) return
  const id = refund.newId('rfd')
  await tx.run`INSERT INTO refund (id, order_id, cause, amount_minor, reason, state, origin, created_at, updated_at)
    VALUES (${id}, ${row.id}, ${refund.cause}, ${amountMinor}, ${refund.reason}, 'pending', 'order', ${tx.dbNow}, ${tx.dbNow})`
  await renewStatus(tx, row.id, row.captured_minor)
  await publish(tx, orderEvents.refundRequested, { ...mailOf(row), refundId: id, amount: money(amountMinor, row.currency), reason: refund.reason })
}

/** Records the end of a refund. One that payment found in Stripe's dashboard is new to us. */
export const settleRefund = async (
  tx: Tx,
  ended: { orderId: string; refundId: string; amount: { amountMinor: number } },
  state: 'succeeded' | 'failed',
  origin: 'order' | 'dashboard',
): Promise<void> => {
  const row = await lockOrder(tx, ended.orderId)
  await tx.run`INSERT IGNORE INTO refund (id, order_id, cause, amount_minor, reason, state, origin, created_at, updated_at)
    VALUES (${ended.refundId}, ${ended.orderId}, ${ended.refundId}, ${ended.amount.amountMinor}, 'made at the payment provider', 'pending', ${origin}, ${tx.dbNow}, ${tx.dbNow})`
  await tx.run`UPDATE refund SET state = ${state}, updated_at = ${tx.dbNow} WHERE id = ${ended.refundId} AND state <> 'succeeded'`
  await renewStatus(tx, ended.orderId, row.captured_minor)
}
