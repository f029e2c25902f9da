// Words of invoices and credit notes by language. Other languages read English.
import type { InvoiceKind } from '@cartwright/contracts'

const english = {
  titles: { invoice: 'Invoice', credit_note: 'Credit note', cancellation: 'Cancellation of a credit note' },
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
  subtotal: 'Subtotal',
  discount: 'Discount',
  shipping: 'Shipping',
  total: 'Total',
  refunded: 'Amount paid back',
  charged: 'Amount charged again',
  included: (tax: string) => `includes ${tax}`,
  onTop: (tax: string) => `plus ${tax}`,
  base: (amount: string) => `on ${amount}`,
  taxId: 'Tax id',
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
}
export type InvoiceLabels = Omit<typeof english, 'titles'> & { titles: Record<InvoiceKind, string> }

const german: InvoiceLabels = {
  titles: { invoice: 'Rechnung', credit_note: 'Rechnungskorrektur', cancellation: 'Storno einer Rechnungskorrektur' },
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
  subtotal: 'Zwischensumme',
  discount: 'Rabatt',
  shipping: 'Versand',
  total: 'Gesamtbetrag',
  refunded: 'Erstatteter Betrag',
  charged: 'Wieder berechneter Betrag',
  included: (tax) => `enthält ${tax}`,
  onTop: (tax) => `zzgl. ${tax}`,
  base: (amount) => `auf ${amount}`,
  taxId: 'Steuernummer',
  page: (page, pages) => `Seite ${page} von ${pages}`,
}

export const labelsFor = (locale: string): InvoiceLabels => (locale.startsWith('de') ? german : english)
