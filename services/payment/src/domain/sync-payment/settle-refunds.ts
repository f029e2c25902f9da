// Updates refund rows to the state at Stripe, including refunds made in Stripe's dashboard, and publishes each outcome once.
import { money, paymentEvents } from '@cartwright/contracts'
import { insertInto, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { paymentRefundTable } from '../../db/generated/rows.ts'
import { refundedGoodsColumn } from '../../db/json-columns.ts'
import { capturedOf, eventDetailsOf, listRefunds, type PaymentRow, type RefundRow, sumRefunds } from '../../db/payments.ts'
import type { PaymentDeps } from '../../deps.ts'
import { canRefundMove } from './decide.ts'
import type { RefundObservation } from './stripe-state.ts'

/** The row of a refund at Stripe: found by Stripe's id, by the refund id in its metadata, or inserted for a dashboard refund. */
const findOrInsertRefund = async (
  tx: Tx,
  row: PaymentRow,
  observation: RefundObservation,
  known: readonly RefundRow[],
  deps: PaymentDeps,
): Promise<RefundRow> => {
  const byStripeId = known.find((refund) => refund.stripe_refund_id === observation.id)
  if (byStripeId) return byStripeId
  const byMetadata = known.find((refund) => refund.id === observation.localId && refund.stripe_refund_id === null)
  if (byMetadata) {
    tx.write`UPDATE payment_refund SET stripe_refund_id = ${observation.id}, updated_at = ${tx.dbNow} WHERE id = ${byMetadata.id}`
    // The row may be `failed` because no response came; Stripe has the refund, so its state is open again.
    return { ...byMetadata, stripe_refund_id: observation.id, state: 'pending' }
  }
  const inserted: RefundRow = {
    id: deps.newId('rfd'),
    order_id: row.order_id,
    amount_minor: observation.amountMinor,
    state: 'pending',
    origin: 'dashboard',
    reason: 'made at the payment provider',
    goods: null,
    stripe_refund_id: observation.id,
  }
  tx.write`${insertInto(paymentRefundTable, { ...inserted, created_at: tx.dbNow, updated_at: tx.dbNow })}`
  return inserted
}

/** Publishes the outcome of a refund; nothing while it is pending. */
export const publishRefundOutcome = async (tx: Tx, row: PaymentRow, refund: RefundRow, reason: string): Promise<void> => {
  const amount = money(refund.amount_minor, row.currency)
  const about = { ...eventDetailsOf(row), refundId: refund.id, amount, ...refundedGoodsColumn.parseOrNull(refund.goods) }
  if (refund.state === 'failed') await publish(tx, paymentEvents.refundFailed, { ...about, reason })
  if (refund.state !== 'succeeded') return
  const refundedTotal = money(sumRefunds(await listRefunds(tx, row.order_id), 'succeeded'), row.currency)
  await publish(tx, paymentEvents.refundSucceeded, { ...about, refundedTotal, captured: capturedOf(row), origin: refund.origin })
}

/** Caller holds the lock of the payment's row. A refund moves only forward: pending, succeeded, failed. */
export const settleRefunds = async (
  tx: Tx,
  row: PaymentRow,
  observed: readonly RefundObservation[],
  deps: PaymentDeps,
): Promise<void> => {
  for (const observation of observed) {
    const refund = await findOrInsertRefund(tx, row, observation, await listRefunds(tx, row.order_id), deps)
    if (!canRefundMove(refund.state, observation.status)) continue
    tx.write`UPDATE payment_refund SET state = ${observation.status}, updated_at = ${tx.dbNow} WHERE id = ${refund.id}`
    tx.afterCommit(() => deps.refunds.inc({ state: observation.status }))
    await publishRefundOutcome(tx, row, { ...refund, state: observation.status }, observation.reason || 'refused by the bank')
  }
}
