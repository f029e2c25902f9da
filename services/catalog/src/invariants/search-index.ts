// Invariant I8 of the search index: documents match the products in MySQL. Changes that are not indexed yet are no violation.

import { type Database, list, sql } from '@cartwright/db'
import { hasRecentUnhandled, isNewestUnhandled, maxViolations, type Violation } from '@cartwright/messaging'
import { countListed } from '../db/listing.ts'
import { loadCategories, loadProducts } from '../db/products.ts'
import { invariant } from '../deps.ts'
import { documentOf } from '../domain/search-document.ts'
import type { SearchEngine, ShownFields } from '../domain/search-engine.ts'

/** Products that one round compares. */
const comparedProducts = 500
/** Newest events among which changes that are not indexed yet are looked for. */
const newestEvents = 1000

/** Fields of a document that shoppers see, as one comparable text. */
const comparable = ({ name, skus, prices, inStock }: ShownFields): string =>
  JSON.stringify([name, skus.toSorted(), Object.entries(prices).toSorted(([a], [b]) => (a < b ? -1 : 1)), inStock])

/** Products with a change that is not indexed yet: its event is not handled, or the index does not hold it. */
const listInProgress = async (engine: SearchEngine, db: Database, productIds: readonly string[]): Promise<Set<string>> => {
  const ids = list(productIds)
  const rows = await db.rows<{ product_id: string }>`SELECT changed.product_id FROM (
      SELECT id AS product_id, 'product' AS aggregate_type, id AS aggregate_id FROM product WHERE id IN (${ids})
      UNION ALL SELECT product_id, 'sku', sku FROM stock_level WHERE product_id IN (${ids})) changed
    WHERE ${isNewestUnhandled('catalog-search', sql`changed.aggregate_type`, sql`changed.aggregate_id`)}`
  // An event may be handled between the two reads; its change is then marked.
  return new Set([...rows.map((row) => row.product_id), ...(await engine.listUnwritten(productIds))])
}

const difference = (id: string, problem: string): Violation => ({
  id,
  description: `${id} ${problem}`,
  rows: [{ table: 'product', key: [id] }],
})

// The index is read before MySQL: a change between the two reads is still in progress, and not reported.
const compare = async (engine: SearchEngine, db: Database, productIds: readonly string[]): Promise<Violation[]> => {
  if (productIds.length === 0) return []
  const indexed = await engine.readDocuments(productIds)
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
    engine,
    db,
    differing.map(({ id }) => id),
  )
  return differing.filter(({ id }) => !inProgress.has(id))
}

/** Whether a change of a product has not reached the index yet. */
const isBehind = async (engine: SearchEngine, db: Database): Promise<boolean> =>
  (await engine.measureUnwritten()).products > 0 || hasRecentUnhandled(db, 'catalog-search', 'product', newestEvents)

/** More documents than products: search finds what is gone. Too few are found product by product. */
const surplus = async (engine: SearchEngine, db: Database): Promise<Violation[]> => {
  const count = await engine.countDocuments()
  const products = await countListed(db)
  if (count <= products || (await isBehind(engine, db))) return []
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
    if (!(await engine.hasWholeIndex())) return []
    const rows = await db.rows<{ id: string }>`${await scan.older(db, 'product', ['id'], comparedProducts)}`
    const looked = rows.map(({ id }) => id)
    const differing = await seenTwice((before) => compare(engine, db, before?.map(({ id }) => id) ?? looked))
    const tooMany = await seenTwice(() => surplus(engine, db))
    return [...differing, ...tooMany].slice(0, maxViolations)
  },
})
