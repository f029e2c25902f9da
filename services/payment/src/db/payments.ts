// Rows of payments, refunds and disputes.
import { erasedEmail, type Money, money, type Recipient } from '@cartwright/contracts'
import type { Queryable, Sql, Tx } from '@cartwright/db'

/** `opening` → `open` → a terminal state. `paid` outranks everything; `expired` and `failed` outrank `open`. */
export type PaymentState = 'opening' | 'open' | 'paid' | 'review' | 'expired' | 'failed'

export interface PaymentRow {
  id: string
  order_id: string
  principal_id: string | null
  number: string
  recipient: string | null
  locale: string
  state: PaymentState
  amount_minor: number
  currency: string
  captured_minor: number
  attempt: number
  request: string
  hold_until: Date
  expires_at: Date | null
  session_id: string | null
  payment_intent_id: string | null
  url: string | null
  close_requested: number
  erase_requested: number
  declined_charges: string
}

export interface SessionRequest {
  charges: { name: string; quantity: number; unitAmount: Money }[]
  successUrl: string
  cancelUrl: string
}

export const findPayment = (db: Queryable, condition: Sql): Promise<PaymentRow | null> =>
  db.one<PaymentRow>`SELECT * FROM payment WHERE ${condition}`

export const lockPayment = (tx: Tx, orderId: string): Promise<PaymentRow | null> =>
  tx.one<PaymentRow>`SELECT * FROM payment WHERE order_id = ${orderId} FOR UPDATE`

export const changePayment = async (tx: Tx, orderId: string, assignments: Sql): Promise<void> => {
  await tx.run`UPDATE payment SET ${assignments}, updated_at = ${tx.dbNow} WHERE order_id = ${orderId}`
}

export const amountOf = (row: PaymentRow): Money => money(row.amount_minor, row.currency)
export const capturedOf = (row: PaymentRow): Money => money(row.captured_minor, row.currency)

/** What every event about a payment says for the mails. */
export const aboutOf = (row: PaymentRow) => ({
  orderId: row.order_id,
  paymentId: row.id,
  number: row.number,
  locale: row.locale,
  recipient: row.recipient === null ? { email: erasedEmail } : (JSON.parse(row.recipient) as Recipient),
})

export interface RefundRow {
  id: string
  order_id: string
  amount_minor: number
  state: 'pending' | 'succeeded' | 'failed'
  origin: 'order' | 'dashboard'
  reason: string
  stripe_refund_id: string | null
}

export const listRefunds = (db: Queryable, orderId: string): Promise<RefundRow[]> =>
  db.rows<RefundRow>`SELECT id, order_id, amount_minor, state, origin, reason, stripe_refund_id FROM payment_refund WHERE order_id = ${orderId} ORDER BY id`

/** Sum of the refunds that are in one of `states`, in minor units. */
export const sumOf = (refunds: readonly RefundRow[], ...states: RefundRow['state'][]): number =>
  refunds.filter((refund) => states.includes(refund.state)).reduce((sum, refund) => sum + refund.amount_minor, 0)
