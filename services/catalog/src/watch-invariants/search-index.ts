// I8 for the search index: product after product, the documents say what MySQL says. What is on its way to the index is no difference.
import { type Database, list, sql } from '@cartwright/db'
import { invariant, keptViolations, type Violation } from '@cartwright/messaging'
import { loadCategories, loadProducts } from '../db/products.ts'
import { countPending, findBuild } from '../db/search.ts'
import type { CatalogDeps } from '../deps.ts'
import { noCurrency } from '../product.ts'
import { documentOf, type SearchDocument } from '../search-document.ts'
import type { SearchEngine } from '../search-engine.ts'

/** Products that are compared in a round. */
const comparedProducts = 500

const shown = ['name', 'skus', 'prices', 'inStock'] as const
type Shown = Pick<SearchDocument, (typeof shown)[number]>

/** What shoppers are shown of a document, as one text. */
const plain = ({ name, skus, prices, inStock }: Shown): string =>
  JSON.stringify([name, skus.toSorted(), Object.entries(prices).toSorted(([a], [b]) => (a < b ? -1 : 1)), inStock])

/** Products of a change that the index may not know yet: its event has not been handled, or its document waits to be written. */
const underWay = async (db: Database, productIds: readonly string[]): Promise<Set<string>> => {
  const ids = list(productIds)
  const rows = await db.rows<{ product_id: string }>`SELECT product_id FROM search_pending WHERE product_id IN (${ids})
    UNION SELECT changed.product_id FROM (
      SELECT id AS product_id, 'product' AS aggregate_type, id AS aggregate_id FROM product WHERE id IN (${ids})
      UNION ALL SELECT product_id, 'sku', sku FROM stock_level WHERE product_id IN (${ids})) changed
    JOIN aggregate_version v ON v.aggregate_type = changed.aggregate_type AND v.aggregate_id = changed.aggregate_id
    JOIN outbox_event o ON o.aggregate_type = v.aggregate_type AND o.aggregate_id = v.aggregate_id AND o.aggregate_version = v.version
    LEFT JOIN inbox_event i ON i.consumer = 'catalog-search' AND i.event_id = o.event_id WHERE i.event_id IS NULL`
  return new Set(rows.map((row) => row.product_id))
}

const difference = (id: string, trouble: string): Violation => ({
  id,
  account: `${id} ${trouble}`,
  rows: [{ table: 'product', key: [id] }],
})

// The index is read first: what changes after that is under way when MySQL is read.
const compare = async ({ client, live }: SearchEngine, db: Database, productIds: readonly string[]): Promise<Violation[]> => {
  if (productIds.length === 0) return []
  const { docs } = await client.mget<Shown>({ index: live, ids: [...productIds], _source: [...shown] })
  const indexed = new Map(
    docs.flatMap((doc) => ('found' in doc && doc.found && doc._source ? [[doc._id, doc._source] as const] : [])),
  )
  const categories = await loadCategories(db)
  const products = await loadProducts(db, sql`id IN (${list(productIds)})`)
  const differing = products.flatMap((product): Violation[] => {
    const [wanted, found] = [documentOf(product, categories), indexed.get(product.id)]
    if (wanted === null) return found ? [difference(product.id, 'is not for sale, and search finds it')] : []
    if (found === undefined) return [difference(product.id, 'is for sale, and search does not find it')]
    return plain(wanted) === plain(found)
      ? []
      : [difference(product.id, `is ${plain(found)} in the index and ${plain(wanted)} in MySQL`)]
  })
  if (differing.length === 0) return []
  const moving = await underWay(
    db,
    differing.map(({ id }) => id),
  )
  return differing.filter(({ id }) => !moving.has(id))
}

/** Whether a change of a product has not reached the index yet. */
const isBehind = async (db: Database): Promise<boolean> => {
  if ((await countPending(db)) > 0) return true
  const waiting =
    await db.one`SELECT o.event_id FROM (SELECT event_id, aggregate_type FROM outbox_event ORDER BY id DESC LIMIT 1000) o
    LEFT JOIN inbox_event i ON i.consumer = 'catalog-search' AND i.event_id = o.event_id
    WHERE o.aggregate_type = 'product' AND i.event_id IS NULL LIMIT 1`
  return waiting !== null
}

/** More documents than products: search finds what is gone. Too few are found product by product. */
const surplus = async ({ client, live }: SearchEngine, db: Database): Promise<Violation[]> => {
  await client.indices.refresh({ index: live })
  const { count } = await client.count({ index: live })
  const row = await db.one<{ products: number }>`SELECT COUNT(*) AS products FROM product_listing WHERE currency = ${noCurrency}`
  const products = row?.products ?? 0
  if (count <= products || (await isBehind(db))) return []
  return [{ id: 'surplus', account: `the index holds ${count} products, and the shop ${products}` }]
}

export const searchIndex = invariant<CatalogDeps>({
  name: 'I8-search-index',
  sentence: 'the search index says what MySQL says',
  find: async ({ engine, db }, round) => {
    if (engine === null || (await findBuild(db))?.state !== 'idle') return []
    const looked = await db.rows<{ id: string }>`${await round.older(db, 'product', ['id'], comparedProducts)}`
    const first = await compare(
      engine,
      db,
      looked.map(({ id }) => id),
    )
    // Written between the two reads of the first look: the second look finds it in its place.
    const again =
      first.length === 0
        ? []
        : await compare(
            engine,
            db,
            first.map(({ id }) => id),
          )
    const tooMany = (await surplus(engine, db)).length === 0 ? [] : await surplus(engine, db)
    return [...again, ...tooMany].slice(0, keptViolations)
  },
})
