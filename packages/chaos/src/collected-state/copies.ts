// Row types for copies of MySQL's data: search documents, projected stock levels and cache entries.

/** A product that shoppers can find, from MySQL or from the search index. */
export interface FoundProduct {
  id: string
  skus: string[]
  prices: Record<string, number>
  inStock: boolean
}

/** A stock level as another service stores it. */
export interface ProjectedStock {
  where: string
  sku: string
  available: number
}

/** An entry of Redis and the row that it was copied from. */
export interface CachedCopy {
  of: string
  version: number
  /** Null for an entry that marks a deletion. */
  text: string | null
  /** Milliseconds until the entry expires; −1: never. */
  expiresMs: number
  original: { version: number; text: string } | null
  /** Whether MySQL may have closed the original by now. */
  closable: boolean
}
