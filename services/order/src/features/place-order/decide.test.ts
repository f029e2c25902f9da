// Unit tests of the checkout decision: each refusal with its details.
import type { InternalVariant, OpenCart } from '@cartwright/contracts'
import { emptyRules } from '@cartwright/pricing'
import { expect, test } from 'vitest'
import { type CheckoutRequest, decideOrder } from './decide.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const variant = (sku: string, more: Partial<InternalVariant> = {}): InternalVariant => ({
  sku,
  variantId: 'var_000001',
  productId: 'prd_000001',
  productSlug: 'thing',
  productName: 'Thing',
  name: `Thing ${sku}`,
  options: {},
  imageUrl: null,
  sellable: true,
  categoryIds: [],
  price: eur(250),
  available: 9,
  taxClass: 'standard',
  weightGrams: 0,
  requiresShipping: true,
  ...more,
})
const cart: OpenCart = {
  id: 'crt_000001',
  version: 4,
  currency: 'EUR',
  destination: null,
  shippingOptionId: null,
  lines: [
    { id: 'lin_000001', sku: 'A', quantity: 2 },
    { id: 'lin_000002', sku: 'B', quantity: 3 },
  ],
  codes: [],
}
const pricing = {
  at: new Date('2026-11-30T12:00:00Z'),
  rules: emptyRules,
  promotions: { codes: [], usedUp: { promotionIds: [], codes: [] }, isFirstOrder: null },
  minimums: {},
}
const request: CheckoutRequest = { cartVersion: 4, expectedTotal: eur(1250), destination: { country: 'DE' }, language: 'en' }

const refusalOf = (of: { request?: Partial<CheckoutRequest>; cart?: Partial<OpenCart>; variants?: InternalVariant[] }) => {
  try {
    decideOrder({ ...request, ...of.request }, { ...cart, ...of.cart }, of.variants ?? [variant('A'), variant('B')], pricing)
  } catch (error) {
    return error
  }
  return null
}

test('lines have current names and prices in the order of the cart, and the totals add up', () => {
  const shown = {
    variantId: 'var_000001',
    productSlug: 'thing',
    options: { colour: 'sand' },
    imageUrl: 'https://shop.example/v1/images/thing',
    compareAt: eur(300),
  }
  const { lines, totals } = decideOrder(request, cart, [variant('B', shown), variant('A', shown)], pricing)
  expect(lines).toEqual([
    {
      id: 'lin_000001',
      sku: 'A',
      name: 'Thing A',
      quantity: 2,
      unitPrice: eur(250),
      lineTotal: eur(500),
      discounts: [],
      taxes: [],
      ...shown,
    },
    {
      id: 'lin_000002',
      sku: 'B',
      name: 'Thing B',
      quantity: 3,
      unitPrice: eur(250),
      lineTotal: eur(750),
      discounts: [],
      taxes: [],
      ...shown,
    },
  ])
  expect(totals).toMatchObject({ subtotal: eur(1250), total: eur(1250), tax: eur(0), shipping: eur(0), discount: eur(0) })
})

test('the highest payable total is accepted', () => {
  const variants = [variant('A', { price: eur(49_999_998) }), variant('B', { price: eur(1) })]
  expect(decideOrder({ ...request, expectedTotal: eur(99_999_999) }, cart, variants, pricing).totals.total).toEqual(
    eur(99_999_999),
  )
})

test.each([
  ['an empty cart', { cart: { lines: [] } }, { code: 'cart_empty' }],
  ['another version', { request: { cartVersion: 3 } }, { code: 'cart_changed', extra: { cartVersion: 4 } }],
  [
    'an unknown SKU',
    { variants: [variant('A')] },
    { code: 'unavailable', extra: { problems: [{ lineId: 'lin_000002', sku: 'B' }] } },
  ],
  ['a withdrawn variant', { variants: [variant('A', { sellable: false }), variant('B')] }, { code: 'unavailable' }],
  ['no price in this currency', { variants: [variant('A', { price: null }), variant('B')] }, { code: 'unavailable' }],
  [
    'another total',
    { variants: [variant('A', { price: eur(300) }), variant('B')] },
    { code: 'price_changed', extra: { expected: eur(1250), total: eur(1350) } },
  ],
  [
    'a total of nothing',
    {
      request: { expectedTotal: eur(0) },
      variants: [variant('A', { price: eur(0) }), variant('B', { price: eur(0) })],
    },
    { code: 'amount_not_payable', status: 409, extra: { total: eur(0), limit: 99_999_999 } },
  ],
  [
    'more than can be paid at once',
    {
      request: { expectedTotal: eur(100_000_000) },
      variants: [variant('A', { price: eur(49_999_997) }), variant('B', { price: eur(2) })],
    },
    { code: 'amount_not_payable', extra: { total: eur(100_000_000), limit: 99_999_999 } },
  ],
  [
    'a price that no card can be charged with',
    {
      request: { expectedTotal: { amountMinor: 2 * 1005 + 3 * 80, currency: 'KWD' } },
      cart: { currency: 'KWD' },
      variants: [
        variant('A', { price: { amountMinor: 1005, currency: 'KWD' } }),
        variant('B', { price: { amountMinor: 80, currency: 'KWD' } }),
      ],
    },
    { code: 'amount_not_payable', extra: { step: 10 } },
  ],
  [
    'too little stock',
    { variants: [variant('A'), variant('B', { available: 2 })] },
    { code: 'out_of_stock', extra: { shortages: [{ sku: 'B', requested: 3, available: 2 }] } },
  ],
])('a checkout with %s is refused', (_, of, refusal) => {
  expect(refusalOf(of)).toMatchObject(refusal)
})

test('a line keeps its name in the language of the order, and its own where it is not translated', () => {
  const translated = [variant('A', { name: 'Mug', names: { de: 'Becher' } }), variant('B', { name: 'Bag' })]
  const namesIn = (language: 'de' | 'en') =>
    decideOrder({ ...request, language }, cart, translated, pricing).lines.map(({ name }) => name)
  expect(namesIn('de').toSorted()).toEqual(['Bag', 'Becher'])
  expect(namesIn('en').toSorted()).toEqual(['Bag', 'Mug'])
})
