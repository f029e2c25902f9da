// Tax rates of the development shop: value added tax in the European Union, sales tax in some states of the USA, none elsewhere.
import type { TaxRate } from '@cartwright/contracts'

/** Percent in 2026: the standard rate and one reduced rate, also of countries that have several. Denmark has none. */
export const vatRates: Readonly<Record<string, readonly [standard: number, reduced?: number]>> = {
  AT: [20, 10],
  BE: [21, 6],
  BG: [20, 9],
  CY: [19, 9],
  CZ: [21, 12],
  DE: [19, 7],
  DK: [25],
  EE: [24, 9],
  ES: [21, 10],
  FI: [25.5, 13.5],
  FR: [20, 10],
  GR: [24, 13],
  HR: [25, 13],
  HU: [27, 18],
  IE: [23, 13.5],
  IT: [22, 10],
  LT: [21, 12],
  LU: [17, 8],
  LV: [21, 12],
  MT: [18, 7],
  NL: [21, 9],
  PL: [23, 8],
  PT: [23, 6],
  RO: [21, 11],
  SE: [25, 12],
  SI: [22, 9.5],
  SK: [23, 19],
}

/** Percent that the states take. Counties and cities take more in many places: a shop that sells there adds a rate for each. */
const salesTaxes: Readonly<Record<string, readonly [name: string, rate: number]>> = {
  CA: ['California', 7.25],
  FL: ['Florida', 6],
  IL: ['Illinois', 6.25],
  NJ: ['New Jersey', 6.625],
  NY: ['New York', 4],
  TX: ['Texas', 6.25],
  WA: ['Washington', 6.5],
}

const vatOf = ([country, [standard, reduced]]: readonly [string, readonly [number, number?]]): TaxRate[] => [
  { name: 'VAT', country, taxClass: 'standard', rate: standard },
  ...(reduced === undefined ? [] : [{ name: 'VAT', country, taxClass: 'reduced' as const, rate: reduced }]),
]

export const seedTaxRates: TaxRate[] = [
  ...Object.entries(vatRates).flatMap(vatOf),
  // Invoices of the shop's own country name the tax also where it is 0.
  { name: 'VAT', country: 'DE', taxClass: 'zero', rate: 0 },
  ...Object.entries(salesTaxes).map(
    ([region, [state, rate]]): TaxRate => ({ name: `${state} sales tax`, country: 'US', region, taxClass: 'standard', rate }),
  ),
]
