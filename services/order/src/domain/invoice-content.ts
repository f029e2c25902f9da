// What an invoice or a credit note prints: pure, from the order as it was placed. Taxes of credit notes add up to those of the invoice.
import { type AppliedTax, type Money, money } from '@cartwright/contracts'
import { proportion } from '@cartwright/pricing'
import type { InvoiceContent, InvoiceSeller } from '../db/json-columns.ts'
import { lineCancellationsOf, linesOf, type OrderRow, priceDetailsOf, totalsOfRow } from '../db/orders.ts'

/** Share of an amount for a part of the whole. */
const share = (amount: number, part: number, whole: number): number => (whole === 0 ? 0 : proportion(amount, part, whole))

interface Part {
  /** Minor units of earlier parts. */
  before: number
  amount: number
  whole: number
}

/** A part's share of an amount. The shares of parts that follow each other add up to the amount. */
const shareOf = ({ amountMinor, currency }: Money, { before, amount, whole }: Part): Money =>
  money(share(amountMinor, before + amount, whole) - share(amountMinor, before, whole), currency)

/** The taxes of a refund. */
export const taxesOfPart = (taxes: readonly AppliedTax[], part: Part): AppliedTax[] =>
  taxes.map((tax) => ({ ...tax, base: shareOf(tax.base, part), amount: shareOf(tax.amount, part) }))

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

/**
 * Goods that a refund pays for: units that were cancelled before they were shipped. Empty for other refunds, and when less than the price
 * of these goods was left to refund.
 */
export const refundedGoods = (row: OrderRow, refundId: string): InvoiceContent['lines'] => {
  const ordered = linesOf(row)
  const cancellation = lineCancellationsOf(row).find((one) => one.refundId === refundId)
  const cancelled = cancellation?.lines ?? []
  if (cancellation?.refundMinor !== cancelled.reduce((sum, line) => sum + line.refundMinor, 0)) return []
  return cancelled.map(({ lineId, name, sku, quantity, refundMinor }) => {
    const lineTotal = money(refundMinor, row.currency)
    return { name, sku, quantity, unitPrice: ordered.find(({ id }) => id === lineId)?.unitPrice ?? lineTotal, lineTotal }
  })
}

/** A document about a part of an invoice's money. */
export const partContent = (
  invoice: InvoiceContent,
  invoiceNumber: string,
  { before, amount, lines }: Omit<Part, 'whole'> & Pick<InvoiceContent, 'lines'>,
): InvoiceContent => ({
  ...invoice,
  invoiceNumber,
  lines,
  totals: null,
  taxes: taxesOfPart(invoice.taxes, { before, amount, whole: invoice.total.amountMinor }),
  total: money(amount, invoice.total.currency),
})
