// Examples of the calls with price rules: German and Austrian shipping, German and American taxes, an autumn sale.
import { eur } from '../examples.ts'
import type { Promotion, ShippingZone, TaxRate } from '../pricing/rules.ts'

const zone: ShippingZone = {
  id: 'zon_01m8mk6tg1',
  name: 'Germany and Austria',
  countries: [{ code: 'DE' }, { code: 'AT' }],
  options: [
    {
      id: 'opt_01m8mk6tg2',
      name: 'Parcel',
      kind: 'flat',
      rates: [{ currency: 'EUR', tiers: [{ from: 0, amountMinor: 490 }], freeFromMinor: 5000 }],
      estimateDays: { min: 1, max: 3 },
    },
    {
      id: 'opt_01m8mk6tg3',
      name: 'Heavy goods',
      kind: 'by_weight',
      rates: [
        {
          currency: 'EUR',
          tiers: [
            { from: 0, amountMinor: 990 },
            { from: 10_000, amountMinor: 1990 },
          ],
        },
      ],
      maxWeightGrams: 30_000,
      estimateDays: { min: 2, max: 5 },
    },
  ],
}
const rates: TaxRate[] = [
  { name: 'MwSt.', country: 'DE', taxClass: 'standard', rate: 19 },
  { name: 'MwSt.', country: 'DE', taxClass: 'reduced', rate: 7 },
  { name: 'Sales tax', country: 'US', region: 'CA', taxClass: 'standard', rate: 7.25 },
]
const promotion: Promotion = {
  id: 'prm_01m8mk6tg4x7rhqn30vwdz5s2c',
  name: 'Autumn sale',
  trigger: 'automatic',
  effect: { kind: 'percent', percent: 10 },
  conditions: { minimumSubtotals: [eur(3000)], endsAt: '2026-12-01T00:00:00Z' },
  priority: 0,
  exclusive: false,
}
const change = { effect: { kind: 'percent', percent: 15 }, exclusive: true } as const

export const priceRuleExamples = {
  zonesBody: { items: [zone] },
  zones: { version: 7, items: [zone] },
  ratesBody: { items: rates, taxExcluded: ['USD'] },
  rates: { version: 8, items: rates, taxExcluded: ['USD'] },
  promotionParams: { promotionId: promotion.id },
  newPromotion: {
    name: promotion.name,
    trigger: promotion.trigger,
    effect: promotion.effect,
    conditions: promotion.conditions,
  },
  promotion,
  newCodes: { codes: ['Autumn10'], maxUses: 500 },
  promotionCode: {
    code: 'AUTUMN10',
    promotionId: promotion.id,
    maxUses: 500,
    active: true,
    createdAt: '2026-11-29T21:25:00.000Z',
  },
  promotionChange: change,
  changedPromotion: { ...promotion, ...change },
}
