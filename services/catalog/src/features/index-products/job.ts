// Job that updates out-of-date search documents of one shard in bulk, from the products’ current state in MySQL.

import { list, sql } from '@cartwright/db'
import { loadCategories, loadProducts } from '../../db/products.ts'
import { listDue, type PendingProduct } from '../../db/search.ts'
import { type CatalogDeps, job } from '../../deps.ts'
import { requestBuild } from '../../domain/search-build.ts'
import { documentOf, documentVersion } from '../../domain/search-document.ts'
import { indexProductsKind, settlePending } from '../../domain/search-pending.ts'
import { bulkWrite, type DocumentChange, writeTargets } from '../../integrations/bulk-write.ts'

interface Outcome {
  done: PendingProduct[]
  refused: PendingProduct[]
  /** True when no index exists: one has to be built. */
  indexMissing: boolean
}

const batch = 500
/** Upper bound of the backoff, so that search catches up soon after Elasticsearch is back. */
const maxBackoffSec = 4

const changesOf = async (due: readonly PendingProduct[], { db }: CatalogDeps): Promise<DocumentChange[]> => {
  const ids = due.map((row) => row.product_id)
  const products = await loadProducts(db, sql`id IN (${list(ids)})`)
  const categories = await loadCategories(db)
  return products.map((product) => ({
    id: product.id,
    version: documentVersion(product),
    document: documentOf(product, categories),
  }))
}

export const indexProducts = job<{ shard: number }, Outcome>({
  kind: indexProductsKind,
  backoffSec: (attempts) => Math.min(maxBackoffSec, 2 ** attempts),
  effect: async ({ item: { payload }, deps }) => {
    const { elasticsearch: engine, log } = deps
    if (engine === null) return { done: [], refused: [], indexMissing: false }
    const due = await listDue(deps.db, payload.shard, batch)
    const changes = await changesOf(due, deps)
    const targets = await writeTargets(engine)
    deps.crash?.('before-effect', indexProductsKind)
    const refusals = await bulkWrite(engine, targets, changes)
    for (const [product, reason] of refusals)
      log.error(
        { product, reason },
        'search index: Elasticsearch refuses a document; it is retried later, check the mapping and the product',
      )
    return {
      done: due.filter((row) => !refusals.has(row.product_id)),
      refused: due.filter((row) => refusals.has(row.product_id)),
      indexMissing: targets.length === 0,
    }
  },
  apply: async ({ tx, item: { payload }, result: { done, refused, indexMissing }, deps }) => {
    if (deps.elasticsearch === null) return
    if (indexMissing) await requestBuild(tx, deps.newId('bld'), 'elasticsearch')
    await settlePending(tx, payload.shard, done, refused)
  },
})
