// Carts and price rules for tests: short builders, and arbitrary carts with rule sets that pass validation.
import type { Promotion, PromotionEffect, ShippingOption, ShippingZone, TaxRate } from '@cartwright/contracts'
import { money, type PriceRules, paymentStep } from '@cartwright/contracts'
import fc from 'fast-check'
import { emptyRules } from './empty-rules.ts'
import type { PriceLine, PriceRequest } from './types.ts'

export const at = new Date('2026-11-30T12:00:00Z')

export const line = (id: string, amountMinor: number, quantity = 1, more: Partial<PriceLine> = {}): PriceLine => ({
  id,
  sku: id.toUpperCase(),
  quantity,
  unitPrice: money(amountMinor, 'EUR'),
  ...more,
})

export const request = (
  lines: readonly PriceLine[],
  more: Partial<PriceRequest> & { with?: Partial<PriceRules> } = {},
): PriceRequest => {
  const { with: rules, ...others } = more
  const currency = others.currency ?? lines[0]?.unitPrice.currency ?? 'EUR'
  return { lines, currency, codes: [], at, rules: { ...emptyRules, ...rules }, ...others }
}

export const promotion = (effect: PromotionEffect, more: Partial<Promotion> = {}): Promotion => ({
  id: 'prm_000001',
  name: 'Offer',
  trigger: 'automatic',
  effect,
  conditions: {},
  priority: 0,
  exclusive: false,
  ...more,
})

export const flat = (id: string, amountMinor: number, more: Partial<ShippingOption> = {}): ShippingOption => ({
  id,
  name: 'Parcel',
  kind: 'flat',
  rates: [{ currency: 'EUR', tiers: [{ from: 0, amountMinor }] }],
  estimateDays: { min: 1, max: 3 },
  ...more,
})

export const zone = (id: string, countries: ShippingZone['countries'], ...options: ShippingOption[]): ShippingZone => ({
  id,
  name: id,
  countries,
  options,
})

export const taxRate = (name: string, country: string, rate: number, more: Partial<TaxRate> = {}): TaxRate => ({
  name,
  country,
  taxClass: 'standard',
  rate,
  ...more,
})

const categories = ['cat_000001', 'cat_000002']

const lineOf = (currency: string) =>
  fc
    .record({
      steps: fc.oneof(fc.nat(5), fc.nat(5000), fc.nat(900_000)),
      quantity: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 999 })),
      category: fc.constantFrom(undefined, ...categories),
      taxClass: fc.constantFrom(undefined, 'standard', 'reduced', 'zero'),
      weightGrams: fc.nat(5000),
      requiresShipping: fc.boolean(),
    })
    .map(({ steps, quantity, category, taxClass, weightGrams, requiresShipping }) => ({
      quantity,
      unitPrice: money(steps * paymentStep(currency), currency),
      weightGrams,
      requiresShipping,
      ...(category === undefined ? {} : { categoryIds: [category] }),
      ...(taxClass === undefined ? {} : { taxClass }),
    }))

const percent = fc.oneof(
  fc.constantFrom(10, 50, 100),
  fc.integer({ min: 1, max: 100_000 }).map((thousandths) => thousandths / 1000),
)

const effectIn = (currency: string): fc.Arbitrary<PromotionEffect> =>
  fc.oneof(
    fc.record({ kind: fc.constant('percent' as const), percent }),
    fc.integer({ min: 1, max: 100_000 }).map((steps) => ({
      kind: 'fixed_amount' as const,
      amounts: [money(500, 'CHF'), money(steps * paymentStep(currency), currency)],
    })),
    fc.constant({ kind: 'free_shipping' as const }),
    fc.record({
      kind: fc.constant('buy_x_get_y' as const),
      buyQuantity: fc.integer({ min: 1, max: 4 }),
      getQuantity: fc.integer({ min: 1, max: 3 }),
      percent,
    }),
  )

const promotionIn = (currency: string) =>
  fc.record({
    effect: effectIn(currency),
    trigger: fc.constantFrom('automatic' as const, 'code' as const),
    priority: fc.integer({ min: -2, max: 2 }),
    exclusive: fc.nat(5).map((one) => one === 0),
    conditions: fc.constantFrom<Promotion['conditions']>(
      {},
      {},
      { categoryIds: categories.slice(1) },
      { skus: ['SKU-0', 'SKU-2'] },
      { minimumSubtotals: [money(5000, currency)] },
      { firstOrder: true },
      { endsAt: '2026-11-30T12:00:00Z' },
      { currencies: ['CHF'] },
    ),
  })

const zonesIn = (currency: string) =>
  fc
    .record({
      price: fc.nat(900),
      freeFromMinor: fc.constantFrom(undefined, 20_000),
      kind: fc.constantFrom('flat' as const, 'by_weight' as const, 'by_subtotal' as const),
      second: fc.nat(400),
    })
    .map(({ price, freeFromMinor, kind, second }): ShippingZone[] => {
      const step = paymentStep(currency)
      const first = { from: 0, amountMinor: price * step }
      const tiers = kind === 'flat' ? [first] : [first, { from: 3000, amountMinor: second * step }]
      const rates = [{ currency, tiers, ...(freeFromMinor === undefined ? {} : { freeFromMinor }) }]
      const options = [
        flat('opt_000001', 0, { kind, rates }),
        flat('opt_000002', 0, { rates: [{ currency, tiers: [{ from: 0, amountMinor: (price + 100) * step }] }] }),
      ]
      return [
        zone('zon_000001', [{ code: 'DE' }, { code: 'US' }], ...options),
        zone('zon_000002', [{ code: 'US', regions: ['CA'] }], flat('opt_000003', 0, { kind, rates })),
      ]
    })

const taxRates: fc.Arbitrary<TaxRate[]> = fc
  .tuple(percent, percent, percent)
  .map((rates) => rates.map((rate) => Math.round(rate * 250) / 1000))
  .map(([standard = 0, reduced = 0, local = 0]) => [
    taxRate('VAT', 'DE', standard),
    taxRate('VAT', 'DE', reduced, { taxClass: 'reduced' }),
    taxRate('State', 'US', standard, { region: 'CA' }),
    taxRate('City', 'US', local, { region: 'CA' }),
  ])

/** Any cart in US dollars, euros, yen or Kuwaiti dinars, with any rules that pass validation. */
export const anyRequest: fc.Arbitrary<PriceRequest> = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD').chain((currency) =>
  fc
    .record({
      lines: fc.array(lineOf(currency), { maxLength: 7 }),
      promotions: fc.array(promotionIn(currency), { maxLength: 6 }),
      zones: fc.oneof(fc.constant<ShippingZone[]>([]), zonesIn(currency), zonesIn(currency)),
      taxRates,
      isTaxExcluded: fc.boolean(),
      destination: fc.constantFrom(
        undefined,
        { country: 'DE' },
        { country: 'US', region: 'CA' },
        { country: 'US' },
        { country: 'JP' },
      ),
      shippingOptionId: fc.constantFrom(undefined, 'opt_000001', 'opt_000002', 'opt_000003'),
      codes: fc.array(fc.record({ code: fc.constantFrom('A', 'B', 'C'), promotion: fc.nat(6) }), { maxLength: 3 }),
      customer: fc.constantFrom(undefined, { isFirstOrder: true }, { isFirstOrder: false }),
    })
    .map(({ lines, promotions, zones, taxRates: rates, isTaxExcluded, codes, ...others }) => ({
      ...others,
      currency,
      lines: lines.map((one, index) => ({ ...one, id: `lin_00000${index}`, sku: `SKU-${index}` })),
      codes: codes.map(({ code, promotion: index }) => ({ code, promotionId: `prm_00000${index}` })),
      at,
      rules: {
        version: 1,
        taxExcluded: isTaxExcluded ? [currency] : [],
        shippingZones: zones,
        taxRates: rates,
        promotions: promotions.map((one, index) => ({ ...one, id: `prm_00000${index}`, name: `Offer ${index}` })),
      },
    })),
)
