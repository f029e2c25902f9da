// Prints an invoice or a credit note as PDF, A4, in the language of the order. The same document gives the same bytes.
import { createRequire } from 'node:module'
import {
  type Address,
  formatMoney,
  type InvoiceKind,
  languageOf,
  type Money,
  priceRows,
  priceTexts,
  type Totals,
  taxTitleWithBase,
} from '@cartwright/contracts'
import PDFDocument from 'pdfkit'
import type { InvoiceContent } from '../db/json-columns.ts'
import { type InvoiceLabels, labelsFor } from '../domain/invoice-labels.ts'
import { createPrintable } from './printable.ts'

export interface PrintedInvoice {
  number: string
  kind: InvoiceKind
  issuedAt: Date
  content: InvoiceContent
  buyer: Address | null
  timeZone: string
}

const require = createRequire(import.meta.url)
/** Latin, Greek, Cyrillic and Vietnamese. By path: pdfkit opens a registered name anew for each cell. */
const fonts = {
  regular: require.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
  bold: require.resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
}
const printable = createPrintable(fonts.regular)

/** The same data with every text in letters that the font has. */
const printableIn = <T>(data: T): T => {
  if (typeof data === 'string') return printable(data) as T
  if (Array.isArray(data)) return data.map(printableIn) as T
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, printableIn(value)])) as T
}

const ink = '#1f2933'
const muted = '#52606d'
const accent = '#0f766e'
const line = '#cbd2d9'
const margin = 56

/** What the parts of a page need. */
interface Printer {
  pdf: PDFKit.PDFDocument
  labels: InvoiceLabels
  amount(money: Money): string
  day(time: Date | string): string
  country(code: string): string
}

const noBorder = { top: 0, right: 0, bottom: 0, left: 0 }
const underlined = { ...noBorder, bottom: 0.6 }

const printHeader = ({ pdf, labels, day }: Printer, { number, kind, issuedAt, content }: PrintedInvoice): void => {
  const { seller, order, invoiceNumber } = content
  pdf.font(fonts.bold).fontSize(11).fillColor(accent).text(seller.name)
  pdf.font(fonts.regular).fontSize(9).fillColor(muted)
  for (const part of [...seller.address, seller.email, seller.taxId && `${labels.taxId}: ${seller.taxId}`].filter(Boolean))
    pdf.text(part)
  pdf.moveDown(2.5).font(fonts.bold).fontSize(20).fillColor(ink).text(labels.titles[kind])
  const facts = [
    [labels.number, number],
    [labels.date, day(issuedAt)],
    ...(invoiceNumber === null ? [] : [[labels.ofInvoice, invoiceNumber]]),
    [labels.order, order.number],
    [labels.ordered, day(order.placedAt)],
  ]
  pdf.moveDown(0.8).font(fonts.regular).fontSize(9.5).fillColor(ink)
  pdf.table({
    columnStyles: [110, '*'],
    defaultStyle: { border: noBorder, padding: { top: 1.5, bottom: 1.5, left: 0, right: 0 } },
    data: facts.map(([label = '', value = '']) => [{ text: label, textColor: muted }, value]),
  })
}

const printBuyer = ({ pdf, labels, country }: Printer, buyer: Address | null): void => {
  if (buyer === null) return
  const { name, company, line1, line2, postalCode, city, region } = buyer
  const place = [postalCode, city, region].filter(Boolean).join(' ')
  pdf.moveDown(1.5).font(fonts.regular).fontSize(9).fillColor(muted).text(labels.buyer)
  pdf.moveDown(0.2).fontSize(10).fillColor(ink)
  for (const part of [name, company, line1, line2, place, country(buyer.country)]) if (part) pdf.text(part)
}

const printLines = ({ pdf, labels, amount }: Printer, { lines }: InvoiceContent): void => {
  if (lines.length === 0) return
  pdf.moveDown(1.8).font(fonts.regular).fontSize(9.5).fillColor(ink)
  const right = { align: { x: 'right', y: 'top' } } as const
  const heading = (text: string) => ({ text, font: { src: fonts.bold }, type: 'TH' }) as const
  pdf.table({
    columnStyles: ['*', { width: 44, ...right }, { width: 96, ...right }, { width: 96, ...right }],
    defaultStyle: { border: underlined, borderColor: line, padding: { top: 5, bottom: 5, left: 0, right: 0 } },
    data: [
      [heading(labels.item), heading(labels.quantity), heading(labels.unitPrice), heading(labels.amount)],
      ...lines.map(({ name, sku, quantity, unitPrice, lineTotal }) => [
        `${name}\n${sku}`,
        String(quantity),
        amount(unitPrice),
        amount(lineTotal),
      ]),
    ],
  })
}

interface Sum {
  label: string
  amount: Money
  isTotal: boolean
}

/** The rows of an invoice: what leads from the subtotal to the total, and the taxes that the total contains. */
const invoiceSums = (content: InvoiceContent, totals: Totals): Sum[] =>
  priceRows({ ...content, ...totals }, content.locale, true).map(({ kind, ...row }) => ({ ...row, isTotal: kind === 'total' }))

/** What is refunded beside the goods of a document, such as shipping. */
const otherSums = ({ lines, total }: InvoiceContent, label: string): Sum[] => {
  const amountMinor = lines.reduce((rest, { lineTotal }) => rest - lineTotal.amountMinor, total.amountMinor)
  return lines.length === 0 || amountMinor === 0 ? [] : [{ label, amount: { ...total, amountMinor }, isTotal: false }]
}

/** The rows of a document about a part of an invoice: its amount, and the taxes that it contains. */
const partSums = (content: InvoiceContent, kind: InvoiceKind, labels: InvoiceLabels): Sum[] => [
  ...otherSums(content, labels.otherSums),
  { label: labels.sums[kind], amount: content.total, isTotal: true },
  ...content.taxes.map((tax) => ({
    label: priceTexts[languageOf(content.locale)].included(taxTitleWithBase(tax, content.locale)),
    amount: tax.amount,
    isTotal: false,
  })),
]

const printTotals = ({ pdf, labels, amount }: Printer, { kind, content }: PrintedInvoice): void => {
  const sums = content.totals === null ? partSums(content, kind, labels) : invoiceSums(content, content.totals)
  const right = { x: 'right', y: 'top' } as const
  const style = (isTotal: boolean) => (isTotal ? { font: { src: fonts.bold, size: 11 } } : {})
  pdf.moveDown(1).font(fonts.regular).fontSize(9.5).fillColor(ink)
  pdf.table({
    position: { x: margin + 150 },
    columnStyles: ['*', 96],
    defaultStyle: { border: noBorder, padding: { top: 2.5, bottom: 2.5, left: 0, right: 0 } },
    data: sums.map(({ label, amount: sum, isTotal }) => [
      { text: printable(label), ...style(isTotal), ...(isTotal ? {} : { textColor: muted }) },
      { text: amount(sum), ...style(isTotal), align: right },
    ]),
  })
}

const printPageNumbers = ({ pdf, labels }: Printer, number: string): void => {
  const { count } = pdf.bufferedPageRange()
  for (let index = 0; index < count; index++) {
    pdf.switchToPage(index)
    pdf.page.margins.bottom = 0
    pdf.font(fonts.regular).fontSize(8).fillColor(muted)
    pdf.text(`${number} · ${labels.page(index + 1, count)}`, margin, pdf.page.height - 40, {
      width: pdf.page.width - 2 * margin,
      align: 'right',
    })
  }
}

/** @returns the bytes of the document */
export const printInvoice = async (given: PrintedInvoice): Promise<Buffer> => {
  const invoice = { ...given, content: printableIn(given.content), buyer: printableIn(given.buyer) }
  const { number, kind, issuedAt, content, buyer, timeZone } = invoice
  const labels = labelsFor(content.locale)
  const locale = content.locale
  const pdf = new PDFDocument({
    size: 'A4',
    margin,
    bufferPages: true,
    lang: locale,
    info: { Title: `${labels.titles[kind]} ${number}`, Author: content.seller.name, CreationDate: issuedAt, ModDate: issuedAt },
  })
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone })
  const countries = new Intl.DisplayNames(locale, { type: 'region' })
  const printer = {
    pdf,
    labels,
    amount: (money: Money) => printable(formatMoney(money, locale).replace('-', '−')),
    day: (time: Date | string) => printable(days.format(new Date(time))),
    country: (code: string) => printable(countries.of(code) ?? code),
  }
  printHeader(printer, invoice)
  printBuyer(printer, buyer)
  printLines(printer, content)
  printTotals(printer, invoice)
  printPageNumbers(printer, number)
  pdf.end()
  const chunks: Buffer[] = []
  for await (const chunk of pdf) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
