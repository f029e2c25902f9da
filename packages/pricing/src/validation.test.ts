// Price rules that overlap, are empty, absurd or contradictory are refused with the path of the field.
import { money, type Promotion, PromotionInput, ShippingZoneInput } from '@cartwright/contracts'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { promotionErrors, shippingZoneErrors, taxRateErrors } from './index.ts'
import { flat, promotion, taxRate, zone } from './price.fixture.ts'

const paths = (errors: readonly { path: string }[]) => errors.map(({ path }) => path)

describe('shipping zones', () => {
  const option = flat('opt_000001', 490)
  const other = flat('opt_000002', 990)
  const rate = { currency: 'EUR', tiers: [{ from: 0, amountMinor: 490 }] }
  const withRate = (more: object, kind: 'flat' | 'by_weight' | 'by_subtotal' = 'by_weight') =>
    zone('zon_000001', [{ code: 'DE' }], flat('opt_000001', 0, { kind, rates: [{ ...rate, ...more }] }))

  test('of different places pass: a region of a country may have another zone than the country', () => {
    const zones = [
      zone('zon_000001', [{ code: 'US' }, { code: 'CA', regions: ['QC'] }], option),
      zone(
        'zon_000002',
        [
          { code: 'US', regions: ['AK', 'HI'] },
          { code: 'CA', regions: ['ON'] },
        ],
        other,
      ),
    ]
    expect(shippingZoneErrors(zones, '/zones')).toEqual([])
    for (const one of zones) expect(Value.Check(ShippingZoneInput, one)).toBe(true)
  })

  test.each([
    [
      'a country in two zones',
      [zone('zon_000001', [{ code: 'DE' }], option), zone('zon_000002', [{ code: 'DE' }], other)],
      ['/zones/1/countries/0'],
    ],
    [
      'a region in two zones',
      [
        zone('zon_000001', [{ code: 'US', regions: ['HI'] }], option),
        zone('zon_000002', [{ code: 'US', regions: ['AK', 'HI'] }], other),
      ],
      ['/zones/1/countries/0/regions/1'],
    ],
    ['a country twice in one zone', [zone('zon_000001', [{ code: 'DE' }, { code: 'DE' }], option)], ['/zones/0/countries/1']],
    ['no country', [zone('zon_000001', [], option)], ['/zones/0/countries']],
    ['no option', [zone('zon_000001', [{ code: 'DE' }])], ['/zones/0/options']],
    [
      'one id for two zones',
      [zone('zon_000001', [{ code: 'DE' }], option), zone('zon_000001', [{ code: 'AT' }], other)],
      ['/zones/1/id'],
    ],
    [
      'one id for two options',
      [zone('zon_000001', [{ code: 'DE' }], option), zone('zon_000002', [{ code: 'AT' }], option)],
      ['/zones/1/options/0/id'],
    ],
    [
      'a currency twice',
      [zone('zon_000001', [{ code: 'DE' }], { ...option, rates: [rate, rate] })],
      ['/zones/0/options/0/rates/1/currency'],
    ],
    ['no rate', [zone('zon_000001', [{ code: 'DE' }], { ...option, rates: [] })], ['/zones/0/options/0/rates']],
    ['tiers that do not begin at 0', [withRate({ tiers: [{ from: 1, amountMinor: 1 }] })], ['/zones/0/options/0/rates/0/tiers']],
    [
      'tiers that do not rise',
      [withRate({ tiers: [0, 500, 500].map((from) => ({ from, amountMinor: 1 })) })],
      ['/zones/0/options/0/rates/0/tiers/2/from'],
    ],
    [
      'two tiers of a flat price',
      [withRate({ tiers: [0, 500].map((from) => ({ from, amountMinor: 1 })) }, 'flat')],
      ['/zones/0/options/0/rates/0/tiers/1'],
    ],
    [
      'a price that cards cannot be charged with',
      [withRate({ currency: 'KWD', tiers: [{ from: 0, amountMinor: 1255 }] })],
      ['/zones/0/options/0/rates/0/tiers/0/amountMinor'],
    ],
    [
      'limits that exclude each other',
      [withRate({ minSubtotalMinor: 2, maxSubtotalMinor: 1 })],
      ['/zones/0/options/0/rates/0/maxSubtotalMinor'],
    ],
    [
      'free shipping that is never reached',
      [withRate({ freeFromMinor: 2, maxSubtotalMinor: 1 })],
      ['/zones/0/options/0/rates/0/maxSubtotalMinor'],
    ],
    [
      'weights and days in the wrong order',
      [
        zone('zon_000001', [{ code: 'DE' }], {
          ...option,
          minWeightGrams: 2,
          maxWeightGrams: 1,
          estimateDays: { min: 3, max: 2 },
        }),
      ],
      ['/zones/0/options/0/maxWeightGrams', '/zones/0/options/0/estimateDays/max'],
    ],
  ])('with %s are refused', (_, zones, expected) => {
    expect(paths(shippingZoneErrors(zones, '/zones'))).toEqual(expected)
  })
})

describe('tax rates', () => {
  test('of different places, classes and names pass', () => {
    const rates = [
      taxRate('MwSt.', 'DE', 19),
      taxRate('MwSt.', 'DE', 7, { taxClass: 'reduced' }),
      taxRate('VAT', 'DE', 0, { taxClass: 'zero' }),
      taxRate('State', 'US', 4, { region: 'NY' }),
      taxRate('City', 'US', 4.875, { region: 'NY' }),
    ]
    expect(taxRateErrors(rates, '/rates')).toEqual([])
  })

  test.each([
    ['a negative rate', [taxRate('VAT', 'DE', -1)], ['/rates/0/rate']],
    ['an absurd rate', [taxRate('VAT', 'DE', 7), taxRate('VAT', 'FR', 1900)], ['/rates/1/rate']],
    ['a rate that is no number', [taxRate('VAT', 'DE', Number.NaN)], ['/rates/0/rate']],
    ['four decimals', [taxRate('VAT', 'DE', 7.1234)], ['/rates/0/rate']],
    ['a rate for what is not taxed', [taxRate('VAT', 'DE', 7, { taxClass: 'zero' })], ['/rates/0/rate']],
    ['one name twice in a place', [taxRate('VAT', 'DE', 7), taxRate('VAT', 'DE', 19)], ['/rates/1/name']],
    ['an absurd sum', [taxRate('A', 'DE', 30), taxRate('B', 'DE', 25)], ['/rates/1/rate']],
  ])('with %s are refused', (_, rates, expected) => {
    expect(paths(taxRateErrors(rates, '/rates'))).toEqual(expected)
  })
})

describe('a promotion', () => {
  const fixed = (...amounts: [number, string][]) =>
    promotion({ kind: 'fixed_amount', amounts: amounts.map(([amountMinor, currency]) => money(amountMinor, currency)) })
  const when = (conditions: Promotion['conditions'], of = promotion({ kind: 'percent', percent: 10 })) => ({ ...of, conditions })

  test('that holds together passes', () => {
    const one = when(
      {
        minimumSubtotals: [money(5000, 'EUR')],
        currencies: ['EUR'],
        startsAt: '2026-12-01T00:00:00Z',
        endsAt: '2026-12-24T00:00:00Z',
      },
      { ...fixed([500, 'EUR'], [600, 'USD']), limits: { total: 100, perCustomer: 1 } },
    )
    expect(promotionErrors(one)).toEqual([])
    expect(Value.Check(PromotionInput, one)).toBe(true)
  })

  test.each<[string, Promotion, string[]]>([
    ['of nothing', promotion({ kind: 'percent', percent: 0 }), ['/effect/percent']],
    ['of more than everything', promotion({ kind: 'percent', percent: 101 }), ['/effect/percent']],
    ['of a percentage with four decimals', promotion({ kind: 'percent', percent: 33.3333 }), ['/effect/percent']],
    [
      'that gives units for nothing off',
      promotion({ kind: 'buy_x_get_y', buyQuantity: 1, getQuantity: 1, percent: 0 }),
      ['/effect/percent'],
    ],
    ['with an amount of 0', fixed([0, 'EUR']), ['/effect/amounts/0/amountMinor']],
    ['with two amounts in one currency', fixed([1, 'EUR'], [2, 'EUR']), ['/effect/amounts/1/currency']],
    ['with an amount off the steps of its currency', fixed([1255, 'KWD']), ['/effect/amounts/0/amountMinor']],
    [
      'that ends before it starts',
      when({ startsAt: '2026-12-24T00:00:00Z', endsAt: '2026-12-24T00:00:00Z' }),
      ['/conditions/endsAt'],
    ],
    ['whose amounts are in none of its currencies', when({ currencies: ['USD'] }, fixed([1, 'EUR'])), ['/conditions/currencies']],
    [
      'whose minimum is in none of its currencies',
      when({ currencies: ['USD'], minimumSubtotals: [money(1, 'EUR')] }),
      ['/conditions/minimumSubtotals'],
    ],
    [
      'whose minimum is in no currency of its amounts',
      when({ minimumSubtotals: [money(1, 'EUR')] }, fixed([1, 'USD'])),
      ['/conditions/minimumSubtotals'],
    ],
    [
      'that one customer may use more often than all',
      { ...fixed([1, 'EUR']), limits: { total: 1, perCustomer: 2 } },
      ['/limits/total'],
    ],
  ])('%s is refused', (_, one, expected) => {
    expect(paths(promotionErrors(one))).toEqual(expected)
    expect(paths(promotionErrors(one, '/promotions/3'))).toEqual(expected.map((path) => `/promotions/3${path}`))
  })
})
