// Rows of payments, refunds and disputes.
import { erasedEmail, type Money, money } from '@cartwright/contracts'
import { assignments, lockedRows, type Queryable, type Sql, type Tx } from '@cartwright/db'
import type { PaymentRefundRow, PaymentRow } from './generated/rows.ts'
import { recipientColumn } from './json-columns.ts'

export type { PaymentRow }

export const findPayment = (db: Queryable, condition: Sql): Promise<PaymentRow | null> =>
  db.one<PaymentRow>`SELECT * FROM payment WHERE ${condition}`

const payments = lockedRows<PaymentRow>({
  keyOf: (row) => row.order_id,
  lock: (tx, orderId) => tx.one<PaymentRow>`SELECT * FROM payment WHERE order_id = ${orderId} FOR UPDATE`,
  save: (tx, { order_id }, changes) =>
    tx.write`UPDATE payment SET ${assignments(changes)}, updated_at = ${tx.dbNow} WHERE order_id = ${order_id}`,
})

/** The payment, locked until the transaction ends, with the changes that the transaction has made so far. */
export const lockPayment = (tx: Tx, orderId: string): Promise<PaymentRow | null> => payments.get(tx, orderId)

/** Changes columns of a locked payment. One statement writes all changes right before COMMIT. @returns the changed row */
export const updatePayment = (tx: Tx, row: PaymentRow, changes: Partial<PaymentRow>): PaymentRow =>
  payments.update(tx, row, changes)

export const amountOf = (row: PaymentRow): Money => money(row.amount_minor, row.currency)
export const capturedOf = (row: PaymentRow): Money => money(row.captured_minor, row.currency)

/** The fields that every event about a payment carries for notification's emails. */
export const eventDetailsOf = (row: PaymentRow) => ({
  orderId: row.order_id,
  paymentId: row.id,
  number: row.number,
  locale: row.locale,
  ...(row.principal_id === null ? {} : { principalId: row.principal_id }),
  recipient: recipientColumn.parseOrNull(row.recipient) ?? { email: erasedEmail },
})

export type RefundRow = Omit<PaymentRefundRow, 'created_at' | 'updated_at'>

export const listRefunds = (db: Queryable, orderId: string): Promise<PaymentRefundRow[]> =>
  db.rows<PaymentRefundRow>`SELECT * FROM payment_refund WHERE order_id = ${orderId} ORDER BY id`

/** Amount of a payment's disputes that were not won, in minor units: the bank withholds it while a dispute is open. */
export const getDisputedMinor = async (db: Queryable, orderId: string): Promise<number> => {
  const row = await db.one<{ minor: number }>`SELECT CAST(COALESCE(SUM(amount_minor), 0) AS SIGNED) AS minor
    FROM payment_dispute WHERE order_id = ${orderId} AND status <> 'won'`
  return row?.minor ?? 0
}

/** Sum of the refunds that are in one of `states`, in minor units. */
export const sumRefunds = (refunds: readonly RefundRow[], ...states: RefundRow['state'][]): number =>
  refunds.filter((refund) => states.includes(refund.state)).reduce((sum, refund) => sum + refund.amount_minor, 0)
