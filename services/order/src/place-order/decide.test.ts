// Whether an order can be placed: the first thing that is in the way is named, with what helps.
import type { InternalVariant, OpenCart } from '@cartwright/contracts'
import { expect, test } from 'vitest'
import { decideOrder, type Wish } from './decide.ts'

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
  price: eur(250),
  available: 9,
  ...more,
})
const cart: OpenCart = {
  id: 'crt_000001',
  version: 4,
  currency: 'EUR',
  lines: [
    { id: 'lin_000001', sku: 'A', quantity: 2 },
    { id: 'lin_000002', sku: 'B', quantity: 3 },
  ],
}
const wish: Wish = { cartVersion: 4, expectedTotal: eur(1250) }

const refusalOf = (of: { wish?: Partial<Wish>; cart?: Partial<OpenCart>; variants?: InternalVariant[] }) => {
  try {
    decideOrder({ ...wish, ...of.wish }, { ...cart, ...of.cart }, of.variants ?? [variant('A'), variant('B')])
  } catch (error) {
    return error
  }
  return null
}

test('lines carry names and prices of now, in the cart’s order, and the totals add up', () => {
  const { lines, totals } = decideOrder(wish, cart, [variant('B'), variant('A')])
  expect(lines).toEqual([
    { sku: 'A', name: 'Thing A', quantity: 2, unitPrice: eur(250), lineTotal: eur(500) },
    { sku: 'B', name: 'Thing B', quantity: 3, unitPrice: eur(250), lineTotal: eur(750) },
  ])
  expect(totals).toMatchObject({ subtotal: eur(1250), total: eur(1250), tax: eur(0), shipping: eur(0), discount: eur(0) })
})

test('the highest total that can be paid is ordered', () => {
  const variants = [variant('A', { price: eur(49_999_998) }), variant('B', { price: eur(1) })]
  expect(decideOrder({ ...wish, expectedTotal: eur(99_999_999) }, cart, variants).totals.total).toEqual(eur(99_999_999))
})

test.each([
  ['an empty cart', { cart: { lines: [] } }, { code: 'cart_empty' }],
  ['another version', { wish: { cartVersion: 3 } }, { code: 'cart_changed', extras: { cartVersion: 4 } }],
  [
    'an unknown SKU',
    { variants: [variant('A')] },
    { code: 'unavailable', extras: { problems: [{ lineId: 'lin_000002', sku: 'B' }] } },
  ],
  ['a withdrawn variant', { variants: [variant('A', { sellable: false }), variant('B')] }, { code: 'unavailable' }],
  ['no price in this currency', { variants: [variant('A', { price: null }), variant('B')] }, { code: 'unavailable' }],
  [
    'another total',
    { variants: [variant('A', { price: eur(300) }), variant('B')] },
    { code: 'price_changed', extras: { expected: eur(1250), total: eur(1350) } },
  ],
  [
    'a total of nothing',
    {
      wish: { expectedTotal: eur(0) },
      variants: [variant('A', { price: eur(0) }), variant('B', { price: eur(0) })],
    },
    { code: 'amount_not_payable', status: 409, extras: { total: eur(0), limit: 99_999_999 } },
  ],
  [
    'more than can be paid at once',
    {
      wish: { expectedTotal: eur(100_000_000) },
      variants: [variant('A', { price: eur(49_999_997) }), variant('B', { price: eur(2) })],
    },
    { code: 'amount_not_payable', extras: { total: eur(100_000_000), limit: 99_999_999 } },
  ],
  [
    'a price that no card can be charged with',
    {
      wish: { expectedTotal: { amountMinor: 2 * 1005 + 3 * 80, currency: 'KWD' } },
      cart: { currency: 'KWD' },
      variants: [
        variant('A', { price: { amountMinor: 1005, currency: 'KWD' } }),
        variant('B', { price: { amountMinor: 80, currency: 'KWD' } }),
      ],
    },
    { code: 'amount_not_payable', extras: { step: 10 } },
  ],
  [
    'too little stock',
    { variants: [variant('A'), variant('B', { available: 2 })] },
    { code: 'out_of_stock', extras: { shortages: [{ sku: 'B', requested: 3, available: 2 }] } },
  ],
])('%s is refused', (_, of, refusal) => {
  expect(refusalOf(of)).toMatchObject(refusal)
})
