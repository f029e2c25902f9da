// What an invoice or a credit note prints: pure, from the order as it was placed and what a refund credits of it.
import { money } from '@cartwright/contracts'
import type { InvoiceContent, InvoiceSeller, RefundCredit } from '../db/json-columns.ts'
import { linesOf, type OrderRow, priceDetailsOf, totalsOfRow } from '../db/orders.ts'
import { taxesOfCredit } from './credits.ts'

export const invoiceContent = (row: OrderRow, seller: InvoiceSeller): InvoiceContent => ({
  seller,
  order: { number: row.number, placedAt: row.created_at.toISOString() },
  locale: row.locale,
  invoiceNumber: null,
  lines: linesOf(row).map(({ name, sku, quantity, unitPrice, lineTotal }) => ({ name, sku, quantity, unitPrice, lineTotal })),
  totals: totalsOfRow(row),
  ...priceDetailsOf(row),
  total: money(row.total_minor, row.currency),
})

/** A document about a refund: the goods that it pays for, and the taxes of what it credits. */
export const creditContent = (
  invoice: InvoiceContent,
  invoiceNumber: string,
  { row, credit, amountMinor }: { row: OrderRow; credit: RefundCredit; amountMinor: number },
): InvoiceContent => {
  const ordered = linesOf(row)
  const lines = credit.lines.map(({ lineId, name, sku, quantity, refundMinor }) => {
    const lineTotal = money(refundMinor, row.currency)
    return { name, sku, quantity, unitPrice: ordered.find(({ id }) => id === lineId)?.unitPrice ?? lineTotal, lineTotal }
  })
  const total = money(amountMinor, row.currency)
  return { ...invoice, invoiceNumber, lines, totals: null, taxes: taxesOfCredit(credit), total }
}
