// Laws of credits: each holds exactly its refund and the taxes of what it credits, and all of them give back exactly what was sold.
import type { AppliedTax, Order } from '@cartwright/contracts'
import { type PriceLine, price } from '@cartwright/pricing'
import { exampleRules } from '@cartwright/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RefundCredit } from '../db/json-columns.ts'
import { type CreditedLine, creditFor, keptGoods, type Sale, taxesOfCredit, uncredited } from './credits.ts'
import { lineRefund } from './line-refund.ts'

const places = {
  EUR: { destination: { country: 'DE' }, shippingOptionId: 'opt_standard' },
  USD: { destination: { country: 'US', region: 'CA' }, shippingOptionId: 'opt_coastal' },
} as const
const tenPercent = { kind: 'percent', percent: 10 } as const
const offer = { id: 'prm_000001', name: 'Offer', trigger: 'automatic', conditions: {}, priority: 0, exclusive: false } as const

/** A sale as an order has it: mixed rates in euros, several taxes on one base in dollars. */
const sold = (currency: 'EUR' | 'USD', lines: readonly Omit<PriceLine, 'sku'>[], isReduced = false): Sale => {
  const rules = exampleRules(1, isReduced ? { promotions: [{ ...offer, effect: tenPercent }] } : { promotions: [] })
  const at = new Date('2026-11-30T12:00:00Z')
  const skus = lines.map((line) => ({ ...line, sku: line.id.toUpperCase() }))
  const priced = price({ lines: skus, currency, ...places[currency], codes: [], at, rules })
  const { taxIncluded, total } = priced.totals
  const named = priced.lines.map((line): Order['lines'][number] => ({ ...line, name: line.id, cancelledQuantity: 0 }))
  return { lines: named, taxIncluded, taxes: priced.taxes, total }
}
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const book = { id: 'book', quantity: 3, unitPrice: eur(1099), taxClass: 'reduced' } as const
const mug = { id: 'mug', quantity: 2, unitPrice: eur(1450), taxClass: 'standard' } as const

const unitsOf = (sale: Sale, id: string, before: number, units: number): CreditedLine => {
  const line = sale.lines.find((one) => one.id === id)
  if (line === undefined) throw new Error(id)
  const order = { taxIncluded: sale.taxIncluded, currency: sale.total.currency }
  return { lineId: id, sku: line.sku, name: id, quantity: units, refundMinor: lineRefund(order, line, { before, units }) }
}
const priceOf = (goods: readonly CreditedLine[]) => goods.reduce((sum, { refundMinor }) => sum + refundMinor, 0)
const short = (taxes: readonly AppliedTax[]) =>
  taxes.map(({ rate, base, amount }) => [rate, base.amountMinor, amount.amountMinor])
const sumOf = (taxes: readonly AppliedTax[]) => {
  const sums: Record<string, [number, number]> = {}
  for (const { name, rate, base, amount } of taxes) {
    const [bases, amounts] = sums[`${name} ${rate}`] ?? [0, 0]
    sums[`${name} ${rate}`] = [bases + base.amountMinor, amounts + amount.amountMinor]
  }
  return sums
}

describe('the credit of goods', () => {
  test('has the taxes of these goods and no others', () => {
    const sale = sold('EUR', [book, mug])
    const goods = [unitsOf(sale, 'book', 0, 1)]
    expect(short(taxesOfCredit(creditFor(sale, [], { amountMinor: 1099, goods })))).toEqual([[7, 1027, 72]])
    const mugs = [unitsOf(sale, 'mug', 0, 2)]
    expect(short(taxesOfCredit(creditFor(sale, [], { amountMinor: 2900, goods: mugs })))).toEqual([[19, 2437, 463]])
  })

  test('in several parts is the credit of the whole line', () => {
    const sale = sold('EUR', [book, mug], true)
    const credits: RefundCredit[] = []
    for (const before of [0, 1, 2]) {
      const goods = [unitsOf(sale, 'book', before, 1)]
      credits.push(creditFor(sale, credits, { amountMinor: priceOf(goods), goods }))
    }
    const { taxes = [] } = sale.lines[0] ?? {}
    expect(sumOf(credits.flatMap((credit) => taxesOfCredit(credit)))).toEqual(sumOf(taxes))
  })

  test('takes what is paid beyond their price from shipping', () => {
    const sale = sold('EUR', [book])
    const goods = [unitsOf(sale, 'book', 0, 1)]
    const { lines, parts } = creditFor(sale, [], { amountMinor: 1099 + 490, goods })
    expect(lines).toMatchObject([{ refundMinor: 1099 }])
    expect(parts.map(({ of, amountMinor }) => [of, amountMinor])).toEqual([
      ['book', 1099],
      ['other 7 VAT', 490],
    ])
  })

  test('is in proportion to their prices when less is refunded', () => {
    const sale = sold('EUR', [book, mug])
    const goods = [unitsOf(sale, 'book', 0, 1), unitsOf(sale, 'mug', 0, 1)]
    const { lines, parts } = creditFor(sale, [], { amountMinor: 1000, goods })
    expect(lines.map(({ refundMinor }) => refundMinor)).toEqual([431, 569])
    expect(parts.map(({ amountMinor }) => amountMinor)).toEqual([431, 569])
  })

  test('takes what an earlier free amount has credited of them from all that is left', () => {
    const sale = sold('EUR', [book, mug])
    const free = creditFor(sale, [], { amountMinor: 3000, goods: [] })
    const goods = [unitsOf(sale, 'book', 0, 3)]
    const credit = creditFor(sale, [free], { amountMinor: 3297, goods })
    expect(credit.lines).toMatchObject([{ quantity: 3, refundMinor: 3297 }])
    expect(uncredited(sale, [free, credit])).toBe(sale.total.amountMinor - 6297)
    const rest = creditFor(sale, [free, credit], { amountMinor: uncredited(sale, [free, credit]), goods: [] })
    expect(sumOf([free, credit, rest].flatMap((one) => taxesOfCredit(one)))).toEqual(sumOf(sale.taxes))
  })
})

test('a free amount is proportional to all that is left, shipping too', () => {
  const sale = sold('EUR', [{ ...book, quantity: 1 }, mug])
  const credit = creditFor(sale, [], { amountMinor: 1000, goods: [] })
  expect(credit.lines).toEqual([])
  expect(credit.parts.map(({ of }) => of)).toEqual(['book', 'mug', 'other 19 VAT', 'other 7 VAT'])
  expect(short(taxesOfCredit(credit)).reduce((sum, [, base = 0, tax = 0]) => sum + base + tax, 0)).toBe(1000)
})

test('an order that was placed before there were taxes is credited without', () => {
  const lines = [{ ...sold('EUR', [mug]).lines[0], taxes: [] }] as Order['lines']
  const sale: Sale = { lines, taxIncluded: true, taxes: [], total: eur(3390) }
  const credit = creditFor(sale, [], { amountMinor: 3390, goods: keptGoods(sale) })
  expect(credit.parts).toMatchObject([
    { of: 'mug', amountMinor: 2900 },
    { of: 'other', amountMinor: 490 },
  ])
  expect(taxesOfCredit(credit)).toEqual([])
})

test('what was captured beyond the total is credited without tax', () => {
  const sale = sold('EUR', [mug])
  const amountMinor = sale.total.amountMinor + 100
  const credit = creditFor(sale, [], { amountMinor, goods: [] })
  expect(credit.parts.at(-1)).toEqual({ of: 'beyond', amountMinor: 100, taxes: [] })
  expect(sumOf(taxesOfCredit(credit))).toEqual(sumOf(sale.taxes))
})

const anySale = fc
  .record({
    currency: fc.constantFrom('EUR', 'USD'),
    isReduced: fc.boolean(),
    lines: fc.array(
      fc.record({ quantity: fc.integer({ min: 1, max: 5 }), minor: fc.integer({ min: 1, max: 9999 }), isBook: fc.boolean() }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ currency, isReduced, lines }) =>
    sold(
      currency as 'EUR' | 'USD',
      lines.map(({ quantity, minor, isBook }, index) => ({
        id: `lin_${index}`,
        quantity,
        unitPrice: { amountMinor: minor, currency },
        taxClass: isBook ? ('reduced' as const) : ('standard' as const),
      })),
      isReduced,
    ),
  )

test('credits hold exactly their refunds, never less than no tax, and together exactly what was sold', () => {
  fc.assert(
    fc.property(anySale, fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 8000 })), { maxLength: 8 }), (sale, steps) => {
      const credits: RefundCredit[] = []
      const back = new Map<string, number>()
      const add = (wanted: number, goods: CreditedLine[]) => {
        const amountMinor = Math.min(wanted, uncredited(sale, credits))
        if (amountMinor === 0) return
        const credit = creditFor(sale, credits, { amountMinor, goods })
        expect(credit.parts.reduce((sum, part) => sum + part.amountMinor, 0)).toBe(amountMinor)
        expect(priceOf(credit.lines)).toBeLessThanOrEqual(amountMinor)
        for (const { amountMinor: whole, taxes } of credit.parts) {
          expect(
            Math.min(whole, ...taxes.flatMap(({ base, amount }) => [base.amountMinor, amount.amountMinor])),
          ).toBeGreaterThanOrEqual(0)
          const tax = taxes.reduce((sum, { amount }) => sum + amount.amountMinor, 0)
          for (const { base } of taxes) expect(base.amountMinor + tax).toBe(whole)
        }
        credits.push(credit)
      }
      for (const [which, amount] of steps) {
        const line = sale.lines[which]
        const before = back.get(line?.id ?? '') ?? 0
        if (line === undefined || before === line.quantity) add(amount, [])
        else {
          back.set(line.id, before + 1)
          const goods = [unitsOf(sale, line.id, before, 1)]
          add(priceOf(goods) + (amount % 3 === 0 ? amount : 0), goods)
        }
      }
      add(sale.total.amountMinor, keptGoods(sale))
      expect(uncredited(sale, credits)).toBe(0)
      expect(sumOf(credits.flatMap((credit) => taxesOfCredit(credit)))).toEqual(sumOf(sale.taxes))
    }),
    { numRuns: 2000 },
  )
})
