// Copies of MySQL's truth, as rows: documents of the search index, stock levels that others believe in, and what Redis holds.

/** A product as shoppers may find it: from MySQL, and as the index holds it. */
export interface FoundProduct {
  id: string
  skus: string[]
  prices: Record<string, number>
  inStock: boolean
}

/** A stock level as another service believes it to be. */
export interface BelievedStock {
  where: string
  sku: string
  available: number
}

/** Something in Redis, beside what MySQL says of it. */
export interface CachedCopy {
  of: string
  version: number
  /** Null marks what is gone. */
  says: string | null
  /** Milliseconds until Redis forgets it; −1: never. */
  expiresMs: number
  original: { version: number; says: string } | null
  /** MySQL may have closed it by now. */
  closable: boolean
}
