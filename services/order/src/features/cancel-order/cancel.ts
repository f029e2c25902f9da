// Cancels an order: a pending one through its saga, one in processing at once, with one refund and one stock return.
import { AppError, orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { cancelledFrom, changeOrder, lockOrder, type OrderRow, stockOf } from '../../db/orders.ts'
import type { OrderDeps } from '../../deps.ts'
import { checkoutSaga, lockWithSaga } from '../../domain/checkout-saga/effects.ts'
import { canCancel, stateRefusal } from '../../domain/order.ts'
import { cancellation, requestRefund } from '../../domain/refunds.ts'
import { transitionOrder } from '../../domain/transition.ts'

interface CancelRequest {
  actor: string
  cancelReason: 'customer' | 'operator'
  note: string | null
  /** Whether committed stock is returned; reserved stock is always released. */
  restock: boolean
}

/** Committed stock is returned, never released. All cancellations share one refund cause. */
const cancelProcessing = async (tx: Tx, row: OrderRow, request: CancelRequest, deps: OrderDeps): Promise<void> => {
  if (row.status === 'processing' && !canCancel(row))
    throw stateRefusal(row, 'a part of this order is on its way: cancel the lines that are left to ship')
  const moved = await transitionOrder(tx, row, 'cancelled', {
    reason: request.note ?? request.cancelReason,
    actor: request.actor,
  })
  const cancelled = await changeOrder(tx, moved, {
    cancel_reason: request.cancelReason,
    cancel_requested_at: tx.dbNow,
    cancel_requested_by: request.actor,
    cancel_note: request.note,
  })
  await requestRefund(tx, cancelled, { ...cancellation, newId: deps.newId })
  if (request.restock) {
    const { ids, lines } = stockOf(row)
    await publish(tx, orderEvents.stockReturnRequested, {
      ...ids,
      returnId: `cancel:${row.id}`,
      lines,
      reason: 'order cancelled',
    })
  }
  await publish(tx, orderEvents.cancelled, cancelledFrom(cancelled, request.cancelReason, true))
  tx.afterCommit(() => deps.counters.outcomes.inc({ outcome: request.cancelReason }))
}

/** Lets the saga cancel a pending order: money that arrives meanwhile is refunded, committed stock is returned. */
const cancelPending = async (tx: Tx, row: OrderRow, request: CancelRequest, deps: OrderDeps): Promise<void> => {
  if (row.cancel_requested_at !== null) return
  await changeOrder(tx, row, {
    cancel_requested_at: tx.dbNow,
    cancel_requested_by: request.actor,
    cancel_note: request.note,
    cancel_restock: request.restock ? 1 : 0,
  })
  const state = await checkoutSaga.feed(tx, row.id, 'cancelAsked', undefined, deps)
  if (state === null) throw new Error(`order ${row.id} is pending, but its saga accepts no cancellation: inspect the saga`)
}

export interface Cancelled {
  /** 202 while the saga still waits for answers, 200 when the order is cancelled. */
  status: 200 | 202
  before: OrderRow
  row: OrderRow
}

/**
 * @param mayAct whether the caller may cancel this order; otherwise the answer is `not_found`
 * @throws AppError not_found, order_state
 */
export const cancel = async (
  tx: Tx,
  orderId: string,
  request: CancelRequest,
  mayAct: (row: OrderRow) => boolean,
  deps: OrderDeps,
): Promise<Cancelled> => {
  const before = await lockWithSaga(tx, orderId)
  if (!mayAct(before)) throw new AppError('not_found')
  tx.afterCommit(() => deps.orderChanges.notify(orderId))
  if (before.status === 'pending') await cancelPending(tx, before, request, deps)
  else if (before.status !== 'cancelled') await cancelProcessing(tx, before, request, deps)
  return { status: before.status === 'pending' ? 202 : 200, before, row: await lockOrder(tx, orderId) }
}
