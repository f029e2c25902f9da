// Shipping zones of the development shop. Prices and limits are in euros and dollars, the currencies that it sells in.
import { countries, type ShippingOption, type ShippingRate, type ShippingZone } from '@cartwright/contracts'
import { vatRates } from './tax-rates.ts'

/** Heavier goods are freight. */
const parcelLimitGrams = 31_500

/** Minor units of an amount in euros and in dollars. */
type Prices = readonly [eur: number, usd: number]

const inBoth = (rateOf: (position: 0 | 1) => Omit<ShippingRate, 'currency'>): ShippingRate[] => [
  { currency: 'EUR', ...rateOf(0) },
  { currency: 'USD', ...rateOf(1) },
]

interface ParcelPrices {
  id: string
  /** A tier begins at grams. */
  byWeight?: readonly (readonly [grams: number, prices: Prices])[]
  /** A tier begins at a subtotal. */
  bySubtotal?: readonly (readonly [subtotals: Prices, prices: Prices])[]
  freeFrom?: Prices
  days: readonly [min: number, max: number]
}

const parcel = ({ id, byWeight, bySubtotal = [], freeFrom, days: [min, max] }: ParcelPrices): ShippingOption => ({
  id,
  name: 'Parcel',
  kind: byWeight ? 'by_weight' : 'by_subtotal',
  rates: inBoth((position) => ({
    tiers: [
      ...(byWeight ?? []).map(([from, prices]) => ({ from, amountMinor: prices[position] })),
      ...bySubtotal.map(([subtotals, prices]) => ({ from: subtotals[position], amountMinor: prices[position] })),
    ],
    ...(freeFrom ? { freeFromMinor: freeFrom[position] } : {}),
  })),
  maxWeightGrams: parcelLimitGrams,
  estimateDays: { min, max },
})

type Flat = readonly [id: string, prices: Prices, days: readonly [min: number, max: number]]

/** Light goods, insured up to 1000 euros or 1100 dollars. */
const express = ([id, prices, [min, max]]: Flat): ShippingOption => ({
  id,
  name: 'Express',
  kind: 'flat',
  rates: inBoth((position) => ({
    tiers: [{ from: 0, amountMinor: prices[position] }],
    maxSubtotalMinor: position === 0 ? 100_000 : 110_000,
  })),
  maxWeightGrams: 10_000,
  estimateDays: { min, max },
})

const freight = ([id, prices, [min, max]]: Flat): ShippingOption => ({
  id,
  name: 'Freight',
  kind: 'flat',
  rates: inBoth((position) => ({ tiers: [{ from: 0, amountMinor: prices[position] }] })),
  minWeightGrams: parcelLimitGrams + 1,
  estimateDays: { min, max },
})

/** States that no lorry reaches, and territories that have country codes of their own. */
const farStates = ['AK', 'HI']
const territories = ['AS', 'GU', 'MP', 'PR', 'UM', 'VI']

const places = (codes: readonly string[]) => codes.map((code) => ({ code }))
const restOfUnion = Object.keys(vatRates).filter((code) => code !== 'DE')
const restOfWorld = countries.filter((code) => !(code in vatRates || code === 'US' || territories.includes(code)))

export const seedZones: ShippingZone[] = [
  {
    id: 'zon_germany',
    name: 'Germany',
    countries: [{ code: 'DE' }],
    options: [
      parcel({
        id: 'opt_germanyparcel',
        byWeight: [
          [0, [490, 595]],
          [2000, [690, 795]],
          [10_000, [1290, 1495]],
        ],
        freeFrom: [7500, 8500],
        days: [1, 3],
      }),
      express(['opt_germanyexpress', [1290, 1495], [1, 2]]),
      freight(['opt_germanyfreight', [4900, 5495], [3, 7]]),
    ],
  },
  {
    id: 'zon_europeanunion',
    name: 'European Union',
    countries: places(restOfUnion),
    options: [
      parcel({
        id: 'opt_unionparcel',
        bySubtotal: [
          [
            [0, 0],
            [1290, 1495],
          ],
          [
            [5000, 5500],
            [990, 1095],
          ],
        ],
        freeFrom: [15_000, 16_500],
        days: [3, 6],
      }),
      express(['opt_unionexpress', [2490, 2795], [1, 2]]),
      freight(['opt_unionfreight', [8900, 9795], [5, 10]]),
    ],
  },
  {
    id: 'zon_unitedstates',
    name: 'United States',
    countries: [{ code: 'US' }],
    options: [
      parcel({
        id: 'opt_statesparcel',
        byWeight: [
          [0, [890, 995]],
          [2000, [1390, 1495]],
          [10_000, [2990, 3295]],
        ],
        freeFrom: [25_000, 27_500],
        days: [5, 9],
      }),
      express(['opt_statesexpress', [3190, 3495], [2, 3]]),
      freight(['opt_statesfreight', [17_900, 19_795], [10, 20]]),
    ],
  },
  {
    id: 'zon_farstates',
    name: 'Alaska, Hawaii and territories',
    countries: [{ code: 'US', regions: farStates }, ...places(territories)],
    options: [
      parcel({
        id: 'opt_farparcel',
        byWeight: [
          [0, [1790, 1995]],
          [2000, [2690, 2995]],
          [10_000, [6290, 6995]],
        ],
        days: [8, 16],
      }),
      freight(['opt_farfreight', [31_900, 34_995], [20, 40]]),
    ],
  },
  {
    id: 'zon_restofworld',
    name: 'Rest of the world',
    countries: places(restOfWorld),
    options: [
      parcel({
        id: 'opt_worldparcel',
        byWeight: [
          [0, [1990, 2195]],
          [2000, [2990, 3295]],
          [10_000, [6990, 7695]],
        ],
        days: [6, 15],
      }),
      freight(['opt_worldfreight', [24_900, 27_395], [15, 35]]),
    ],
  },
]
