// Schedule that deletes the codes of removed promotions in batches. Their codes are unknown from the removal on, and free again after it.
import { purge, type Queryable } from '@cartwright/db'
import { getPriceRules } from '../../db/price-rules.ts'
import { listPromotionsWithCodes } from '../../db/promotion-codes.ts'
import { scheduled } from '../../deps.ts'

export const deleteOrphanedCodes = async (db: Queryable): Promise<void> => {
  // Read before the rules: a promotion that is created meanwhile is not among them.
  const withCodes = await listPromotionsWithCodes(db)
  const known = new Set((await getPriceRules(db)).promotions.map(({ id }) => id))
  for (const id of withCodes.filter((one) => !known.has(one)))
    await purge((limit) => db.run`DELETE FROM promotion_code WHERE promotion_id = ${id} LIMIT ${limit}`)
}

export const cleanUpCodes = scheduled({
  name: 'catalog-code-cleanup',
  everySec: 3600,
  run: ({ deps: { db } }) => deleteOrphanedCodes(db),
})
