// SQL of invoices: what is due, the numbers of a series, and what was issued.
import type { Invoice, InvoiceKind } from '@cartwright/contracts'
import { money } from '@cartwright/contracts'
import {
  after,
  decodeCursor,
  encodeCursor,
  insertIgnoreInto,
  insertInto,
  list,
  pageOf,
  type Queryable,
  type Sql,
  sql,
  type Tx,
  where,
} from '@cartwright/db'
import { type InvoiceDueRow, type InvoiceRow, invoiceDueTable, invoiceTable } from './generated/rows.ts'

/** Remembers a document to be issued. A second time is a no-op. */
export const addDue = (tx: Tx, orderId: string, kind: InvoiceKind, refundId = ''): void => {
  const row = { order_id: orderId, kind, refund_id: refundId, created_at: tx.dbNow }
  tx.write`${insertIgnoreInto(invoiceDueTable, row)}`
}

/**
 * Locks what is due, oldest first, so that an invoice goes before its credit notes.
 * @param orderId null: of all orders, without those that another transaction is issuing
 */
export const lockDue = (tx: Tx, orderId: string | null, limit: number): Promise<InvoiceDueRow[]> =>
  orderId === null
    ? tx.rows<InvoiceDueRow>`SELECT * FROM invoice_due ORDER BY created_at, order_id LIMIT ${limit} FOR UPDATE SKIP LOCKED`
    : tx.rows<InvoiceDueRow>`SELECT * FROM invoice_due WHERE order_id = ${orderId} ORDER BY created_at FOR UPDATE`

/** Whether a document waits to be issued. @param orderId null: of any order */
export const isDue = async (db: Queryable, orderId: string | null): Promise<boolean> => {
  const ofOrder = orderId === null ? sql`` : sql`WHERE order_id = ${orderId}`
  return (await db.one<{ due: number }>`SELECT EXISTS (SELECT 1 FROM invoice_due ${ofOrder}) AS due`)?.due === 1
}

/** Takes the next numbers of a series, which stays locked until the transaction ends. @returns the first of them */
export const takeSerials = async (tx: Tx, prefix: string, year: number, count: number): Promise<number> => {
  await tx.run`INSERT INTO invoice_series (prefix, year, last_serial) VALUES (${prefix}, ${year}, ${count})
    ON DUPLICATE KEY UPDATE last_serial = last_serial + ${count}`
  const row = await tx.one<{ last_serial: number }>`SELECT last_serial FROM invoice_series
    WHERE prefix = ${prefix} AND year = ${year} FOR UPDATE`
  return Number(row?.last_serial) - count + 1
}

/** Whether the document that a part of an invoice refers to is still due. */
export const isEarlierDue = async (db: Queryable, { order_id, kind, refund_id }: InvoiceDueRow): Promise<boolean> => {
  const credit = kind === 'cancellation' ? sql`OR (kind = 'credit_note' AND refund_id = ${refund_id})` : sql``
  const row = await db.one<{ due: number }>`
    SELECT EXISTS (SELECT 1 FROM invoice_due WHERE order_id = ${order_id} AND (kind = 'invoice' ${credit})) AS due`
  return row?.due === 1
}

export const insertInvoices = (tx: Tx, rows: readonly InvoiceRow[]): void => {
  tx.write`${insertInto(invoiceTable, ...rows)}`
}

/** @param dues documents of the same kind */
export const deleteDue = (tx: Tx, kind: InvoiceKind, dues: readonly Pick<InvoiceDueRow, 'order_id' | 'refund_id'>[]): void => {
  if (dues.length === 0) return
  tx.write`DELETE FROM invoice_due
    WHERE order_id IN (${list(dues.map(({ order_id }) => order_id))})
      AND kind = ${kind} AND refund_id IN (${list(dues.map(({ refund_id }) => refund_id))})`
}

/** Those of the orders that have an invoice. */
export const findInvoiced = async (db: Queryable, orderIds: readonly string[]): Promise<Set<string>> => {
  const rows = await db.rows<Pick<InvoiceRow, 'order_id'>>`
    SELECT order_id FROM invoice WHERE order_id IN (${list(orderIds)}) AND kind = 'invoice'`
  return new Set(rows.map(({ order_id }) => order_id))
}

/** Documents of an order, oldest first. */
export const listOfOrder = (db: Queryable, orderId: string): Promise<InvoiceRow[]> =>
  db.rows<InvoiceRow>`SELECT * FROM invoice WHERE order_id = ${orderId} ORDER BY issued_at, kind DESC, number`

export const findInvoice = (db: Queryable, condition: Sql): Promise<InvoiceRow | null> =>
  db.one<InvoiceRow>`SELECT * FROM invoice WHERE ${condition}`

/** The invoice of an order, which has at most one. */
export const findInvoiceOf = (db: Queryable, orderId: string): Promise<InvoiceRow | null> =>
  findInvoice(db, sql`order_id = ${orderId} AND kind = 'invoice'`)

export const invoiceView = (row: Omit<InvoiceRow, 'content' | 'buyer'>): Invoice => ({
  number: row.number,
  kind: row.kind,
  orderId: row.order_id,
  refundId: row.refund_id === '' ? null : row.refund_id,
  total: money(row.total_minor, row.currency),
  issuedAt: row.issued_at.toISOString(),
})

interface Filter {
  kind?: InvoiceKind | undefined
  from?: string | undefined
  to?: string | undefined
}

const order = [
  { column: 'issued_at', descending: true },
  { column: 'number', descending: true },
]

/** Documents of all orders, newest first. */
export const listInvoices = async (db: Queryable, { kind, from, to }: Filter, limit: number, cursor: string | undefined) => {
  const last = cursor === undefined ? null : decodeCursor('-issued', cursor, 2)
  const conditions = where([
    kind !== undefined && sql`kind = ${kind}`,
    from !== undefined && sql`issued_at >= ${new Date(from)}`,
    to !== undefined && sql`issued_at < ${new Date(to)}`,
    last !== null && after(order, [new Date(String(last[0])), last[1] ?? null]),
  ])
  const rows = await db.rows<InvoiceRow>`SELECT * FROM invoice WHERE ${conditions}
    ORDER BY issued_at DESC, number DESC LIMIT ${limit + 1}`
  const page = pageOf(rows, limit, (row) => encodeCursor('-issued', [row.issued_at.toISOString(), row.number]))
  return { items: page.items.map(invoiceView), nextCursor: page.nextCursor }
}
