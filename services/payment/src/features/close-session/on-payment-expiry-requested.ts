// Event handler that closes a payment: at once when its session was never opened, by a job otherwise.
import { type DataOf, orderEvents, paymentEvents } from '@cartwright/contracts'
import { insertIgnoreInto, type Tx } from '@cartwright/db'
import { enqueue, publish, reschedule } from '@cartwright/messaging'
import { paymentTable } from '../../db/generated/rows.ts'
import { amountOf, capturedOf, lockPayment, type PaymentRow, updatePayment } from '../../db/payments.ts'
import { on, type PaymentDeps } from '../../deps.ts'
import { republishOutcome } from '../../domain/republish-outcome.ts'

/** Inserts an expired payment if there is none, so that a request that arrives later opens no session. */
const insertTombstone = async (tx: Tx, orderId: string, deps: PaymentDeps): Promise<PaymentRow | null> => {
  tx.write`${insertIgnoreInto(paymentTable, {
    id: deps.newId('pay'),
    order_id: orderId,
    number: '',
    locale: 'en',
    state: 'expired',
    amount_minor: 0,
    currency: 'XXX',
    attempt: 0,
    request: '{}',
    hold_until: tx.dbNow,
    declined_charges: '[]',
    close_requested: true,
    created_at: tx.dbNow,
    updated_at: tx.dbNow,
  })}`
  return lockPayment(tx, orderId)
}

/** The page was never published, so it cannot have been paid. A session that opens meanwhile is discarded by its job. */
const closeUnopened = async (tx: Tx, row: PaymentRow): Promise<void> => {
  updatePayment(tx, row, { state: 'expired' })
  await publish(tx, paymentEvents.expired, {
    orderId: row.order_id,
    paymentId: row.id,
    amount: amountOf(row),
    reason: 'closed before it was opened',
  })
}

/** A payment in review stays there on a deadline; for a cancelled order it is published as paid, so that order refunds it. */
const releaseReview = async (
  tx: Tx,
  row: PaymentRow,
  why: DataOf<typeof orderEvents.paymentExpiryRequested>['why'],
  deps: PaymentDeps,
): Promise<void> => {
  if (why === 'deadline') return
  await publish(tx, paymentEvents.succeeded, {
    orderId: row.order_id,
    paymentId: row.id,
    amount: capturedOf(row),
    at: deps.clock.now().toISOString(),
  })
}

export const onPaymentExpiryRequested = on(orderEvents.paymentExpiryRequested, async ({ tx, message: { data }, deps }) => {
  const { orderId, why } = data
  const locked = await insertTombstone(tx, orderId, deps)
  if (locked === null) return
  const row = updatePayment(tx, locked, { close_requested: 1 })
  if (row.state === 'opening') await closeUnopened(tx, row)
  else if (row.state === 'review') await releaseReview(tx, row, why, deps)
  else if (row.state === 'open') {
    if (!(await enqueue(tx, 'close-session', orderId, { orderId }))) await reschedule(tx, 'close-session', orderId)
  } else await republishOutcome(tx, row, deps)
})
