// Cancels an order for whoever asks: a pending one by its saga, one in processing at once, refunded once and put back once.
import { AppError, orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { checkoutSaga, lockWithSaga } from '../checkout-saga/effects.ts'
import { cancelledFrom, changeOrder, lockOrder, moveOrder, type OrderRow, stockOf } from '../db/orders.ts'
import { cancellation, requestRefund } from '../db/refunds.ts'
import type { OrderDeps } from '../deps.ts'
import { canCancel, stateRefusal } from '../order.ts'

export interface Asked {
  actor: string
  cancelReason: 'customer' | 'operator'
  note: string | null
  /** Whether goods that were sold go back on the shelf; what is only reserved never left it. */
  restock: boolean
}

/** Sold goods are returned, never released; the refund hangs on the same cause as every cancellation's. */
const cancelProcessing = async (tx: Tx, row: OrderRow, asked: Asked, deps: OrderDeps): Promise<void> => {
  if (row.status === 'processing' && !canCancel(row))
    throw stateRefusal(row, 'a part of this order is on its way: refund what is missing instead')
  await moveOrder(tx, row, 'cancelled', { reason: asked.note ?? asked.cancelReason, actor: asked.actor })
  changeOrder(tx, row, {
    cancel_reason: asked.cancelReason,
    cancel_requested_at: tx.dbNow,
    cancel_requested_by: asked.actor,
    cancel_note: asked.note,
  })
  await requestRefund(tx, row, { ...cancellation, newId: deps.newId })
  if (asked.restock) {
    const { ids, lines } = stockOf(row)
    await publish(tx, orderEvents.stockReturnRequested, {
      ...ids,
      returnId: `cancel:${row.id}`,
      lines,
      reason: 'order cancelled',
    })
  }
  await publish(tx, orderEvents.cancelled, cancelledFrom(row, asked.cancelReason, true))
  tx.afterCommit(() => deps.outcomes.inc({ outcome: asked.cancelReason }))
}

/** The saga decides how a pending order ends: money that arrives meanwhile goes back, stock that is sold meanwhile is returned. */
const askPending = async (tx: Tx, row: OrderRow, asked: Asked, deps: OrderDeps): Promise<void> => {
  if (row.cancel_requested_at !== null) return
  changeOrder(tx, row, {
    cancel_requested_at: tx.dbNow,
    cancel_requested_by: asked.actor,
    cancel_note: asked.note,
    cancel_restock: Number(asked.restock),
  })
  const state = await checkoutSaga.feed(tx, row.id, 'cancelAsked', { by: asked.actor }, deps)
  if (state === null) throw new Error(`order ${row.id} is pending, but its saga takes no cancellation`)
}

export interface Cancelled {
  /** 202 while the saga still waits for answers, 200 when the order is cancelled. */
  status: 200 | 202
  before: OrderRow
  row: OrderRow
}

/**
 * @param mayAct whether this caller may touch this order; everything else is `not_found`
 * @throws AppError not_found, order_state
 */
export const cancel = async (
  tx: Tx,
  orderId: string,
  asked: Asked,
  mayAct: (row: OrderRow) => boolean,
  deps: OrderDeps,
): Promise<Cancelled> => {
  const row = await lockWithSaga(tx, orderId)
  if (!mayAct(row)) throw new AppError('not_found')
  const before = { ...row }
  tx.afterCommit(() => deps.waiters.wake(row.id))
  if (row.status === 'pending') await askPending(tx, row, asked, deps)
  else if (row.status !== 'cancelled') await cancelProcessing(tx, row, asked, deps)
  return { status: before.status === 'pending' ? 202 : 200, before, row: await lockOrder(tx, orderId) }
}
