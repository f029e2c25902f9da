// Issues what is due: numbers without a gap, each given in the transaction that writes its document.
import type { InvoiceKind } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import type { InvoiceDueRow, InvoiceRow } from '../db/generated/rows.ts'
import { deleteDue, findInvoiced, insertInvoices, isEarlierDue, listOfOrder, lockDue, takeSerials } from '../db/invoices.ts'
import { addressesColumn, type InvoiceContent, invoiceBuyerColumn, invoiceContentColumn } from '../db/json-columns.ts'
import { findOrder, findOrders, type OrderRow } from '../db/orders.ts'
import { listRefunds } from '../db/refunds.ts'
import type { OrderDeps } from '../deps.ts'
import { creditContent, invoiceContent } from './invoice-content.ts'
import { creditOf } from './refunds.ts'

/** Documents that one transaction issues at most. */
const batch = 100
/** Signs before a number. Credit notes and their cancellations count together. */
const series: Record<InvoiceKind, string> = { invoice: 'INV', credit_note: 'CN', cancellation: 'CN' }

/** A document without its number. */
type Draft = Pick<InvoiceRow, 'kind' | 'order_id' | 'refund_id' | 'total_minor' | 'currency' | 'content' | 'buyer'>

const draftOf = (row: OrderRow, due: InvoiceDueRow, content: InvoiceContent): Draft => {
  const addresses = addressesColumn.parseOrNull(row.addresses)
  const buyer = addresses?.billing ?? addresses?.shipping ?? null
  return {
    kind: due.kind,
    order_id: due.order_id,
    refund_id: due.refund_id,
    total_minor: content.total.amountMinor,
    currency: content.total.currency,
    content: invoiceContentColumn.stringify(content),
    buyer: buyer === null ? null : invoiceBuyerColumn.stringify(buyer),
  }
}

const yearOf = (time: Date, timeZone: string): number =>
  Number(new Intl.DateTimeFormat('en', { year: 'numeric', timeZone }).format(time))

/** Numbers documents of one kind in a row, and writes them. */
const issue = async (
  tx: Tx,
  { config, shared, clock }: OrderDeps,
  kind: InvoiceKind,
  drafts: readonly Draft[],
): Promise<void> => {
  if (drafts.length === 0) return
  const issuedAt = clock.now()
  const prefix = `${config.invoicePrefix}${series[kind]}`
  const year = yearOf(issuedAt, shared.timeZone)
  const first = await takeSerials(tx, prefix, year, drafts.length)
  const numbered = drafts.map((draft, index) => {
    const serial = first + index
    return { ...draft, number: `${prefix}-${year}-${String(serial).padStart(6, '0')}`, prefix, year, serial, issued_at: issuedAt }
  })
  insertInvoices(tx, numbered)
}

const issueInvoices = async (tx: Tx, deps: OrderDeps, due: readonly InvoiceDueRow[]): Promise<void> => {
  if (due.length === 0) return
  const ids = due.map(({ order_id }) => order_id)
  const orders = new Map((await findOrders(tx, ids)).map((row) => [row.id, row]))
  const invoiced = await findInvoiced(tx, ids)
  const drafts = due.flatMap((one) => {
    const row = orders.get(one.order_id)
    return row === undefined || invoiced.has(row.id) ? [] : [draftOf(row, one, invoiceContent(row, deps.invoiceSeller))]
  })
  await issue(tx, deps, 'invoice', drafts)
  deleteDue(tx, 'invoice', due)
}

/** Whether a document of this kind was issued for the refund of what is due. */
const isIssued = (documents: readonly InvoiceRow[], { refund_id }: InvoiceDueRow, kind: InvoiceKind): boolean =>
  documents.some((document) => document.kind === kind && document.refund_id === refund_id)

/**
 * Issues the credit note of a refund that stands, or the cancellation of one whose refund failed afterwards. An order without an invoice,
 * cancelled before it was confirmed, has neither.
 */
const issuePart = async (tx: Tx, deps: OrderDeps, due: InvoiceDueRow): Promise<void> => {
  // Another transaction may be issuing the invoice or the credit note: until its commit, only the due row shows that.
  if (await isEarlierDue(tx, due)) return
  const documents = await listOfOrder(tx, due.order_id)
  const invoice = documents.find(({ kind }) => kind === 'invoice')
  const row = await findOrder(tx, sql`id = ${due.order_id}`)
  const refunds = await listRefunds(tx, due.order_id)
  const refund = refunds.find(({ id }) => id === due.refund_id)
  // Payment announces an outcome again when it is asked again.
  const isRepeated = isIssued(documents, due, due.kind)
  const isGone = due.kind === 'credit_note' ? refund?.state !== 'succeeded' : !isIssued(documents, due, 'credit_note')
  const credit = row === null ? null : creditOf(row, refunds, due.refund_id)
  deleteDue(tx, due.kind, [due])
  if (invoice === undefined || row === null || refund === undefined || credit === null || isRepeated || isGone) return
  const content = creditContent(invoiceContentColumn.parse(invoice.content), invoice.number, {
    row,
    credit,
    amountMinor: refund.amount_minor,
  })
  await issue(tx, deps, due.kind, [draftOf(row, due, content)])
}

/** @param orderId null: of all orders @returns whether more may be due */
export const issueDue = async (tx: Tx, deps: OrderDeps, orderId: string | null): Promise<boolean> => {
  const due = await lockDue(tx, orderId, batch)
  await issueInvoices(
    tx,
    deps,
    due.filter(({ kind }) => kind === 'invoice'),
  )
  for (const one of due.filter(({ kind }) => kind !== 'invoice')) await issuePart(tx, deps, one)
  return due.length === batch
}
