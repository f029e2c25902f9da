// Rows of payments, refunds and disputes.
import { erasedEmail, type Money, money, type Recipient } from '@cartwright/contracts'
import { assignments, kept, type Queryable, type Sql, type Tx } from '@cartwright/db'

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

type Changes = { [C in keyof PaymentRow]?: PaymentRow[C] }

/** What a transaction knows of a payment that it has locked, and what it will write. */
interface Held {
  row: PaymentRow
  changes: Changes
}
const heldKey = Symbol('held payments')

const heldIn = (tx: Tx): Map<string, Held> => kept(tx.locals, heldKey, () => new Map<string, Held>())

/** The payment, locked until the transaction ends. Who locks it again in the same transaction gets the same row, with its changes. */
export const lockPayment = async (tx: Tx, orderId: string): Promise<PaymentRow | null> => {
  const known = heldIn(tx).get(orderId)
  if (known) return known.row
  const row = await tx.one<PaymentRow>`SELECT * FROM payment WHERE order_id = ${orderId} FOR UPDATE`
  if (row) heldIn(tx).set(orderId, { row, changes: {} })
  return row
}

const writeChanges = async (tx: Tx): Promise<void> => {
  for (const [orderId, { changes }] of heldIn(tx))
    if (Object.keys(changes).length > 0)
      tx.write`UPDATE payment SET ${assignments(changes)}, updated_at = ${tx.dbNow} WHERE order_id = ${orderId}`
}

/** Changes columns of a locked payment: in `row` at once, in its table right before COMMIT, with one statement whatever changes. */
export const changePayment = (tx: Tx, row: PaymentRow, changes: Changes): void => {
  const held = heldIn(tx).get(row.order_id)
  if (held?.row !== row) throw new Error(`the payment of ${row.order_id} is not locked`)
  Object.assign(row, changes)
  Object.assign(held.changes, changes)
  tx.beforeCommit(heldKey, () => writeChanges(tx))
}

export const amountOf = (row: PaymentRow): Money => money(row.amount_minor, row.currency)
export const capturedOf = (row: PaymentRow): Money => money(row.captured_minor, row.currency)

/** What every event about a payment says for the mails. */
export const aboutOf = (row: PaymentRow) => ({
  orderId: row.order_id,
  paymentId: row.id,
  number: row.number,
  locale: row.locale,
  ...(row.principal_id === null ? {} : { principalId: row.principal_id }),
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

/** What a bank took back of a payment, for now or for good, in minor units. */
export const disputedOf = async (db: Queryable, orderId: string): Promise<number> => {
  const row = await db.one<{ minor: number }>`SELECT CAST(COALESCE(SUM(amount_minor), 0) AS SIGNED) AS minor
    FROM payment_dispute WHERE order_id = ${orderId} AND status <> 'won'`
  return row?.minor ?? 0
}

/** Sum of the refunds that are in one of `states`, in minor units. */
export const sumOf = (refunds: readonly RefundRow[], ...states: RefundRow['state'][]): number =>
  refunds.filter((refund) => states.includes(refund.state)).reduce((sum, refund) => sum + refund.amount_minor, 0)
