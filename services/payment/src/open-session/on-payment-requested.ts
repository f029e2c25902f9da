// Order asks for money: the payment row and its first attempt, with parameters fixed before Stripe is called.
import { type DataOf, orderEvents, paymentEvents } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import { enqueue, on, publish } from '@cartwright/messaging'
import { amountOf, lockPayment } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'

/** Publishes again what was answered before: asking twice has the effect of asking once, but the asker gets its answer. */
const repeatAnswer = async (tx: Tx, orderId: string, deps: PaymentDeps): Promise<void> => {
  const row = await lockPayment(tx, orderId)
  if (row === null) return
  const common = { orderId, paymentId: row.id }
  if (row.state === 'open' && row.url && row.expires_at) await publish(tx, paymentEvents.sessionOpened, { ...common, attempt: row.attempt, url: row.url, expiresAt: row.expires_at.toISOString() })
  if (row.state === 'paid') await publish(tx, paymentEvents.succeeded, { ...common, amount: { amountMinor: row.captured_minor, currency: row.currency }, at: deps.clock.now().toISOString() })
  if (row.state === 'expired') await publish(tx, paymentEvents.expired, { ...common, amount: amountOf(row), reason: 'the payment page has expired' })
}

const insert = async (tx: Tx, data: DataOf<typeof orderEvents.paymentRequested>, state: 'opening' | 'expired', deps: PaymentDeps) => {
  const expiresAt = new Date(Math.floor(deps.clock.now().getTime() / 1000) * 1000 + deps.config.sessionSec * 1000)
  const { charges, successUrl, cancelUrl } = data
  return tx.run`INSERT IGNORE INTO payment (id, order_id, number, recipient, locale, state, amount_minor, currency, attempt, request, hold_until, expires_at, declined_charges, created_at, updated_at)
    VALUES (${deps.newId('pay')}, ${data.orderId}, ${data.number}, ${JSON.stringify(data.recipient)}, ${data.locale}, ${state}, ${data.amount.amountMinor}, ${data.amount.currency}, 1,
      ${JSON.stringify({ charges, successUrl, cancelUrl })}, ${new Date(data.holdUntil)}, ${expiresAt}, '[]', ${tx.dbNow}, ${tx.dbNow})`
}

export const onPaymentRequested = on(orderEvents.paymentRequested, async (tx, { data }, deps: PaymentDeps) => {
  const made = await insert(tx, data, 'opening', deps)
  if (made.affectedRows === 1) {
    await enqueue(tx, 'open-session', `${data.orderId}:1`, { orderId: data.orderId, attempt: 1 })
    return
  }
  const row = await lockPayment(tx, data.orderId)
  if (row?.state !== 'expired' || row.number !== '') return repeatAnswer(tx, data.orderId, deps)
  // A request to close came first and left a tombstone: no session is opened any more.
  await tx.run`UPDATE payment SET number = ${data.number}, recipient = ${JSON.stringify(data.recipient)}, amount_minor = ${data.amount.amountMinor}, currency = ${data.amount.currency} WHERE ${sql`order_id = ${data.orderId}`}`
  await publish(tx, paymentEvents.expired, { orderId: data.orderId, paymentId: row.id, amount: data.amount, reason: 'closed before it was opened' })
})
