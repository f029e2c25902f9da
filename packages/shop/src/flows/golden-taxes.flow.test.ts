// Golden table of taxes, worked by hand: three tax classes, a discount and a taxed parcel, in four currencies, with taxes in prices and on top
// of them. Cart, order, Stripe, ledger and invoice say the amounts of the table.
import type { AppliedTax, Cart, Order, Totals } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'
import { stripeAmounts } from './stripe-amounts.fixture.ts'

/** Unit prices and what a parcel costs, in minor units: 2 lamps (19 %), 3 books (7 %) and a stamp (untaxed). */
const prices = {
  EUR: { lamp: 2999, book: 1549, stamp: 855, parcel: 495 },
  USD: { lamp: 3333, book: 1799, stamp: 937, parcel: 599 },
  JPY: { lamp: 4981, book: 2377, stamp: 907, parcel: 653 },
  KWD: { lamp: 10_370, book: 4990, stamp: 4290, parcel: 1750 },
}
type Currency = keyof typeof prices
const currencies = Object.keys(prices) as Currency[]

interface Golden {
  subtotal: number
  /** 10 % of each line, rounded half up; of dinars to ten fils. */
  discount: number
  /** `percent: amount of base`, of goods and parcel together. */
  taxes: [string, string]
  tax: number
  total: number
}

/*
 * The parcel is split in proportion to what is paid for the goods, by the largest remainder:
 * EUR  495 over 5398, 4182, 769:    258.2, 200.0, 36.8  → 258, 200, 37
 * USD  599 over 5999, 4857, 843:    307.2, 248.7, 43.2  → 307, 249, 43
 * JPY  653 over 8966, 6418, 816:    361.4, 258.7, 32.9  → 361, 259, 33
 * KWD 1750 over 18670, 13470, 3860: 907.6, 654.8, 187.6 → 907, 655, 188
 */
const included: Record<Currency, Golden> = {
  // 5398 × 19/119 = 861.87, 258 × 19/119 = 41.19; 4182 × 7/107 = 273.59, 200 × 7/107 = 13.08
  EUR: { subtotal: 11_500, discount: 1151, taxes: ['19: 903 of 4753', '7: 287 of 4095'], tax: 1190, total: 10_844 },
  // 5999 × 19/119 = 957.82, 307 × 19/119 = 49.02; 4857 × 7/107 = 317.75, 249 × 7/107 = 16.29
  USD: { subtotal: 13_000, discount: 1301, taxes: ['19: 1007 of 5299', '7: 334 of 4772'], tax: 1341, total: 12_298 },
  // 8966 × 19/119 = 1431.55, 361 × 19/119 = 57.64; 6418 × 7/107 = 419.87, 259 × 7/107 = 16.94
  JPY: { subtotal: 18_000, discount: 1800, taxes: ['19: 1490 of 7837', '7: 437 of 6240'], tax: 1927, total: 16_853 },
  // 18670 × 19/119 = 2980.92, 907 × 19/119 = 144.82; 13470 × 7/107 = 881.21, 655 × 7/107 = 42.85
  KWD: { subtotal: 40_000, discount: 4000, taxes: ['19: 3126 of 16451', '7: 924 of 13201'], tax: 4050, total: 37_750 },
}
const excluded: Record<Currency, Golden> = {
  // 5398 × 19 % = 1025.62, 258 × 19 % = 49.02; 4182 × 7 % = 292.74, 200 × 7 % = 14
  EUR: { subtotal: 11_500, discount: 1151, taxes: ['19: 1075 of 5656', '7: 307 of 4382'], tax: 1382, total: 12_226 },
  // 5999 × 19 % = 1139.81, 307 × 19 % = 58.33; 4857 × 7 % = 339.99, 249 × 7 % = 17.43
  USD: { subtotal: 13_000, discount: 1301, taxes: ['19: 1198 of 6306', '7: 357 of 5106'], tax: 1555, total: 13_853 },
  // 8966 × 19 % = 1703.54, 361 × 19 % = 68.59; 6418 × 7 % = 449.26, 259 × 7 % = 18.13
  JPY: { subtotal: 18_000, discount: 1800, taxes: ['19: 1773 of 9327', '7: 467 of 6677'], tax: 2240, total: 19_093 },
  // To ten fils: 18670 × 19 % = 3547.3, 907 × 19 % = 172.33; 13470 × 7 % = 942.9, 655 × 7 % = 45.85
  KWD: { subtotal: 40_000, discount: 4000, taxes: ['19: 3720 of 19577', '7: 990 of 14125'], tax: 4710, total: 42_460 },
}

let shop: TestShop
const operate = async (method: 'post' | 'put', path: string, body: object): Promise<void> => {
  const { status, text } = await shop.admin.client[method](path, body)
  expect(status, `${path}: ${text}`).toBeLessThan(300)
}
const sell = async (sku: 'lamp' | 'book' | 'stamp', taxClass: 'standard' | 'reduced' | 'zero'): Promise<void> => {
  const money = currencies.map((currency) => ({ amountMinor: prices[currency][sku], currency }))
  const variant = { sku: sku.toUpperCase(), name: 'Standard', options: {}, prices: money }
  await operate('post', '/v1/admin/products', {
    name: sku,
    slug: sku,
    description: '',
    status: 'active',
    taxClass,
    variants: [variant],
  })
  await operate('post', `/v1/admin/stock/${variant.sku}/adjustments`, { delta: 100, reason: 'first delivery' })
}
beforeAll(async () => {
  shop = await startTestShop()
  await sell('lamp', 'standard')
  await sell('book', 'reduced')
  await sell('stamp', 'zero')
  const parcel = {
    id: 'opt_parcel01',
    name: 'Parcel',
    kind: 'flat',
    rates: currencies.map((currency) => ({ currency, tiers: [{ from: 0, amountMinor: prices[currency].parcel }] })),
    estimateDays: { min: 1, max: 3 },
  }
  const zone = { id: 'zon_germany1', name: 'Germany', countries: [{ code: 'DE' }], options: [parcel] }
  await operate('put', '/v1/admin/shipping-zones', { items: [zone] })
  await operate('post', '/v1/admin/promotions', { name: 'Sale', trigger: 'automatic', effect: { kind: 'percent', percent: 10 } })
})
afterAll(() => shop?.stop())

const told = (taxes: readonly AppliedTax[]): string[] =>
  taxes.map(({ rate, base, amount }) => `${rate}: ${amount.amountMinor} of ${base.amountMinor}`)
/** What a cart, an order or an invoice says, in the shape of the table. */
const goldenOf = ({ subtotal, discount, taxes, tax, total }: Totals & { taxes: readonly AppliedTax[] }) => ({
  subtotal: subtotal.amountMinor,
  discount: discount.amountMinor,
  taxes: told(taxes),
  tax: tax.amountMinor,
  total: total.amountMinor,
})

describe.each([
  { taxes: 'in prices', table: included, taxExcluded: [] as string[] },
  { taxes: 'on top of prices', table: excluded, taxExcluded: currencies },
])('with taxes $taxes', ({ table, taxExcluded }) => {
  beforeAll(async () => {
    const items = [
      { name: 'VAT', country: 'DE', taxClass: 'standard', rate: 19 },
      { name: 'VAT', country: 'DE', taxClass: 'reduced', rate: 7 },
    ]
    await operate('put', '/v1/admin/tax-rates', { items, taxExcluded })
    await shop.idle()
  })

  test.each(currencies)('cart, order, Stripe, ledger and invoice say the amounts of the table in %s', async (currency) => {
    const expected = table[currency]
    const guest = await shop.guest()
    await guest.client.post('/v1/cart/lines', { sku: 'LAMP', quantity: 2, currency })
    await guest.addToCart('BOOK', 3)
    await guest.addToCart('STAMP', 1)
    const to = { country: 'DE', shippingOptionId: 'opt_parcel01' }
    const cart: Cart = (await guest.client.put('/v1/cart/shipping', to)).body
    expect(goldenOf(cart)).toEqual(expected)
    expect(cart).toMatchObject({ shipping: { amountMinor: prices[currency].parcel }, taxKnown: true, problems: [] })

    const placed: Order = (await guest.checkout()).body
    expect(goldenOf(placed)).toEqual(expected)
    expect((await guest.pay(placed.id)).status).toBe(303)
    await shop.idle()
    expect(await stripeAmounts(shop, placed.id)).toMatchObject({ session: expected.total, charges: [expected.total] })
    const total = { amountMinor: expected.total, currency }
    const ledger = (await shop.admin.client.get(`/v1/admin/payments/${placed.id}`)).body
    expect(ledger).toMatchObject({ state: 'paid', amount: total, captured: total })
    const [invoice] = (await guest.client.get(`/v1/orders/${placed.id}/invoices`)).body.items
    expect(invoice).toMatchObject({ kind: 'invoice', total })
  })
})
