// Invariant I8 of the search index: documents match the products in MySQL. Changes that are not indexed yet are no violation.

import { type Database, list, sql } from '@cartwright/db'
import { hasRecentUnhandled, isNewestUnhandled, maxViolations, type Violation } from '@cartwright/messaging'
import { noCurrency } from '../db/listing.ts'
import { loadCategories, loadProducts } from '../db/products.ts'
import { countPending, findBuild } from '../db/search.ts'
import { invariant } from '../deps.ts'
import { documentOf, type SearchDocument } from '../domain/search-document.ts'
import { readDocuments } from '../integrations/read-documents.ts'
import type { SearchEngine } from '../integrations/search-engine.ts'

/** Products that one round compares. */
const comparedProducts = 500
/** Newest events among which changes that are not indexed yet are looked for. */
const newestEvents = 1000

/** What shoppers see of a document. */
const shown = ['name', 'skus', 'prices', 'inStock'] as const

/** Fields of a document that shoppers see, as one comparable text. */
const comparable = ({ name, skus, prices, inStock }: Pick<SearchDocument, (typeof shown)[number]>): string =>
  JSON.stringify([name, skus.toSorted(), Object.entries(prices).toSorted(([a], [b]) => (a < b ? -1 : 1)), inStock])

/** Products with a change that is not indexed yet: its event is not handled, or its document is pending. */
const listInProgress = async (db: Database, productIds: readonly string[]): Promise<Set<string>> => {
  const ids = list(productIds)
  const rows = await db.rows<{ product_id: string }>`SELECT product_id FROM search_pending WHERE product_id IN (${ids})
    UNION SELECT changed.product_id FROM (
      SELECT id AS product_id, 'product' AS aggregate_type, id AS aggregate_id FROM product WHERE id IN (${ids})
      UNION ALL SELECT product_id, 'sku', sku FROM stock_level WHERE product_id IN (${ids})) changed
    WHERE ${isNewestUnhandled('catalog-search', sql`changed.aggregate_type`, sql`changed.aggregate_id`)}`
  return new Set(rows.map((row) => row.product_id))
}

const difference = (id: string, problem: string): Violation => ({
  id,
  description: `${id} ${problem}`,
  rows: [{ table: 'product', key: [id] }],
})

// The index is read before MySQL: a change between the two reads is still in progress, and not reported.
const compare = async (engine: SearchEngine, db: Database, productIds: readonly string[]): Promise<Violation[]> => {
  if (productIds.length === 0) return []
  const indexed = await readDocuments(engine, productIds, shown)
  const categories = await loadCategories(db)
  const products = await loadProducts(db, sql`id IN (${list(productIds)})`)
  const differing = products.flatMap((product): Violation[] => {
    const [wanted, found] = [documentOf(product, categories), indexed.get(product.id)]
    if (wanted === null) return found ? [difference(product.id, 'is not for sale, and search finds it')] : []
    if (found === undefined) return [difference(product.id, 'is for sale, and search does not find it')]
    return comparable(wanted) === comparable(found)
      ? []
      : [difference(product.id, `is ${comparable(found)} in the index and ${comparable(wanted)} in MySQL`)]
  })
  if (differing.length === 0) return []
  const inProgress = await listInProgress(
    db,
    differing.map(({ id }) => id),
  )
  return differing.filter(({ id }) => !inProgress.has(id))
}

/** Whether a change of a product has not reached the index yet. */
const isBehind = async (db: Database): Promise<boolean> =>
  (await countPending(db)) > 0 || hasRecentUnhandled(db, 'catalog-search', 'product', newestEvents)

/** More documents than products: search finds what is gone. Too few are found product by product. */
const surplus = async ({ client, live }: SearchEngine, db: Database): Promise<Violation[]> => {
  await client.indices.refresh({ index: live })
  const { count } = await client.count({ index: live })
  const row = await db.one<{ products: number }>`SELECT COUNT(*) AS products FROM product_listing WHERE currency = ${noCurrency}`
  const products = row?.products ?? 0
  if (count <= products || (await isBehind(db))) return []
  return [{ id: 'surplus', description: `the index holds ${count} products, and the shop ${products}` }]
}

/**
 * Violations that two looks in a row describe alike. A look is no snapshot: a change may be indexed between its reads, and the
 * next look then finds the document changed.
 */
const seenTwice = async (look: (before?: readonly Violation[]) => Promise<Violation[]>): Promise<Violation[]> => {
  const before = await look()
  if (before.length === 0) return []
  const described = new Set(before.map(({ description }) => description))
  return (await look(before)).filter(({ description }) => described.has(description))
}

export const searchIndex = invariant({
  name: 'I8-search-index',
  sentence: 'the search index holds what MySQL holds',
  find: async ({ deps: { engine, db }, scan }) => {
    if (engine === null || (await findBuild(db))?.state !== 'idle') return []
    const rows = await db.rows<{ id: string }>`${await scan.older(db, 'product', ['id'], comparedProducts)}`
    const looked = rows.map(({ id }) => id)
    const differing = await seenTwice((before) => compare(engine, db, before?.map(({ id }) => id) ?? looked))
    const tooMany = await seenTwice(() => surplus(engine, db))
    return [...differing, ...tooMany].slice(0, maxViolations)
  },
})
