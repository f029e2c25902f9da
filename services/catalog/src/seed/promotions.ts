// Promotions of the development shop: one for new customers, one that applies by itself, one that pays the parcel.
import type { Promotion } from '@cartwright/contracts'
import { stableId } from './stable.ts'

const welcome: Promotion = {
  id: 'prm_welcome10',
  name: '10 % off your first order',
  trigger: 'code',
  effect: { kind: 'percent', percent: 10 },
  conditions: { firstOrder: true },
  priority: 10,
  exclusive: false,
  limits: { perCustomer: 1 },
}
const paper: Promotion = {
  id: 'prm_paperforthree',
  name: 'Paper: three for two',
  trigger: 'automatic',
  effect: { kind: 'buy_x_get_y', buyQuantity: 2, getQuantity: 1, percent: 100 },
  conditions: { categoryIds: [stableId('cat', 'paper')] },
  priority: 20,
  exclusive: false,
}
const freeShipping: Promotion = {
  id: 'prm_freeshipping',
  name: 'Free shipping',
  trigger: 'code',
  effect: { kind: 'free_shipping' },
  conditions: {
    minimumSubtotals: [
      { amountMinor: 3000, currency: 'EUR' },
      { amountMinor: 3300, currency: 'USD' },
    ],
  },
  priority: 0,
  exclusive: false,
  limits: { total: 10_000, perCustomer: 3 },
}

export const seedPromotions: readonly Promotion[] = [welcome, paper, freeShipping]

/** Codes and the promotions that they are for. Each can be used as often as its promotion allows. */
export const seedCodes: readonly (readonly [code: string, promotionId: string])[] = [
  ['WELCOME10', welcome.id],
  ['FREESHIP', freeShipping.id],
]
