// Cancelling: a pending order asks its payment page first; a paid one is cancelled at once, refunded once and put back once.
import { AppError, orderApi, orderEvents } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { answer, route } from '@cartwright/service-kit'
import { checkoutSaga } from '../checkout-saga/effects.ts'
import { changeOrder, linesOf, lockOrder, mailOf, moveOrder, type OrderRow, totalsOfRow, viewOrder } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { nextStatuses } from '../order.ts'
import { requestRefund } from '../refund-order/request-refund.ts'

interface Asked {
  actor: string
  cancelReason: 'customer' | 'operator'
  reason: string | null
  restock: boolean
}

const cancelPaid = async (tx: Tx, row: OrderRow, asked: Asked, deps: OrderDeps): Promise<void> => {
  await moveOrder(tx, row, 'cancelled', { reason: asked.reason ?? asked.cancelReason, actor: asked.actor })
  await changeOrder(tx, row.id, sql`cancel_reason = ${asked.cancelReason}`)
  await requestRefund(tx, row, { cause: 'cancelled', reason: 'the order was cancelled', newId: deps.newId })
  if (asked.restock) {
    const lines = linesOf(row).map(({ sku, quantity }) => ({ sku, quantity }))
    await publish(tx, orderEvents.stockReturnRequested, { orderId: row.id, reservationId: row.reservation_id, returnId: `cancel:${row.id}`, lines, reason: 'order cancelled' })
  }
  await publish(tx, orderEvents.cancelled, {
    ...mailOf(row), principal: { id: row.principal_id, role: row.principal_role }, cartId: row.cart_id, currency: row.currency, reason: asked.cancelReason, paid: true, lines: linesOf(row), totals: totalsOfRow(row),
  })
}

/** The saga decides how a pending order ends: what was paid meanwhile is refunded. After the pivot it is too late to ask. */
const askPending = async (tx: Tx, row: OrderRow, asked: Asked, deps: OrderDeps): Promise<void> => {
  if (row.cancel_requested_at !== null) return
  await changeOrder(tx, row.id, sql`cancel_requested_at = ${tx.dbNow}, cancel_requested_by = ${asked.actor}`)
  const state = await checkoutSaga.feed(tx, row.id, 'cancelAsked', undefined, deps)
  if (state === null) throw new AppError('order_state', 'the payment has just arrived; try again in a moment', { status: row.status, allowed: nextStatuses[row.status] }, 1)
}

const cancel = async (tx: Tx, row: OrderRow, asked: Asked, deps: OrderDeps) => {
  tx.afterCommit(() => deps.waiters.wake(row.id))
  if (row.status === 'pending') {
    await askPending(tx, row, asked, deps)
    return answer(202, await viewOrder(tx, await lockOrder(tx, row.id)))
  }
  if (row.status !== 'cancelled') await cancelPaid(tx, row, asked, deps)
  return answer(200, await viewOrder(tx, await lockOrder(tx, row.id)))
}

/** The saga's row is locked before the order's, as everywhere: two locks, one order. */
const lockBoth = async (tx: Tx, orderId: string): Promise<OrderRow> => {
  await checkoutSaga.lockState(tx, orderId)
  return lockOrder(tx, orderId)
}

export const cancelOrder = route(orderApi.cancelOrder, (req, deps: OrderDeps) =>
  req.once(async (tx) => {
    const row = await lockBoth(tx, req.params.orderId)
    if (row.principal_id !== req.principal.id) throw new AppError('not_found')
    return cancel(tx, row, { actor: req.principal.id, cancelReason: 'customer', reason: req.body?.reason ?? null, restock: true }, deps)
  }),
)

export const adminCancelOrder = route(orderApi.adminCancelOrder, (req, deps: OrderDeps) =>
  req.once(async (tx) => {
    const row = await lockBoth(tx, req.params.orderId)
    return cancel(tx, row, { actor: req.principal.id, cancelReason: 'operator', reason: req.body.reason, restock: req.body.restock ?? true }, deps)
  }),
)
