// Ids of the promotions that need a code, in memory: the rule set is parsed once per version.
import type { Queryable } from '@cartwright/db'
import { findNewerPriceRules } from '../db/price-rules.ts'

export interface CodePromotions {
  read(): Promise<ReadonlySet<string>>
}

export const createCodePromotions = (db: Queryable): CodePromotions => {
  let known = { version: -1, ids: new Set<string>() }
  return {
    read: async () => {
      const newer = await findNewerPriceRules(db, known.version)
      if (newer && newer.version > known.version)
        known = {
          version: newer.version,
          ids: new Set(newer.promotions.filter(({ trigger }) => trigger === 'code').map(({ id }) => id)),
        }
      return known.ids
    },
  }
}
