// Records a dispute on its order, and refunds a cancelled order when the dispute is won.
import type { DataOf, paymentEvents } from '@cartwright/contracts'
import type { Handler } from '@cartwright/messaging'
import { type Dispute, disputesColumn } from '../../db/json-columns.ts'
import { changeOrder, disputesOf, lockOrder } from '../../db/orders.ts'
import type { OrderDeps } from '../../deps.ts'
import { checkoutSaga } from '../../domain/checkout-saga/effects.ts'
import { disputedMinor, mergeDispute } from '../../domain/disputes.ts'
import { cancellation, requestRefund } from '../../domain/refunds.ts'

type DisputeData = DataOf<typeof paymentEvents.disputeOpened | typeof paymentEvents.disputeClosed>

const disputeOf = (data: DisputeData): Dispute => ({
  id: data.disputeId,
  amount: data.amount,
  reason: 'reason' in data ? data.reason : '',
  dueAt: 'dueAt' in data ? data.dueAt : null,
  outcome: 'outcome' in data ? data.outcome : null,
})

/** Records an opened or closed dispute under the order's lock. */
export const recordDispute: Handler<DisputeData, OrderDeps> = async ({ tx, message: { type, data }, deps: { newId } }) => {
  await checkoutSaga.note(tx, data.orderId, type)
  const row = await lockOrder(tx, data.orderId)
  const latest = disputeOf(data)
  const disputes = mergeDispute(disputesOf(row), latest)
  // A lost dispute stays `disputed`: the bank has returned the money, so it is not refunded again.
  const status = disputedMinor(disputes) > 0 ? 'disputed' : 'paid'
  const changed = await changeOrder(tx, row, { payment_status: status, disputes: disputesColumn.stringify(disputes) })
  // The refund of a cancelled order had to wait while the bank held the money.
  if (latest.outcome === 'won' && changed.status === 'cancelled')
    await requestRefund(tx, changed, { ...cancellation, cause: `${cancellation.cause}:${latest.id}`, newId })
}
