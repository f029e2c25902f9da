// Product counts of categories in memory: a large shop is counted once every few seconds, however often its tree is read.
import type { Queryable } from '@cartwright/db'
import type { Clock } from '@cartwright/service-kit'
import { countProducts } from '../db/product-counts.ts'
import type { ProductCounts } from './category.ts'

const maxAgeMs = 5000

export interface CurrentProductCounts {
  /** At most five seconds old. */
  read(): Promise<ProductCounts>
}

export const createProductCounts = (db: Queryable, clock: Clock): CurrentProductCounts => {
  let counted: { at: number; counts: Promise<ProductCounts> } | null = null
  const read = (): Promise<ProductCounts> => {
    const now = clock.now().getTime()
    if (counted !== null && now - counted.at < maxAgeMs) return counted.counts
    const counts = countProducts(db)
    const current = { at: now, counts }
    counted = current
    // A failed count is repeated by the next reader.
    counts.catch(() => {
      if (counted === current) counted = null
    })
    return counts
  }
  return { read }
}
