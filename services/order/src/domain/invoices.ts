// Issues what is due: numbers without a gap, each given in the transaction that writes its document.
import type { InvoiceKind } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import type { InvoiceDueRow, InvoiceRow } from '../db/generated/rows.ts'
import { deleteDue, findInvoiceOf, insertInvoice, isEarlierDue, listOfOrder, lockDue, takeSerials } from '../db/invoices.ts'
import { addressesColumn, type InvoiceContent, invoiceBuyerColumn, invoiceContentColumn } from '../db/json-columns.ts'
import { findOrder, type OrderRow } from '../db/orders.ts'
import { listRefunds } from '../db/refunds.ts'
import type { OrderDeps } from '../deps.ts'
import { invoiceContent, partContent, refundedGoods } from './invoice-content.ts'

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

/** Numbers documents of one kind in a row, writes them, and forgets that they were due. */
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
  for (const [index, draft] of drafts.entries()) {
    const serial = first + index
    const number = `${prefix}-${year}-${String(serial).padStart(6, '0')}`
    insertInvoice(tx, { ...draft, number, prefix, year, serial, issued_at: issuedAt })
    deleteDue(tx, draft)
  }
}

const issueInvoices = async (tx: Tx, deps: OrderDeps, due: readonly InvoiceDueRow[]): Promise<void> => {
  const drafts: Draft[] = []
  for (const one of due) {
    const row = await findOrder(tx, sql`id = ${one.order_id}`)
    const isIssued = (await findInvoiceOf(tx, one.order_id)) !== null
    if (row === null || isIssued) deleteDue(tx, one)
    else drafts.push(draftOf(row, one, invoiceContent(row, deps.invoiceSeller)))
  }
  await issue(tx, deps, 'invoice', drafts)
}

/** Credits that stand, in minor units. */
const creditedBy = (documents: readonly InvoiceRow[]): number =>
  documents.reduce((sum, { kind, total_minor }) => {
    if (kind === 'invoice') return sum
    return kind === 'credit_note' ? sum + total_minor : sum - total_minor
  }, 0)

const isCreditOf =
  ({ refund_id }: InvoiceDueRow) =>
  (document: InvoiceRow): boolean =>
    document.kind === 'credit_note' && document.refund_id === refund_id

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
  const refund = (await listRefunds(tx, due.order_id)).find(({ id }) => id === due.refund_id)
  const isGone = due.kind === 'credit_note' ? refund?.state !== 'succeeded' : !documents.some(isCreditOf(due))
  if (invoice === undefined || row === null || refund === undefined || isGone) return deleteDue(tx, due)
  const amount = refund.amount_minor
  const credited = creditedBy(documents)
  const before = due.kind === 'credit_note' ? credited : credited - amount
  const content = partContent(invoiceContentColumn.parse(invoice.content), invoice.number, {
    before,
    amount,
    lines: refundedGoods(row, refund.id),
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
