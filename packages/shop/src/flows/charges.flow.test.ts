// What is charged: one amount on the order, at Stripe, in the payment ledger, on the invoice and in the mail, in four currencies, with taxes
// in prices and on top of them, with shipping and promotions. Credit notes and what is left add up to the invoice.
import { formatMoney, type Invoice, type Money, type Order, paymentStep } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Shopper } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'
import { stripeAmounts } from './stripe-amounts.fixture.ts'

let shop: TestShop

/** Prices of the two products and of a parcel. */
const prices = {
  USD: { lamp: 3333, book: 1799, parcel: 599 },
  EUR: { lamp: 2999, book: 1549, parcel: 495 },
  JPY: { lamp: 4981, book: 2377, parcel: 653 },
  KWD: { lamp: 10_370, book: 4990, parcel: 1750 },
}
type Currency = keyof typeof prices
const currencies = Object.keys(prices) as Currency[]
/** Where a promotion pays the parcel. */
const freeParcel: readonly Currency[] = ['JPY', 'KWD']

const admin = async (method: 'post' | 'put', path: string, body: object): Promise<void> => {
  const { status, text } = await shop.admin.client[method](path, body, method === 'post' ? { key: null } : {})
  if (status >= 300) throw new Error(`${path} answered ${status}: ${text}`)
}

const sell = async (sku: 'lamp' | 'book', taxClass: 'standard' | 'reduced'): Promise<void> => {
  const variant = {
    sku: sku.toUpperCase(),
    name: 'Standard',
    options: {},
    prices: currencies.map((currency) => ({ amountMinor: prices[currency][sku], currency })),
  }
  const product = { name: `A ${sku}`, slug: sku, description: 'Made for a test', status: 'active', taxClass, variants: [variant] }
  await shop.admin.client.post('/v1/admin/products', product)
  await shop.admin.client.post(`/v1/admin/stock/${sku.toUpperCase()}/adjustments`, { delta: 500, reason: 'first delivery' })
}

const rates = [
  { name: 'VAT', country: 'DE', taxClass: 'standard', rate: 19 },
  { name: 'Levy', country: 'DE', taxClass: 'standard', rate: 0.7 },
  { name: 'VAT', country: 'DE', taxClass: 'reduced', rate: 7 },
]

beforeAll(async () => {
  shop = await startTestShop()
  await sell('lamp', 'standard')
  await sell('book', 'reduced')
  const parcel = {
    id: 'opt_parcel01',
    name: 'Insured parcel',
    kind: 'flat',
    rates: currencies.map((currency) => ({ currency, tiers: [{ from: 0, amountMinor: prices[currency].parcel }] })),
    estimateDays: { min: 1, max: 3 },
  }
  await admin('put', '/v1/admin/shipping-zones', {
    items: [{ id: 'zon_germany1', name: 'Germany', countries: [{ code: 'DE' }], options: [parcel] }],
  })
  const sale = { name: 'Spring sale', trigger: 'automatic', effect: { kind: 'percent', percent: 12.5 } }
  const gift = { name: 'Parcel as a gift', trigger: 'automatic', effect: { kind: 'free_shipping' } }
  await admin('post', '/v1/admin/promotions', sale)
  await admin('post', '/v1/admin/promotions', { ...gift, conditions: { currencies: freeParcel } })
})
afterAll(() => shop?.stop())

/** Places an order of two lamps and three books. @returns the shopper, the order and the text of the payment page */
const order = async (currency: Currency) => {
  const guest = await shop.guest()
  await guest.client.post('/v1/cart/lines', { sku: 'LAMP', quantity: 2, currency })
  const placed: Order = await guest.placeOrder('BOOK', 3, { email: `${guest.id}@example.net`, locale: 'en' })
  const page = await (await fetch(await guest.payUrl(placed.id))).text()
  expect((await guest.pay(placed.id)).status).toBe(303)
  await shop.idle()
  return { guest, placed, page }
}

const invoicesOf = async (guest: Shopper, orderId: string): Promise<Invoice[]> =>
  (await guest.client.get(`/v1/orders/${orderId}/invoices`)).body.items

const sumOf = (amounts: readonly { amount: Money }[]): number => amounts.reduce((sum, { amount }) => sum + amount.amountMinor, 0)

describe.each([
  { prices: 'without tax', isExcluded: true },
  { prices: 'with tax', isExcluded: false },
])('prices $prices', ({ isExcluded }) => {
  beforeAll(async () => {
    await admin('put', '/v1/admin/tax-rates', { items: rates, taxExcluded: isExcluded ? currencies : [] })
    await shop.idle()
  })

  test.each(currencies)('an order in %s costs the same everywhere, to the minor unit', async (currency) => {
    const { guest, placed, page } = await order(currency)
    const { lamp, book, parcel } = prices[currency]
    const { subtotal, shipping, tax, discount, total, taxes, taxIncluded, lines } = placed
    expect([subtotal, shipping, taxIncluded]).toEqual([
      { amountMinor: 2 * lamp + 3 * book, currency },
      { amountMinor: parcel, currency },
      !isExcluded,
    ])
    expect(sumOf(lines.flatMap(({ discounts }) => discounts))).toBeGreaterThan(0)
    expect([tax.amountMinor > 0, sumOf(taxes)]).toEqual([true, tax.amountMinor])
    const charged = total.amountMinor
    expect(charged).toBe(subtotal.amountMinor + shipping.amountMinor - discount.amountMinor + (isExcluded ? tax.amountMinor : 0))

    expect(await stripeAmounts(shop, placed.id)).toEqual({
      session: charged,
      charges: [charged],
      currencies: [currency, currency],
      refunds: [],
    })
    const ledger = (await shop.admin.client.get(`/v1/admin/payments/${placed.id}`)).body
    expect(ledger).toMatchObject({ state: 'paid', amount: total, captured: total })
    expect(await shop.admin.order(placed.id)).toMatchObject({ total, captured: total, paymentStatus: 'paid' })
    expect(await invoicesOf(guest, placed.id)).toMatchObject([{ kind: 'invoice', total }])

    const names = ['Spring sale', 'Shipping: Insured parcel', ...(freeParcel.includes(currency) ? ['Parcel as a gift'] : [])]
    const taxNames = ['VAT 19 %', 'VAT 7 %', 'Levy 0.7 %']
    for (const words of [...names, ...(isExcluded ? taxNames : [])]) expect(page).toContain(words)
    const mail = shop.mailbox.messages().find(({ To }) => To[0]?.Address === `${guest.id}@example.net`)?.Text ?? ''
    for (const words of [...names, ...taxNames, formatMoney(total)]) expect(mail).toContain(words)
  })

  test.each(currencies)(
    'refunds of an order in %s have credit notes that add up, with what is left, to its invoice',
    async (currency) => {
      const { guest, placed } = await order(currency)
      const { total } = placed
      const step = paymentStep(currency)
      const third = Math.floor(total.amountMinor / 3 / step) * step
      const parts = [third, step, total.amountMinor - third - 2 * step]
      for (const amountMinor of parts) {
        expect((await shop.admin.refund(placed.id, { amountMinor, currency })).status).toBe(202)
        await shop.idle()
      }
      const { refundable } = (await shop.admin.client.get(`/v1/admin/orders/${placed.id}`)).body
      const [invoice, ...notes] = await invoicesOf(guest, placed.id)
      expect(notes.map(({ kind, total: credited }) => [kind, credited.amountMinor])).toEqual(
        parts.map((part) => ['credit_note', part]),
      )
      const credited = notes.reduce((sum, note) => sum + note.total.amountMinor, 0)
      expect([invoice?.total, credited + refundable.amountMinor]).toEqual([total, total.amountMinor])
      const mails = shop.mailbox
        .messages()
        .filter(({ To, Text }) => To[0]?.Address === `${guest.id}@example.net` && /This refund/.test(Text))
      expect(mails).toHaveLength(parts.length)
      for (const rate of ['VAT 19 %', 'VAT 7 %']) expect(mails.some(({ Text }) => Text.includes(`includes ${rate}`))).toBe(true)
      expect([...(await stripeAmounts(shop, placed.id)).refunds].sort()).toEqual([...parts].sort())
    },
  )
})
