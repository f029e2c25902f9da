// Seeds shipping zones, tax rates and promotions with their codes through the same writes as the admin API.
import { lockPriceRules } from '../db/price-rules.ts'
import { insertCodes } from '../db/promotion-codes.ts'
import type { CatalogDeps } from '../deps.ts'
import { changePromotion, replaceShippingZones, replaceTaxRates } from '../domain/price-rules.ts'
import { seedCodes, seedPromotions } from './promotions.ts'
import { seedZones } from './shipping-zones.ts'
import { openedAt } from './stable.ts'
import { seedTaxRates } from './tax-rates.ts'

const actor = 'seed'

/** Gives price rules to a shop that never had any. What operators change or remove stays changed or removed. */
export const seedPriceRules = ({ db }: CatalogDeps): Promise<void> =>
  db.tx(async (tx) => {
    if ((await lockPriceRules(tx)).version > 0) return
    await replaceShippingZones(tx, actor, seedZones)
    await replaceTaxRates(tx, actor, { items: seedTaxRates, taxExcluded: ['USD'] })
    for (const promotion of seedPromotions)
      await changePromotion(tx, { id: promotion.id, actor, action: 'promotion.create' }, () => promotion)
    await insertCodes(
      tx,
      seedCodes.map(([code, promotion_id]) => ({ code, promotion_id, max_uses: null, created_at: openedAt })),
    )
  })
