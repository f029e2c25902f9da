// Price history: the prior price of a reduction is the lowest price of the 30 days before it, for any series of prices.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reductionOf, type VariantPrice } from '../db/product-state.ts'
import { lowestBefore, type PricePeriod, repriced } from './price-history.ts'

const hour = 3_600_000
const day = (days: number) => new Date(Date.UTC(2026, 0, 1) + days * 24 * hour)
const periodsOf = (...steps: [days: number, amountMinor: number | null][]): PricePeriod[] =>
  steps.map(([days, amountMinor]) => ({ from: day(days), amountMinor }))

/** Applies a series of prices; each step is a day with the price and the one that it is compared with. */
const play = (...steps: [days: number, amountMinor: number, compareAtMinor?: number][]): VariantPrice => {
  const periods: PricePeriod[] = []
  let price: VariantPrice | undefined
  for (const [days, amountMinor, compareAtMinor] of steps) {
    price = repriced({ amountMinor, currency: 'EUR', compareAtMinor }, price, periods, day(days))
    if (periods.at(-1)?.amountMinor !== amountMinor) periods.push({ from: day(days), amountMinor })
  }
  if (price === undefined) throw new Error('a series has a price')
  return price
}
const shownOn = (days: number, price: VariantPrice) => {
  const { compareAt, lowestPrice30Days } = reductionOf(price, day(days))
  return [compareAt?.amountMinor ?? null, lowestPrice30Days?.amountMinor ?? null]
}

describe('lowestBefore', () => {
  test('equals the lowest price of every hour of the 30 days, for any series', () => {
    const step = fc.record({ hours: fc.integer({ min: 1, max: 400 }), amountMinor: fc.option(fc.nat({ max: 50 }), { freq: 5 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.nat({ max: 3000 }), (steps, atHours) => {
        let hours = 0
        const periods = steps.map((each) => {
          hours += each.hours
          return { from: new Date(day(0).getTime() + hours * hour), amountMinor: each.amountMinor }
        })
        const at = new Date(day(0).getTime() + atHours * hour)
        const hourly = Array.from({ length: 30 * 24 }, (_, index) => new Date(at.getTime() - (index + 1) * hour + 1))
        const inForce = hourly.flatMap((moment) => periods.findLast(({ from }) => from <= moment)?.amountMinor ?? [])
        expect(lowestBefore(periods, at)).toBe(inForce.length === 0 ? null : Math.min(...inForce))
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['a price that began long ago', periodsOf([0, 900]), 100, 900],
    ['a lower price that ended within the window', periodsOf([0, 700], [80, 900]), 100, 700],
    ['a lower price that ended exactly 30 days before', periodsOf([0, 700], [70, 900]), 100, 900],
    ['a price that begins at that moment', periodsOf([0, 900], [100, 500]), 100, 900],
    ['no price before', periodsOf([100, 500]), 100, null],
    ['a pause without a price', periodsOf([0, 700], [80, null], [90, 900]), 100, 700],
    ['only a pause', periodsOf([0, 700], [60, null]), 100, null],
  ])('%s', (_, periods, at, lowest) => {
    expect(lowestBefore(periods, day(at))).toBe(lowest)
  })
})

describe('a reduction', () => {
  test.each([
    ['a price that stays', play([0, 1000]), 200, [null, null]],
    ['a lowered price is reduced', play([0, 1000], [100, 800]), 101, [null, 1000]],
    ['a lowered price is reduced for 30 days', play([0, 1000], [100, 800]), 131, [null, null]],
    ['an announced one is reduced as long as it is announced', play([0, 1000], [100, 800, 1000]), 400, [1000, 1000]],
    ['a raise before the reduction does not help', play([0, 1000], [90, 1500], [100, 1000, 1500]), 101, [1500, 1000]],
    ['a raise that is 30 days old counts', play([0, 1000], [60, 1500], [100, 1200, 1500]), 101, [1500, 1500]],
    ['each further step looks at the step before', play([0, 1000], [100, 900, 1000], [105, 700, 1000]), 106, [1000, 900]],
    ['another price to compare with begins no reduction', play([0, 1000], [100, 800, 1000], [160, 800, 1200]), 170, [1200, 1000]],
    ['a price that is only announced as reduced', play([0, 800], [100, 800, 1000]), 101, [1000, 800]],
    ['a withdrawn announcement', play([0, 1000], [100, 800, 1000], [101, 800]), 102, [null, null]],
    ['a raised price', play([0, 1000], [100, 800, 1000], [110, 1000]), 111, [null, null]],
    ['a first price that is announced as reduced has no earlier one', play([100, 800, 1000]), 101, [1000, null]],
  ])('%s', (_, price, now, shown) => {
    expect(shownOn(now, price)).toEqual(shown)
  })
})
