// Price rules in memory: a checkout asks the database only whether there are newer ones.
import type { PriceRules } from '@cartwright/contracts'
import type { Queryable } from '@cartwright/db'
import { emptyRules } from '@cartwright/pricing'
import { findNewerPriceRules } from '../db/price-rules.ts'

export interface CurrentPriceRules {
  read(): Promise<PriceRules>
  /** Whether this process knows that orders already have a copy of this version. */
  isFrozen(version: number): boolean
  setFrozen(version: number): void
}

export const createCurrentPriceRules = (db: Queryable): CurrentPriceRules => {
  let current = emptyRules
  const read = async (): Promise<PriceRules> => {
    const newer = await findNewerPriceRules(db, current.version)
    if (newer && newer.version > current.version) current = newer
    return current
  }
  let frozen = Number.NEGATIVE_INFINITY
  return {
    read,
    isFrozen: (version) => version === frozen,
    setFrozen: (version) => {
      frozen = version
    },
  }
}
