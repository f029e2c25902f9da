// Golden tables of taxes, worked by hand: inclusive and exclusive, several rates, shipping, and currencies with 0, 2 and 3 digits.
import { type AppliedTax, money, type TaxRate } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { flat, line, promotion, request, taxRate, zone } from './price.fixture.ts'
import { price } from './price.ts'
import type { PriceRequest } from './types.ts'

const de = { country: 'DE' }
const german = [taxRate('MwSt.', 'DE', 19), taxRate('MwSt.', 'DE', 7, { taxClass: 'reduced' })]
const american = [
  taxRate('Sales tax', 'US', 7.25, { region: 'CA' }),
  taxRate('State', 'US', 4, { region: 'NY' }),
  taxRate('City', 'US', 4.875, { region: 'NY' }),
]
const canadian = [
  taxRate('GST', 'CA', 5),
  taxRate('GST', 'CA', 5, { region: 'QC' }),
  taxRate('QST', 'CA', 9.975, { region: 'QC' }),
  taxRate('HST', 'CA', 13, { region: 'ON' }),
]
const japanese = [taxRate('消費税', 'JP', 10), taxRate('消費税', 'JP', 8, { taxClass: 'reduced' })]
const kuwaiti = [taxRate('VAT', 'KW', 5)]

const mug = line('mug', 1450, 2)
const book = line('book', 1600, 1, { taxClass: 'reduced' })
const parcel = (amountMinor: number, currency = 'EUR') =>
  zone(
    'zon_000001',
    [{ code: 'DE' }, { code: 'US' }],
    flat('opt_000001', 0, { rates: [{ currency, tiers: [{ from: 0, amountMinor }] }] }),
  )

/** `name rate % of base: amount` in minor units. */
const told = (taxes: readonly AppliedTax[]): string[] =>
  taxes.map(({ name, rate, base, amount }) => `${name} ${rate} % of ${base.amountMinor}: ${amount.amountMinor}`)

describe('German prices include 19 or 7 percent', () => {
  const cart = (more: Partial<PriceRequest> & { with?: object } = {}) =>
    price(
      request([mug, book], {
        destination: de,
        shippingOptionId: 'opt_000001',
        ...more,
        with: { taxRates: german, shippingZones: [parcel(490)], ...more.with },
      }),
    )

  test('the tax is taken out of each line and out of the parts of shipping, and the total stays', () => {
    const { lines, shipping, taxes, totals } = cart()
    // 2900 × 19/119 = 463.03, 1600 × 7/107 = 104.67. Shipping: 490 × 2900/4500 = 315.78 → 316, 174; taxes of these 50.45 and 11.38.
    expect(lines.map((one) => told(one.taxes))).toEqual([['MwSt. 19 % of 2437: 463'], ['MwSt. 7 % of 1495: 105']])
    expect(told(shipping.taxes)).toEqual(['MwSt. 19 % of 266: 50', 'MwSt. 7 % of 163: 11'])
    expect(told(taxes)).toEqual(['MwSt. 19 % of 2703: 513', 'MwSt. 7 % of 1658: 116'])
    expect(totals).toMatchObject({ tax: money(629, 'EUR'), total: money(4990, 'EUR'), taxIncluded: true })
  })

  test('a discount lowers the tax of its line', () => {
    const { lines, totals } = cart({ with: { promotions: [promotion({ kind: 'percent', percent: 10 })] } })
    // 2610 × 19/119 = 416.72, 1440 × 7/107 = 94.21.
    expect(lines.map((one) => told(one.taxes))).toEqual([['MwSt. 19 % of 2193: 417'], ['MwSt. 7 % of 1346: 94']])
    expect(totals).toMatchObject({ discount: money(450, 'EUR'), total: money(4540, 'EUR') })
  })

  test('goods of the class zero have no tax, and shipping with them has none either', () => {
    const gift = line('gift', 2500, 1, { taxClass: 'zero' })
    const { taxes, totals } = price(
      request([gift], {
        destination: de,
        shippingOptionId: 'opt_000001',
        with: { taxRates: german, shippingZones: [parcel(490)] },
      }),
    )
    expect([taxes, totals.tax.amountMinor, totals.total.amountMinor]).toEqual([[], 0, 2990])
  })

  test('shipping of free goods is taxed by their prices', () => {
    const { shipping } = cart({ with: { promotions: [promotion({ kind: 'percent', percent: 100 })] } })
    expect(told(shipping.taxes)).toEqual(['MwSt. 19 % of 266: 50', 'MwSt. 7 % of 163: 11'])
  })

  test('goods are untaxed where no rate is known: abroad, and without a destination', () => {
    for (const destination of [undefined, { country: 'CH' }]) {
      const { taxes, totals } = price(request([mug, book], { destination, with: { taxRates: german } }))
      expect([taxes, totals.total.amountMinor]).toEqual([[], 4500])
    }
  })
})

const golden: readonly [string, TaxRate[], PriceRequest['destination'], [number, number, string], boolean, string[], number][] = [
  // 3190 × 7.25 % = 231.28
  ['California', american, { country: 'US', region: 'CA' }, [1595, 2, 'USD'], false, ['Sales tax 7.25 % of 3190: 231'], 3421],
  // 10,000 × 8.875 % = 887.5 → 888; 888 × 4/8.875 = 400.2
  [
    'New York',
    american,
    { country: 'US', region: 'NY' },
    [10_000, 1, 'USD'],
    false,
    ['City 4.875 % of 10000: 488', 'State 4 % of 10000: 400'],
    10_888,
  ],
  ['Oregon', american, { country: 'US', region: 'OR' }, [10_000, 1, 'USD'], false, [], 10_000],
  // 10,000 × 14.975 % = 1497.5 → 1498; 1498 × 5/14.975 = 500.2
  [
    'Québec',
    canadian,
    { country: 'CA', region: 'QC' },
    [10_000, 1, 'CAD'],
    false,
    ['QST 9.975 % of 10000: 998', 'GST 5 % of 10000: 500'],
    11_498,
  ],
  ['Ontario', canadian, { country: 'CA', region: 'ON' }, [10_000, 1, 'CAD'], false, ['HST 13 % of 10000: 1300'], 11_300],
  ['Alberta', canadian, { country: 'CA', region: 'AB' }, [10_000, 1, 'CAD'], false, ['GST 5 % of 10000: 500'], 10_500],
  // Yen have no minor unit. 155 × 10 % = 15.5 → 16; 155 × 10/110 = 14.09
  ['Japan, on top', japanese, { country: 'JP' }, [155, 1, 'JPY'], false, ['消費税 10 % of 155: 16'], 171],
  ['Japan, included', japanese, { country: 'JP' }, [155, 1, 'JPY'], true, ['消費税 10 % of 141: 14'], 155],
  ['Japan, whole', japanese, { country: 'JP' }, [1100, 3, 'JPY'], true, ['消費税 10 % of 3000: 300'], 3300],
  // Dinars have three digits. What is charged is a multiple of ten fils: 1.250 × 5 % = 0.0625 → 0.060, 12.340 × 5 % = 0.617 → 0.620
  ['Kuwait, on top', kuwaiti, { country: 'KW' }, [1250, 1, 'KWD'], false, ['VAT 5 % of 1250: 60'], 1310],
  ['Kuwait, on top of more', kuwaiti, { country: 'KW' }, [12_340, 1, 'KWD'], false, ['VAT 5 % of 12340: 620'], 12_960],
  // What is included is exact to the fils: 0.330 × 5/105 = 0.01571, 10.500 × 5/105 = 0.500
  ['Kuwait, included', kuwaiti, { country: 'KW' }, [330, 1, 'KWD'], true, ['VAT 5 % of 314: 16'], 330],
  ['Kuwait, whole', kuwaiti, { country: 'KW' }, [10_500, 1, 'KWD'], true, ['VAT 5 % of 10000: 500'], 10_500],
]

test.each(golden)(
  '%s: the tax of the golden table',
  (_, taxRates, destination, [amount, quantity, currency], included, expected, total) => {
    const goods = line('goods', 0, quantity, { unitPrice: money(amount, currency) })
    const priced = price(request([goods], { destination, with: { taxRates, taxExcluded: included ? [] : [currency] } }))
    expect(told(priced.taxes)).toEqual(expected)
    expect(priced.totals).toMatchObject({ total: money(total, currency), taxIncluded: included })
  },
)

test('goods of the class reduced have the standard rate where there is no reduced one, and share the rounding of shipping', () => {
  const lines = [line('mug', 1000, 1), line('book', 1000, 1, { taxClass: 'reduced' })].map((one) => ({
    ...one,
    unitPrice: money(1000, 'USD'),
  }))
  const { taxes, shipping } = price(
    request(lines, {
      destination: { country: 'US', region: 'CA' },
      shippingOptionId: 'opt_000001',
      with: { taxRates: american, shippingZones: [parcel(500, 'USD')] },
    }),
  )
  // 500 × 7.25 % = 36.25, in one part.
  expect(told(shipping.taxes)).toEqual(['Sales tax 7.25 % of 500: 36'])
  expect(told(taxes)).toEqual(['Sales tax 7.25 % of 2500: 182'])
})
