// Lines of the payment page: for any priced cart they add up to its total, can be charged, and name what lowered them.
import { deepEqual, ok } from 'node:assert/strict'
import {
  type AppliedDiscount,
  discountsOf,
  type Money,
  type OrderLine,
  paymentStep,
  priceRows,
  taxTitle,
} from '@cartwright/contracts'
import { type PricedCart, price } from '@cartwright/pricing'
import { anyRequest } from '@cartwright/pricing/price.fixture'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Charge, type ChargeableOrder, chargesOf } from './charges.ts'

const eur = (amountMinor: number): Money => ({ amountMinor, currency: 'EUR' })
const none = eur(0)

const orderOf = ({ lines, shipping, taxes, discounts, totals }: PricedCart): ChargeableOrder => ({
  ...totals,
  lines: lines.map((line) => ({ ...line, name: `Good ${line.id}` })),
  taxes,
  discounts,
  shippingOption: shipping.option && { ...shipping.option, discounts: shipping.discounts },
})

const costOf = (charges: readonly Charge[]): number =>
  charges.reduce((sum, { quantity, unitAmount }) => sum + quantity * unitAmount.amountMinor, 0)
const sumOf = (amounts: readonly { amount: Money }[]): number => amounts.reduce((sum, { amount }) => sum + amount.amountMinor, 0)

const byPromotion = (a: AppliedDiscount, b: AppliedDiscount): number => (a.promotionId < b.promotionId ? -1 : 1)

const line = (id: string, more: Partial<OrderLine> = {}): OrderLine => ({
  id,
  sku: id.toUpperCase(),
  name: `Good ${id}`,
  quantity: 1,
  cancelledQuantity: 0,
  unitPrice: eur(1000),
  lineTotal: eur(1000),
  discounts: [],
  taxes: [],
  ...more,
})

const order = (lines: readonly OrderLine[], more: Partial<ChargeableOrder> = {}): ChargeableOrder => {
  const subtotal = eur(lines.reduce((sum, { lineTotal }) => sum + lineTotal.amountMinor, 0))
  return { lines, subtotal, shipping: none, tax: none, discount: none, total: subtotal, ...more }
}

describe('any priced cart in USD, EUR, JPY and KWD', () => {
  test('has charges that add up to its total and can each be charged by card', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const priced = price(request)
        const charges = chargesOf(orderOf(priced), 'en')
        const { total } = priced.totals
        deepEqual(costOf(charges), total.amountMinor)
        for (const { unitAmount, quantity } of charges) {
          ok(unitAmount.amountMinor >= 0 && quantity >= 1)
          deepEqual([unitAmount.currency, unitAmount.amountMinor % paymentStep(total.currency)], [total.currency, 0])
        }
      }),
      { numRuns: 10_000 },
    )
  }, 60_000)

  test('has charges that name every discount, the shipping option and every tax on top', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const priced = price(request)
        const charges = chargesOf(orderOf(priced), 'en')
        deepEqual(sumOf(charges.flatMap(({ discounts = [] }) => discounts)), priced.totals.discount.amountMinor)
        const { option } = priced.shipping
        deepEqual(
          charges.filter(({ kind }) => kind === 'shipping').map(({ name }) => name),
          option === null ? [] : [`Shipping: ${option.name}`],
        )
        const taxes = priced.totals.taxIncluded ? [] : priced.taxes.filter(({ amount }) => amount.amountMinor > 0)
        const lines = charges.filter(({ kind }) => kind === 'tax')
        deepEqual(costOf(lines), sumOf(taxes))
        for (const tax of taxes) ok(lines.some(({ name }) => name.includes(taxTitle(tax, 'en'))))
      }),
      { numRuns: 1000 },
    )
  })

  test('has rows for people that add up to its total', () => {
    fc.assert(
      fc.property(anyRequest, fc.constantFrom('en', 'de', 'ja'), (request, locale) => {
        const { lines, ...totals } = orderOf(price(request))
        const rows = priceRows(totals, locale)
        const at = rows.findIndex(({ kind }) => kind === 'total')
        if (at > 0) deepEqual(sumOf(rows.slice(0, at)), totals.total.amountMinor)
        deepEqual(rows[at]?.amount, totals.total)
        const taxes = rows.filter(({ kind }) => kind === 'tax' || kind === 'included')
        deepEqual(sumOf(taxes), totals.tax.amountMinor)
        deepEqual(
          discountsOf([...lines, totals.shippingOption ?? {}]).sort(byPromotion),
          [...(totals.discounts ?? [])].sort(byPromotion),
        )
      }),
      { numRuns: 2000 },
    )
  })
})

test('a discounted line is one piece that names its promotions', () => {
  const discounts = [
    { promotionId: 'prm_000001', name: 'Summer sale', amount: eur(300) },
    { promotionId: 'prm_000002', name: 'Friends', code: 'FRIEND', amount: eur(100) },
  ]
  const mugs = line('mug', { name: 'Mug', quantity: 2, lineTotal: eur(2000), discounts })
  expect(chargesOf(order([mugs], { discount: eur(400), discounts, total: eur(1600) }), 'en')).toEqual([
    {
      kind: 'goods',
      name: '2 × Mug',
      quantity: 1,
      unitAmount: eur(1600),
      discounts: [
        { name: 'Summer sale', amount: eur(300) },
        { name: 'Friends (FRIEND)', amount: eur(100) },
      ],
    },
  ])
})

test('shipping that a promotion pays is listed with its option and the promotion, in the language of the order', () => {
  const free = { promotionId: 'prm_000001', name: 'Versand gratis', amount: eur(490) }
  const charges = chargesOf(
    order([line('mug')], {
      shipping: eur(490),
      shippingOption: { id: 'opt_000001', name: 'Paket', price: eur(490), discounts: [free] },
      discount: eur(490),
      total: eur(1000),
    }),
    'de-AT',
  )
  expect(charges.at(-1)).toEqual({
    kind: 'shipping',
    name: 'Versand: Paket',
    quantity: 1,
    unitAmount: none,
    discounts: [{ name: 'Versand gratis', amount: eur(490) }],
  })
})

test('taxes on top are lines with name and rate; taxes that prices include are none', () => {
  const taxes = [
    { name: 'State', rate: 7.25, base: eur(1000), amount: eur(73) },
    { name: 'City', rate: 1, base: eur(1000), amount: eur(10) },
    { name: 'County', rate: 0, base: eur(1000), amount: none },
  ]
  const named = (more: Partial<ChargeableOrder>) =>
    chargesOf(order([line('mug')], { taxes, tax: eur(83), ...more }), 'de')
      .filter(({ kind }) => kind === 'tax')
      .map(({ name, unitAmount }) => [name, unitAmount.amountMinor])
  expect(named({ taxIncluded: false, total: eur(1083) })).toEqual([
    ['State 7,25 %', 73],
    ['City 1 %', 10],
  ])
  expect(named({ taxIncluded: true, total: eur(1000) })).toEqual([])
})

test('taxes of a currency that cards take in tens are one line when each alone could not be charged', () => {
  const kwd = (amountMinor: number): Money => ({ amountMinor, currency: 'KWD' })
  const good = line('mug', { unitPrice: kwd(1000), lineTotal: kwd(1000) })
  const taxes = [
    { name: 'State', rate: 5, base: kwd(1000), amount: kwd(54) },
    { name: 'City', rate: 0.6, base: kwd(1000), amount: kwd(6) },
  ]
  const shipped = { shipping: kwd(0), discount: kwd(0), tax: kwd(60), taxes, taxIncluded: false, total: kwd(1060) }
  expect(chargesOf(order([good], shipped), 'en').at(-1)).toMatchObject({ name: 'State 5 %, City 0.6 %', unitAmount: kwd(60) })
})

test('an order from before there were names has general lines', () => {
  const charges = chargesOf(order([line('mug')], { shipping: eur(400), tax: eur(190), total: eur(1590) }), 'en')
  expect(charges.map(({ name, unitAmount }) => [name, unitAmount.amountMinor])).toEqual([
    ['Good mug', 1000],
    ['Shipping', 400],
    ['Tax', 190],
  ])
})

test('more lines than Stripe takes are joined, and the sum stays', () => {
  const lines = Array.from({ length: 100 }, (_, index) => line(`l${index}`, { quantity: 2, lineTotal: eur(2000) }))
  const charges = chargesOf(order(lines, { shipping: eur(400), total: eur(200_400) }), 'en')
  expect(charges).toHaveLength(100)
  expect(charges.slice(-2).map(({ name, unitAmount }) => [name, unitAmount.amountMinor])).toEqual([
    ['2 more items', 4000],
    ['Shipping', 400],
  ])
  expect(costOf(charges)).toBe(200_400)
})
