// Schedule that deletes the price history that no reduction can ask for any more: what ended more than 30 days ago.
import { purge } from '@cartwright/db'
import { priorPriceDays } from '../../db/product-state.ts'
import { scheduled } from '../../deps.ts'

/** One day more than a reduction looks back. The prior price of a reduction is stored with the price and needs no history. */
const keptDays = priorPriceDays + 1

export const trimPriceHistory = scheduled({
  name: 'catalog-price-history',
  everySec: 6 * 3600,
  run: ({ deps: { db } }) =>
    purge(
      (limit) => db.run`
        DELETE ended
        FROM price_period ended
        JOIN (
          SELECT p.variant_id, p.currency, p.valid_from
          FROM price_period p
          WHERE p.valid_from < ${db.dbNow} - INTERVAL ${keptDays} DAY
            AND EXISTS (
              SELECT 1
              FROM price_period n
              WHERE n.variant_id = p.variant_id AND n.currency = p.currency
                AND n.valid_from > p.valid_from AND n.valid_from < ${db.dbNow} - INTERVAL ${keptDays} DAY)
          LIMIT ${limit}) old
        ON old.variant_id = ended.variant_id AND old.currency = ended.currency AND old.valid_from = ended.valid_from`,
    ),
})
