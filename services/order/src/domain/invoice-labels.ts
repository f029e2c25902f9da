// Words of invoices and credit notes by language. Other languages read English.
import type { InvoiceKind } from '@cartwright/contracts'

const english = {
  titles: { invoice: 'Invoice', credit_note: 'Credit note', cancellation: 'Cancellation of a credit note' },
  /** The name of the sum of a document about a part of an invoice. */
  sums: { invoice: 'Total', credit_note: 'Amount paid back', cancellation: 'Amount charged again' },
  /** What a refund pays for beside its goods. */
  otherSums: 'Shipping and other amounts',
  number: 'Number',
  date: 'Date',
  order: 'Order',
  ordered: 'Ordered on',
  ofInvoice: 'Invoice',
  buyer: 'Bill to',
  item: 'Item',
  quantity: 'Qty',
  unitPrice: 'Price',
  amount: 'Amount',
  taxId: 'Tax id',
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
}
export type InvoiceLabels = Omit<typeof english, 'titles' | 'sums'> & Record<'titles' | 'sums', Record<InvoiceKind, string>>

const german: InvoiceLabels = {
  titles: { invoice: 'Rechnung', credit_note: 'Rechnungskorrektur', cancellation: 'Storno einer Rechnungskorrektur' },
  sums: { invoice: 'Gesamtbetrag', credit_note: 'Erstatteter Betrag', cancellation: 'Wieder berechneter Betrag' },
  otherSums: 'Versand und andere Beträge',
  number: 'Nummer',
  date: 'Datum',
  order: 'Bestellung',
  ordered: 'Bestellt am',
  ofInvoice: 'Rechnung',
  buyer: 'Rechnung an',
  item: 'Artikel',
  quantity: 'Menge',
  unitPrice: 'Preis',
  amount: 'Betrag',
  taxId: 'Steuernummer',
  page: (page, pages) => `Seite ${page} von ${pages}`,
}

export const labelsFor = (locale: string): InvoiceLabels => (locale.startsWith('de') ? german : english)
