// Price rules in memory, so that a cached cart is priced without a query.
import type { PriceRules } from '@cartwright/contracts'
import type { Queryable } from '@cartwright/db'
import { emptyRules } from '@cartwright/pricing'
import type { Clock } from '@cartwright/service-kit'
import { findNewerPriceRules } from '../db/price-rules.ts'

/** How long a replica may show the rules before the newest ones. Order reads the newest, and refuses a total under other rules. */
const maxAgeMs = 1000

export interface CurrentPriceRules {
  read(): Promise<PriceRules>
  /** Takes rules that this replica has just recorded. */
  take(rules: PriceRules): void
}

export const createCurrentPriceRules = (db: Queryable, clock: Clock): CurrentPriceRules => {
  let current = emptyRules
  let readAt = Number.NEGATIVE_INFINITY
  const take = (rules: PriceRules): void => {
    if (rules.version > current.version) current = rules
  }
  const read = async (): Promise<PriceRules> => {
    const now = clock.now().getTime()
    if (now - readAt < maxAgeMs) return current
    const newer = await findNewerPriceRules(db, current.version)
    readAt = now
    if (newer) take(newer)
    return current
  }
  return { read, take }
}
