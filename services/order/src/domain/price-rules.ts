// Price rules in memory: a checkout asks the database only whether there are newer ones.
import type { PriceRules } from '@cartwright/contracts'
import type { Queryable } from '@cartwright/db'
import { emptyRules } from '@cartwright/pricing'
import { findNewerPriceRules } from '../db/price-rules.ts'

export interface CurrentPriceRules {
  read(): Promise<PriceRules>
}

export const createCurrentPriceRules = (db: Queryable): CurrentPriceRules => {
  let current = emptyRules
  const read = async (): Promise<PriceRules> => {
    const newer = await findNewerPriceRules(db, current.version)
    if (newer && newer.version > current.version) current = newer
    return current
  }
  return { read }
}
