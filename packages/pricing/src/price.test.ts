// The totals of any cart under any rules: they add up, nothing is below zero, and only the request decides them.
import { deepEqual, ok } from 'node:assert/strict'
import { type Money, money, paymentStep } from '@cartwright/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { promotionErrors, shippingZoneErrors, taxRateErrors } from './index.ts'
import { anyRequest, line, promotion, request } from './price.fixture.ts'
import { price } from './price.ts'
import type { PricedCart, PriceRequest } from './types.ts'

const sum = (amounts: readonly { amount: Money }[]): number =>
  amounts.reduce((total, { amount }) => total + amount.amountMinor, 0)

const addsUp = ({ lines, shipping, taxes, discounts, totals }: PricedCart): void => {
  const { subtotal, tax, discount, total, taxIncluded } = totals
  deepEqual(
    lines.reduce((all, { lineTotal }) => all + lineTotal.amountMinor, 0),
    subtotal.amountMinor,
  )
  deepEqual(totals.shipping, shipping.price)
  deepEqual(sum(lines.flatMap((one) => one.taxes)) + sum(shipping.taxes), tax.amountMinor)
  deepEqual(sum(taxes), tax.amountMinor)
  deepEqual(sum(lines.flatMap((one) => one.discounts)) + sum(shipping.discounts), discount.amountMinor)
  deepEqual(sum(discounts), discount.amountMinor)
  const charged = subtotal.amountMinor + shipping.price.amountMinor + (taxIncluded ? 0 : tax.amountMinor) - discount.amountMinor
  deepEqual(total.amountMinor, charged)
}

const nothingBelowZero = ({ lines, shipping, totals }: PricedCart): void => {
  for (const { lineTotal, discounts, taxes } of lines) {
    ok(sum(discounts) <= lineTotal.amountMinor, 'a line is discounted by more than its price')
    for (const { amount } of [...discounts, ...taxes]) ok(amount.amountMinor >= 0)
    for (const { amount } of discounts) ok(amount.amountMinor > 0)
  }
  ok(sum(shipping.discounts) <= shipping.price.amountMinor)
  for (const amount of [totals.subtotal, totals.shipping, totals.tax, totals.discount, totals.total]) ok(amount.amountMinor >= 0)
}

/** Each tax is within its rounding of the exact amount; taxes that share a base share the rounding of their sum. */
const taxesAreNear = ({ lines, totals }: PricedCart): void => {
  for (const { taxes } of lines)
    for (const { rate, base, amount } of taxes) {
      const step = totals.taxIncluded ? 1 : paymentStep(base.currency)
      const off = Math.abs(amount.amountMinor - (base.amountMinor * rate) / 100)
      ok(
        off <= step * taxes.length + base.amountMinor * 1e-12,
        `${amount.amountMinor} is not ${rate} percent of ${base.amountMinor}`,
      )
    }
}

/** Amounts that are charged are multiples of what a card can be charged with. */
const isInSteps = ({ totals }: PricedCart): void => {
  const { total, shipping, discount } = totals
  for (const { amountMinor } of [total, shipping, discount]) deepEqual(amountMinor % paymentStep(total.currency), 0)
}

const reversed = ({ lines, codes, rules, ...others }: PriceRequest): PriceRequest => ({
  ...others,
  lines: lines.toReversed(),
  codes: codes.toReversed(),
  rules: {
    ...rules,
    shippingZones: rules.shippingZones.map((zone) => ({ ...zone, options: zone.options.toReversed() })).toReversed(),
    taxRates: rules.taxRates.toReversed(),
    promotions: rules.promotions.toReversed(),
  },
})
/** The answer with lines and problems in one order. */
const inOrder = (priced: PricedCart): string =>
  JSON.stringify({
    ...priced,
    lines: priced.lines.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    problems: priced.problems.map((problem) => JSON.stringify(problem)).sort(),
  })

/** Without promotions the same cart costs at least as much, and its shipping is the same. */
const promotionsOnlyLower = (given: PriceRequest, { totals }: PricedCart): void => {
  const without = price({ ...given, rules: { ...given.rules, promotions: [] } }).totals
  deepEqual(totals.shipping, without.shipping)
  if (totals.taxIncluded) ok(totals.total.amountMinor <= without.total.amountMinor)
}

test('10,000 carts under random rules add up, are never below zero, and depend on nothing but the request', () => {
  const priced = { lines: 0, discounts: 0, shipping: 0, taxes: 0 }
  fc.assert(
    fc.property(anyRequest, (given) => {
      const { rules } = given
      deepEqual(shippingZoneErrors(rules.shippingZones, ''), [])
      deepEqual(taxRateErrors(rules.taxRates, ''), [])
      for (const one of rules.promotions) deepEqual(promotionErrors(one), [])
      const cart = price(given)
      addsUp(cart)
      nothingBelowZero(cart)
      taxesAreNear(cart)
      isInSteps(cart)
      promotionsOnlyLower(given, cart)
      deepEqual(JSON.stringify(price(structuredClone(given))), JSON.stringify(cart))
      deepEqual(inOrder(price(reversed(given))), inOrder(cart))
      priced.lines += cart.lines.length
      priced.discounts += cart.discounts.length
      priced.taxes += cart.taxes.length
      priced.shipping += cart.shipping.option ? 1 : 0
    }),
    { numRuns: 10_000, seed: 20261130 },
  )
  // The carts were not trivial.
  expect(priced.lines).toBeGreaterThan(20_000)
  expect(Math.min(priced.discounts, priced.taxes, priced.shipping)).toBeGreaterThan(1000)
}, 60_000)

describe('price', () => {
  test('of a shop without rules is the sum of the lines', () => {
    const { lines, totals, taxes, discounts, problems } = price(request([line('mug', 1450, 2), line('bag', 1600)]))
    const none = money(0, 'EUR')
    const total = money(4500, 'EUR')
    expect(totals).toEqual({ subtotal: total, shipping: none, tax: none, discount: none, total, taxIncluded: true })
    expect(lines.map(({ lineTotal }) => lineTotal.amountMinor)).toEqual([2900, 1600])
    expect([taxes, discounts, problems]).toEqual([[], [], []])
  })

  test('of no lines is nothing', () => {
    expect(price(request([])).totals.total).toEqual(money(0, 'EUR'))
  })

  test('refuses lines in two currencies', () => {
    const lines = [line('mug', 1450), line('bag', 1600, 1, { unitPrice: money(1600, 'USD') })]
    expect(() => price(request(lines))).toThrow('cannot price USD in a cart in EUR')
  })

  test('stays exact where products of amounts do not fit a number', () => {
    const lines = [line('ship', 99_999_999, 999, {}), line('boat', 99_999_999, 999)]
    const half = promotion({ kind: 'percent', percent: 33.333 })
    const { totals } = price(request(lines, { with: { promotions: [half] } }))
    // 99,899,999,001 × 33.333 % = 33,299,666,666.99… for each line.
    expect(totals.discount.amountMinor).toBe(2 * 33_299_666_667)
  })
})
