// Refunds: asked for once per cause, never more than was captured; and how they ended, those made in Stripe's dashboard too.
import { AppError, money, orderEvents } from '@cartwright/contracts'
import type { NewId, Queryable, Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { disputedMinor, disputesIn } from '../disputes.ts'
import { refundable, refundStatusOf } from '../order.ts'
import { changeOrder, lockOrder, mailOf, type OrderRow } from './orders.ts'

export interface RefundRow {
  id: string
  order_id: string
  cause: string
  amount_minor: number
  reason: string
  state: 'pending' | 'succeeded' | 'failed'
  origin: 'order' | 'dashboard'
}

/** The cause of the refund that a cancellation makes, whichever way the order was cancelled: so there is one. */
export const cancellation = { cause: 'cancelled', reason: 'the order was cancelled' } as const

export const listRefunds = (db: Queryable, orderId: string): Promise<RefundRow[]> =>
  db.rows<RefundRow>`SELECT id, order_id, cause, amount_minor, reason, state, origin FROM refund WHERE order_id = ${orderId} ORDER BY id`

/** Refunds as the pure rules take them. */
export const partsOf = (refunds: readonly RefundRow[]) =>
  refunds.map(({ amount_minor, state }) => ({ amountMinor: amount_minor, state }))

/** What may still be refunded of an order, in minor units. */
export const leftToRefund = (row: OrderRow, refunds: readonly RefundRow[]): number =>
  refundable(row.captured_minor, partsOf(refunds), disputedMinor(disputesIn(row.disputes)))

/** @returns the refunds that it read */
const renewStatus = async (tx: Tx, row: OrderRow): Promise<RefundRow[]> => {
  const refunds = await listRefunds(tx, row.id)
  changeOrder(tx, row, { refund_status: refundStatusOf(row.captured_minor, partsOf(refunds)) })
  return refunds
}

/**
 * Requests a refund of a locked order: all that is left, or `amountMinor`. A second request with the same cause is a no-op.
 * @throws AppError over_refund
 */
export const requestRefund = async (
  tx: Tx,
  row: OrderRow,
  refund: { cause: string; reason: string; amountMinor?: number; newId: NewId },
): Promise<void> => {
  const known = await listRefunds(tx, row.id)
  if (known.some((existing) => existing.cause === refund.cause)) return
  const left = leftToRefund(row, known)
  const amountMinor = refund.amountMinor ?? left
  if (amountMinor > left || (refund.amountMinor !== undefined && amountMinor <= 0)) {
    throw new AppError('over_refund', undefined, { refundable: money(left, row.currency) })
  }
  if (amountMinor === 0) return
  const id = refund.newId('rfd')
  tx.write`INSERT INTO refund (id, order_id, cause, amount_minor, reason, state, origin, created_at, updated_at)
    VALUES (${id}, ${row.id}, ${refund.cause}, ${amountMinor}, ${refund.reason}, 'pending', 'order', ${tx.dbNow}, ${tx.dbNow})`
  await renewStatus(tx, row)
  await publish(tx, orderEvents.refundRequested, {
    ...mailOf(row),
    refundId: id,
    amount: money(amountMinor, row.currency),
    reason: refund.reason,
  })
}

/**
 * A cancelled order keeps no money. Its refund may be refused because less was left than we knew of: somebody gave a part back at
 * the provider, or a bank took one. Then the rest is asked for, once for each rest; a bank that simply refuses is an operator's business.
 */
const refundRest = async (tx: Tx, row: OrderRow, refunds: readonly RefundRow[], newId: NewId): Promise<void> => {
  if (row.status !== 'cancelled') return
  const left = leftToRefund(row, refunds)
  const asked = refunds.filter(({ cause }) => cause.startsWith(cancellation.cause))
  const refused = asked.some(({ state, amount_minor: amount }) => state === 'failed' && amount <= left)
  if (left === 0 || refused || refunds.some(({ state }) => state === 'pending')) return
  await requestRefund(tx, row, { ...cancellation, cause: `${cancellation.cause}:${left}`, newId })
}

export interface EndedRefund {
  orderId: string
  refundId: string
  amount: { amountMinor: number }
}

/** Records the end of a refund. One that payment found in Stripe's dashboard is new to us. Money may come back even after a success. */
export const settleRefund = async (
  tx: Tx,
  { orderId, refundId, amount }: EndedRefund,
  state: 'succeeded' | 'failed',
  origin: 'order' | 'dashboard',
  newId: NewId,
): Promise<void> => {
  const row = await lockOrder(tx, orderId)
  tx.write`INSERT IGNORE INTO refund (id, order_id, cause, amount_minor, reason, state, origin, created_at, updated_at)
    VALUES (${refundId}, ${orderId}, ${refundId}, ${amount.amountMinor}, 'made at the payment provider', 'pending', ${origin}, ${tx.dbNow}, ${tx.dbNow})`
  tx.write`UPDATE refund SET state = ${state}, updated_at = ${tx.dbNow} WHERE id = ${refundId} AND order_id = ${orderId} AND state <> 'failed'`
  await refundRest(tx, row, await renewStatus(tx, row), newId)
}
