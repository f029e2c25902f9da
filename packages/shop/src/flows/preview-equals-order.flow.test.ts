// Property: whatever the rules and the cart, the total that a cart shows is the total of its order.
import type { Cart, NewPromotion, Order, ShippingOption } from '@cartwright/contracts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

const currencies = ['EUR', 'USD', 'JPY', 'KWD'] as const
type Currency = (typeof currencies)[number]
const goods = [
  { sku: 'LAMP', taxClass: 'standard', weightGrams: 1200, prices: { EUR: 2999, USD: 3333, JPY: 4981, KWD: 10_370 } },
  { sku: 'BOOK', taxClass: 'reduced', weightGrams: 450, prices: { EUR: 1549, USD: 1799, JPY: 2377, KWD: 4990 } },
  { sku: 'STAMP', taxClass: 'zero', weightGrams: 1, prices: { EUR: 95, USD: 110, JPY: 150, KWD: 290 } },
  {
    sku: 'SONG',
    taxClass: 'standard',
    weightGrams: 0,
    requiresShipping: false,
    prices: { EUR: 129, USD: 149, JPY: 199, KWD: 450 },
  },
] as const

let shop: TestShop
const operate = async (method: 'post' | 'put' | 'del', path: string, body: object = {}) => {
  const { client } = shop.admin
  const answer = await (method === 'del' ? client.del(path) : client[method](path, body))
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
  return answer.body
}
beforeAll(async () => {
  shop = await startTestShop()
  for (const { sku, taxClass, prices, ...shipped } of goods) {
    const money = currencies.map((currency) => ({ amountMinor: prices[currency], currency }))
    const variants = [{ sku, name: 'Standard', options: {}, prices: money, ...shipped }]
    await operate('post', '/v1/admin/products', {
      name: sku,
      slug: sku.toLowerCase(),
      description: '',
      status: 'active',
      taxClass,
      variants,
    })
    await operate('post', `/v1/admin/stock/${sku}/adjustments`, { delta: 100_000, reason: 'first delivery' })
  }
  await shop.idle()
})
afterAll(() => shop?.stop())

const places = [{ country: 'DE' }, { country: 'FR' }, { country: 'US', region: 'CA' }, { country: 'US', region: 'NY' }] as const

/** An amount in the steps in which the currency is charged. */
const minor = (currency: Currency, amount: number) => ({ amountMinor: currency === 'KWD' ? amount * 10 : amount, currency })
const rate = fc.integer({ min: 0, max: 27_000 }).map((thousandths) => thousandths / 1000)
const taxRates = fc
  .tuple(
    ...places.flatMap((place) =>
      (['standard', 'reduced'] as const).map((taxClass) =>
        fc
          .record({ rate, once: fc.boolean() })
          .map(({ rate: percent, once }) => [
            { name: 'VAT', ...place, taxClass, rate: percent },
            ...(once ? [] : [{ name: 'Levy', ...place, taxClass, rate: 1.375 }]),
          ]),
      ),
    ),
  )
  .map((all) => all.flat())

const optionOf = (id: string) =>
  fc
    .record({
      kind: fc.constantFrom('flat', 'by_subtotal', 'by_weight' as const),
      first: fc.integer({ min: 0, max: 900 }),
      second: fc.integer({ min: 0, max: 900 }),
      from: fc.integer({ min: 1, max: 9000 }),
      freeFrom: fc.option(fc.integer({ min: 0, max: 20_000 })),
    })
    .map(
      ({ kind, first, second, from, freeFrom }): ShippingOption => ({
        id,
        name: id,
        kind,
        estimateDays: { min: 1, max: 3 },
        rates: currencies.map((currency) => ({
          currency,
          tiers: [
            { from: 0, amountMinor: minor(currency, first).amountMinor },
            ...(kind === 'flat' ? [] : [{ from, amountMinor: minor(currency, second).amountMinor }]),
          ],
          ...(freeFrom === null ? {} : { freeFromMinor: freeFrom }),
        })),
      }),
    )
const zones = fc
  .tuple(optionOf('opt_first000'), optionOf('opt_second00'), optionOf('opt_coast000'), optionOf('opt_america0'))
  .map(([first, second, coast, america]) => [
    { id: 'zon_europe00', name: 'Europe', countries: [{ code: 'DE' }, { code: 'FR' }], options: [first, second] },
    { id: 'zon_coast000', name: 'Coast', countries: [{ code: 'US', regions: ['CA'] }], options: [coast] },
    { id: 'zon_america0', name: 'America', countries: [{ code: 'US' }], options: [america] },
  ])

const amounts = (amount: number) => currencies.map((currency) => minor(currency, amount))
const effect: fc.Arbitrary<NewPromotion['effect']> = fc.oneof(
  fc.integer({ min: 1, max: 100_000 }).map((thousandths) => ({ kind: 'percent' as const, percent: thousandths / 1000 })),
  fc.integer({ min: 1, max: 5000 }).map((amount) => ({ kind: 'fixed_amount' as const, amounts: amounts(amount) })),
  fc.constant({ kind: 'free_shipping' as const }),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 100 }))
    .map(([buyQuantity, getQuantity, percent]) => ({ kind: 'buy_x_get_y' as const, buyQuantity, getQuantity, percent })),
)
const promotion: fc.Arbitrary<NewPromotion> = fc
  .record({
    effect,
    exclusive: fc.boolean(),
    priority: fc.integer({ min: 0, max: 3 }),
    limit: fc.option(fc.integer({ min: 1, max: 2 })),
    minimum: fc.option(fc.integer({ min: 1, max: 9000 })),
    sku: fc.option(fc.constantFrom(...goods.map(({ sku }) => sku))),
    firstOrder: fc.boolean(),
  })
  .map(({ limit, minimum, sku, firstOrder, ...rest }) => ({
    ...rest,
    name: 'Offer',
    trigger: 'automatic',
    conditions: {
      ...(minimum === null ? {} : { minimumSubtotals: amounts(minimum) }),
      ...(sku === null ? {} : { skus: [sku] }),
      ...(firstOrder ? { firstOrder: true as const } : {}),
    },
    ...(limit === null ? {} : { limits: { total: limit } }),
  }))

const shopRules = fc.record({
  taxRates,
  taxExcluded: fc.subarray([...currencies]),
  zones,
  promotions: fc.array(promotion, { maxLength: 3 }),
})
const buyer = fc.record({
  currency: fc.constantFrom(...currencies),
  quantities: fc.tuple(...goods.map(() => fc.integer({ min: 0, max: 4 }))).filter((all) => all.some((quantity) => quantity > 0)),
  place: fc.constantFrom(...places),
  option: fc.nat({ max: 1 }),
})
type Buyer = typeof buyer extends fc.Arbitrary<infer T> ? T : never

/** Fills a cart and chooses what is offered. @returns the cart as it is shown, and a checkout of it */
const fill = async ({ currency, quantities, place, option }: Buyer) => {
  const guest = await shop.guest()
  for (const [index, { sku }] of goods.entries()) {
    const quantity = quantities[index] ?? 0
    if (quantity > 0) await guest.client.post('/v1/cart/lines', { sku, quantity, currency })
  }
  const { shippingOptions }: Cart = (await guest.client.put('/v1/cart/shipping', place)).body
  const chosen = shippingOptions[option % Math.max(1, shippingOptions.length)]
  if (chosen) await guest.client.put('/v1/cart/shipping', { ...place, shippingOptionId: chosen.id })
  const cart = await guest.cart()
  const shippingAddress = { name: 'Gia', line1: '1', city: 'C', postalCode: '1', ...place }
  const body = { cartVersion: cart.version, expectedTotal: cart.total, shippingAddress, email: `${guest.id}@example.net` }
  return { cart, checkout: () => guest.client.post('/v1/checkout', body) }
}
const amountsOf = ({ subtotal, shipping, tax, discount, total, taxIncluded, taxes, lines }: Cart | Order) => ({
  totals: [subtotal, shipping, tax, discount, total],
  taxIncluded,
  taxes,
  lines: lines.map(({ sku, unitPrice, lineTotal, discounts, taxes: ofLine }) => ({
    sku,
    unitPrice,
    lineTotal,
    discounts,
    ofLine,
  })),
})

test('the order of a cart has its amounts, to the minor unit, and a cart that cannot be ordered says why', async () => {
  let placed = 0
  await fc.assert(
    fc.asyncProperty(shopRules, fc.array(buyer, { minLength: 1, maxLength: 3 }), async (rules, buyers) => {
      await operate('put', '/v1/admin/shipping-zones', { items: rules.zones })
      await operate('put', '/v1/admin/tax-rates', { items: rules.taxRates, taxExcluded: rules.taxExcluded })
      const created = []
      for (const one of rules.promotions) created.push(await operate('post', '/v1/admin/promotions', one))
      await shop.idle()
      await shop.advance('2s')
      for (const one of buyers) {
        const { cart, checkout } = await fill(one)
        expect(cart.problems).toEqual([])
        const { status, body } = await checkout()
        if (status === 201) {
          placed += 1
          expect(amountsOf(body)).toEqual(amountsOf(cart))
        } else
          expect({ status, code: body.code, total: body.total }).toEqual({
            status: 409,
            code: 'amount_not_payable',
            total: cart.total,
          })
      }
      for (const { id } of created) await operate('del', `/v1/admin/promotions/${id}`)
    }),
    { numRuns: 20 },
  )
  expect(placed).toBeGreaterThan(15)
})
