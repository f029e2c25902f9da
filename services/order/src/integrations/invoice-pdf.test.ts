// Tests of printed invoices: the text of the PDF, read by another program.
import type { Address } from '@cartwright/contracts'
import { extractText, getDocumentProxy } from 'unpdf'
import { expect, test } from 'vitest'
import type { InvoiceContent } from '../db/json-columns.ts'
import { type PrintedInvoice, printInvoice } from './invoice-pdf.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })

const sums = { subtotal: eur(2900), shipping: eur(490), tax: eur(495), discount: eur(290), total: eur(3100) }
const content: InvoiceContent = {
  seller: { name: 'Harbour Goods', address: ['Am Kai 1', '28195 Bremen'], taxId: 'DE123456789', email: 'hello@example.com' },
  order: { number: 'CW-NYM6-9NXY', placedAt: '2026-11-30T23:30:00.000Z' },
  locale: 'en',
  invoiceNumber: null,
  lines: [{ name: 'Harbour Mug — Жасмин', sku: 'MUG-1', quantity: 2, unitPrice: eur(1450), lineTotal: eur(2900) }],
  totals: sums,
  taxIncluded: true,
  taxes: [{ name: 'VAT', rate: 19, base: eur(2605), amount: eur(495) }],
  total: eur(3100),
}
const buyer: Address = {
  name: 'Łucja Öztürk',
  line1: '12 Harbour Street',
  city: 'Bremen',
  postalCode: '28195',
  country: 'DE',
}
const invoice: PrintedInvoice = {
  number: 'INV-2026-000017',
  kind: 'invoice',
  issuedAt: new Date('2026-11-30T23:30:00.000Z'),
  content,
  buyer,
  timeZone: 'UTC',
}

const textOf = async (printed: PrintedInvoice) => {
  const { totalPages, text } = await extractText(await getDocumentProxy(new Uint8Array(await printInvoice(printed))), {
    mergePages: true,
  })
  return { totalPages, text: text.replaceAll(/\s+/g, ' ') }
}

test('an invoice names seller, buyer, number, date, order, lines, taxes and total', async () => {
  const { text } = await textOf(invoice)
  for (const part of [
    'Harbour Goods',
    'DE123456789',
    'Łucja Öztürk',
    '28195 Bremen',
    'Germany',
    'INV-2026-000017',
    'November 30, 2026',
    'CW-NYM6-9NXY',
    'Harbour Mug — Жасмин',
    '€14.50',
    '€29.00',
    'Shipping €4.90',
    'Discount −€2.90',
    'Total €31.00',
    'includes VAT 19 % on €26.05 €4.95',
  ])
    expect(text).toContain(part)
})

test('an invoice of a German order is German, with the date of the shop’s time zone', async () => {
  const { text } = await textOf({ ...invoice, content: { ...content, locale: 'de' }, timeZone: 'Europe/Berlin' })
  for (const part of [
    'Rechnung',
    '1. Dezember 2026',
    'Gesamtbetrag 31,00 €',
    'enthält VAT 19 % auf 26,05 € 4,95 €',
    'Deutschland',
  ])
    expect(text).toContain(part)
})

test('taxes that are charged on top stand before the total', async () => {
  const { text } = await textOf({
    ...invoice,
    content: { ...content, taxIncluded: false, totals: { ...sums, total: eur(3595) }, total: eur(3595) },
  })
  expect(text).toMatch(/plus VAT 19 % on €26\.05 €4\.95 Total €35\.95/)
})

test('discounts, shipping and every tax rate are named', async () => {
  const { text } = await textOf({
    ...invoice,
    content: {
      ...content,
      discounts: [{ promotionId: 'prm_000001', name: 'Opening sale', amount: eur(290) }],
      shippingOption: { id: 'opt_000001', name: 'Parcel', price: eur(490) },
      taxes: [
        { name: 'VAT', rate: 19, base: eur(1882), amount: eur(358) },
        { name: 'VAT', rate: 7, base: eur(803), amount: eur(137) },
      ],
    },
  })
  expect(text).toMatch(
    /Subtotal €29.00 Opening sale −€2.90 Shipping: Parcel €4.90 Total €31.00 includes VAT 19 % on €18.82 €3.58 includes VAT 7 % on €8.03 €1.37/,
  )
})

test('a credit note names its invoice and the amount that went back, and has no lines', async () => {
  const { text } = await textOf({
    ...invoice,
    number: 'CN-2026-000001',
    kind: 'credit_note',
    content: { ...content, invoiceNumber: 'INV-2026-000017', lines: [], totals: null, total: eur(1000) },
  })
  expect(text).toContain('Credit note')
  expect(text).toContain('INV-2026-000017')
  expect(text).toContain('Amount paid back €10.00')
  expect(text).not.toContain('Qty')
})

test('a credit note with goods names what else it pays back', async () => {
  const lines = [{ name: 'Mug', sku: 'MUG-1', quantity: 1, unitPrice: eur(1450), lineTotal: eur(1450) }]
  const part = { ...content, invoiceNumber: 'INV-2026-000017', lines, totals: null, taxes: [], total: eur(1940) }
  const { text } = await textOf({ ...invoice, kind: 'credit_note', content: part })
  expect(text).toContain('Mug MUG-1 1 €14.50 €14.50 Shipping and other amounts €4.90 Amount paid back €19.40')
})

test('names in Greek and Cyrillic stay, other scripts are written in Latin letters, and pictures are left out', async () => {
  const names = ['Κούπα Λιμάνι', 'Кружка «Гавань»', '山茶花 mug', 'كوب', '머그컵', 'Mug 🎁']
  const lines = names.map((name, index) => ({ ...content.lines[0], name, sku: `S-${index}` })) as typeof content.lines
  const { text } = await textOf({ ...invoice, content: { ...content, lines }, buyer: { ...buyer, name: '山田 太郎' } })
  expect(text).toContain('Κούπα Λιμάνι S-0')
  expect(text).toContain('Кружка «Гавань» S-1')
  expect(text).toContain('Shan Cha Hua mug S-2')
  expect(text).toMatch(/[a-z]+ S-3/)
  expect(text).toMatch(/[a-z]+ S-4/i)
  expect(text).toContain('Mug S-5')
  expect(text).toContain('Shan Tian Tai Lang')
  expect(text).not.toMatch(/[\p{Script=Han}\p{Script=Arabic}\p{Script=Hangul}\p{Extended_Pictographic}]/u)
})

test.each(['ja', 'ar', 'zh-CN', 'hi'])(
  'an order in %s has an English invoice without a glyph that the font does not have',
  async (locale) => {
    const { text } = await textOf({ ...invoice, content: { ...content, locale } })
    expect(text).toContain('Invoice')
    expect(text).not.toMatch(/[\p{Script=Han}\p{Script=Arabic}\p{Script=Devanagari}\ufffd]/u)
  },
)

test('amounts without and with three decimals are printed as their currency has them', async () => {
  const yen = { amountMinor: 1500, currency: 'JPY' }
  const dinar = { amountMinor: 1500, currency: 'KWD' }
  expect((await textOf({ ...invoice, content: { ...content, totals: null, total: yen } })).text).toContain('¥1,500')
  expect((await textOf({ ...invoice, content: { ...content, totals: null, total: dinar } })).text).toContain('KWD 1.500')
})

test('a hundred lines are printed over several numbered pages', async () => {
  const lines = Array.from({ length: 100 }, (_, index) => ({ ...content.lines[0], sku: `SKU-${index}` })) as typeof content.lines
  const { totalPages, text } = await textOf({ ...invoice, content: { ...content, lines } })
  expect(totalPages).toBeGreaterThan(2)
  expect(text).toContain(`Page ${totalPages} of ${totalPages}`)
  for (const { sku } of lines) expect(text).toContain(sku)
})

test('the same document is printed as the same bytes', async () => {
  expect((await printInvoice(invoice)).equals(await printInvoice(invoice))).toBe(true)
})
