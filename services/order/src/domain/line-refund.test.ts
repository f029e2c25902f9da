// Laws of what is paid back for units of a line: parts of any sizes add up to what was paid, and never exceed it.
import type { Order } from '@cartwright/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineRefund } from './line-refund.ts'

type Line = Order['lines'][number]

const steps = { EUR: 1, JPY: 1, KWD: 10, MGA: 100 } as const
/** A line in which every amount is a multiple of the currency's step, as price() makes it. */
const anyLine = fc
  .record({
    currency: fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[])),
    parts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
    price: fc.oneof(fc.nat(200), fc.nat(5_000_000_000)),
    discounts: fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 2 }),
    tax: fc.nat(500_000),
    taxIncluded: fc.boolean(),
  })
  .map(({ currency, parts, price, discounts, tax, taxIncluded }) => {
    const step = steps[currency]
    const of = (units: number) => ({ amountMinor: units * step, currency })
    const off = discounts.map((percent) => Math.floor((price * percent) / 100 / 2))
    const line: Line = {
      id: 'mug',
      sku: 'MUG',
      name: 'Mug',
      quantity: parts.reduce((sum, part) => sum + part, 0),
      unitPrice: of(price),
      lineTotal: of(price),
      discounts: off.map((units) => ({ promotionId: 'prm_000001', name: 'Spring', amount: of(units) })),
      taxes: [{ name: 'VAT', rate: 19, base: of(price), amount: of(tax) }],
      cancelledQuantity: 0,
    }
    const paid = (price - off.reduce((sum, units) => sum + units, 0) + (taxIncluded ? 0 : tax)) * step
    return { line, parts, paid, step, order: { taxIncluded, currency } }
  })

test('parts of any sizes add up to what was paid, are payable, and never exceed it on the way', () => {
  fc.assert(
    fc.property(anyLine, ({ line, parts, paid, step, order }) => {
      let [before, total] = [0, 0]
      for (const units of parts) {
        const refund = lineRefund(order, line, { before, units })
        expect(refund).toBeGreaterThanOrEqual(0)
        expect(refund % step).toBe(0)
        before += units
        total += refund
        expect(total).toBeLessThanOrEqual(paid)
      }
      expect(total).toBe(paid)
    }),
    { numRuns: 1000 },
  )
})

test('a part that is split further is paid back the same', () => {
  fc.assert(
    fc.property(anyLine, ({ line, parts, order }) => {
      const [first = 0] = parts
      const inSingles = Array.from({ length: first }, (_, before) => lineRefund(order, line, { before, units: 1 }))
      expect(inSingles.reduce((sum, refund) => sum + refund, 0)).toBe(lineRefund(order, line, { before: 0, units: first }))
    }),
  )
})

test('thirds of a hundred cents are 33, 34 and 33', () => {
  const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
  const price = { unitPrice: eur(50), lineTotal: eur(150) }
  const discounts = [{ promotionId: 'prm_000001', name: 'Spring', amount: eur(50) }]
  const line: Line = { id: 'a', sku: 'A', name: 'A', quantity: 3, ...price, discounts, taxes: [], cancelledQuantity: 0 }
  const order = { taxIncluded: true, currency: 'EUR' }
  expect([0, 1, 2].map((before) => lineRefund(order, line, { before, units: 1 }))).toEqual([33, 34, 33])
})
