// Order asks for money: the payment row and its first attempt, with parameters fixed before Stripe is called.
import { type DataOf, orderEvents, paymentEvents } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import { enqueue, hasErased, isErased, on, publish } from '@cartwright/messaging'
import { repeatAnswer } from '../answer-order/repeat-answer.ts'
import { changePayment, lockPayment, type PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { expiryFrom } from './expiry.ts'

type Requested = DataOf<typeof orderEvents.paymentRequested>

/** Of an order that is erased already, which has ended, there is nothing to open and nobody to be remembered. */
const insert = async (tx: Tx, data: Requested, deps: PaymentDeps) => {
  const { charges, successUrl, cancelUrl, orderId, principalId = null, number, recipient, locale, amount, holdUntil } = data
  const gone = isErased(orderId)
  const request = sql`IF(${gone}, ${JSON.stringify({ charges, successUrl: '', cancelUrl: '' })}, ${JSON.stringify({ charges, successUrl, cancelUrl })})`
  return tx.run`INSERT IGNORE INTO payment (id, order_id, principal_id, number, recipient, locale, state, amount_minor, currency, attempt, request, hold_until, expires_at, declined_charges, erase_requested, created_at, updated_at)
    VALUES (${deps.newId('pay')}, ${orderId}, ${principalId}, ${number}, IF(${gone}, NULL, ${JSON.stringify(recipient)}), ${locale}, IF(${gone}, 'expired', 'opening'),
      ${amount.amountMinor}, ${amount.currency}, 1, ${request}, ${new Date(holdUntil)}, ${expiryFrom(deps.clock.now(), deps.config.sessionSec)}, '[]',
      ${isErased(principalId)}, ${tx.dbNow}, ${tx.dbNow})`
}

/** A request to close came first and left a tombstone: no session is opened any more. */
const answerTombstone = async (tx: Tx, row: PaymentRow, data: Requested): Promise<void> => {
  const { orderId, number, recipient, locale, amount, principalId = null } = data
  const erased = await hasErased(tx, orderId, principalId)
  changePayment(tx, row, {
    number,
    recipient: erased ? null : JSON.stringify(recipient),
    locale,
    principal_id: principalId,
    amount_minor: amount.amountMinor,
    currency: amount.currency,
  })
  await publish(tx, paymentEvents.expired, { orderId, paymentId: row.id, amount, reason: 'closed before it was opened' })
}

export const onPaymentRequested = on(orderEvents.paymentRequested, async (tx, { data }, deps: PaymentDeps) => {
  const { orderId } = data
  // Sent together. Where a payment or its tombstone was before, the work exists or finds that there is nothing to open.
  const [made] = await Promise.all([insert(tx, data, deps), enqueue(tx, 'open-session', `${orderId}:1`, { orderId, attempt: 1 })])
  if (made.affectedRows === 1) return
  const row = await lockPayment(tx, orderId)
  if (row === null) return
  if (row.state === 'expired' && row.number === '') await answerTombstone(tx, row, data)
  else await repeatAnswer(tx, row, deps)
})
