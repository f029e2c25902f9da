// Consumer of `payment.refund-succeeded`: records the refund, and cancels an order under review when it is fully refunded.
import { paymentEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { changeOrder, lockOrder } from '../../db/orders.ts'
import { type OrderDeps, on } from '../../deps.ts'
import { checkoutSaga } from '../../domain/checkout-saga/effects.ts'
import { settleRefund } from '../../domain/refunds.ts'

/** Cancels an order under review whose money an operator refunded at the payment provider. */
const endReview = async (tx: Tx, orderId: string, deps: OrderDeps): Promise<void> => {
  const row = await lockOrder(tx, orderId)
  if (row.status !== 'pending' || row.payment_status !== 'review' || row.refund_status !== 'full') return
  await changeOrder(tx, row, { cancel_requested_at: tx.dbNow, cancel_note: 'the money was given back at the payment provider' })
  await checkoutSaga.feed(tx, orderId, 'cancelAsked', undefined, deps)
}

export const onRefundSucceeded = on(paymentEvents.refundSucceeded, async ({ tx, message: { type, data }, deps }) => {
  await checkoutSaga.note(tx, data.orderId, type)
  await settleRefund(tx, data, 'succeeded', data.origin, deps.newId)
  await endReview(tx, data.orderId, deps)
})
