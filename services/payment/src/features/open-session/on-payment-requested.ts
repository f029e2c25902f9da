// Event handler that creates a payment and its first session attempt; parameters are stored before Stripe is called.
import { type DataOf, orderEvents, paymentEvents } from '@cartwright/contracts'
import { insertIgnoreInto, sql, type Tx } from '@cartwright/db'
import { enqueue, hasErased, isErased, publish } from '@cartwright/messaging'
import { currentTrace } from '@cartwright/telemetry'
import { paymentTable } from '../../db/generated/rows.ts'
import { recipientColumn, requestColumn } from '../../db/json-columns.ts'
import { lockPayment, type PaymentRow, updatePayment } from '../../db/payments.ts'
import { on, type PaymentDeps } from '../../deps.ts'
import { storedTrace } from '../../domain/payment-trace.ts'
import { republishOutcome } from '../../domain/republish-outcome.ts'
import { expiryFrom } from './expiry.ts'

type Requested = DataOf<typeof orderEvents.paymentRequested>

/** An order that is erased already has ended: its payment starts expired, without recipient and URLs. */
const insertPayment = async (tx: Tx, data: Requested, deps: PaymentDeps) => {
  const { charges, successUrl, cancelUrl, orderId, principalId = null, number, recipient, locale, amount, holdUntil } = data
  const erased = isErased(orderId)
  const request = requestColumn.stringify({ charges, successUrl, cancelUrl, trace: storedTrace(currentTrace()) })
  const withoutUrls = requestColumn.stringify({ charges, successUrl: '', cancelUrl: '' })
  return tx.run`${insertIgnoreInto(paymentTable, {
    id: deps.newId('pay'),
    order_id: orderId,
    principal_id: principalId,
    number,
    recipient: sql`IF(${erased}, NULL, ${recipientColumn.stringify(recipient)})`,
    locale,
    state: sql`IF(${erased}, 'expired', 'opening')`,
    amount_minor: amount.amountMinor,
    currency: amount.currency,
    attempt: 1,
    request: sql`IF(${erased}, ${withoutUrls}, ${request})`,
    hold_until: new Date(holdUntil),
    expires_at: expiryFrom(deps.clock.now(), deps.config.sessionSec),
    declined_charges: '[]',
    erase_requested: isErased(principalId),
    created_at: tx.dbNow,
    updated_at: tx.dbNow,
  })}`
}

/** The request to close arrived first and left an expired payment: no session is opened. */
const answerTombstone = async (tx: Tx, row: PaymentRow, data: Requested): Promise<void> => {
  const { orderId, number, recipient, locale, amount, principalId = null } = data
  const erased = await hasErased(tx, orderId, principalId)
  updatePayment(tx, row, {
    number,
    recipient: erased ? null : recipientColumn.stringify(recipient),
    locale,
    principal_id: principalId,
    amount_minor: amount.amountMinor,
    currency: amount.currency,
  })
  await publish(tx, paymentEvents.expired, { orderId, paymentId: row.id, amount, reason: 'closed before it was opened' })
}

export const onPaymentRequested = on(orderEvents.paymentRequested, async ({ tx, message: { data }, deps }) => {
  const { orderId } = data
  // Both statements are sent at once. If the payment existed before, its job exists too or finds nothing to open.
  const [inserted] = await Promise.all([
    insertPayment(tx, data, deps),
    enqueue(tx, 'open-session', `${orderId}:1`, { orderId, attempt: 1 }),
  ])
  if (inserted.affectedRows === 1) return
  const row = await lockPayment(tx, orderId)
  if (row === null) return
  if (row.state === 'expired' && row.number === '') await answerTombstone(tx, row, data)
  else await republishOutcome(tx, row, deps)
})
