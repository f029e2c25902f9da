// Brings out-of-date search documents up to date, a shard at a time and in bulk: the state in MySQL now, never what an event said.
import { list, sql } from '@cartwright/db'
import { job } from '@cartwright/messaging'
import { bulkWrite, type DocumentChange, writeTargets } from '../bulk-write.ts'
import { loadCategories, loadProducts } from '../db/products.ts'
import { indexProductsKind, listDue, type PendingProduct, requestBuild, settlePending } from '../db/search.ts'
import type { CatalogDeps } from '../deps.ts'
import { documentOf, documentVersion } from '../search-document.ts'

interface Outcome {
  done: PendingProduct[]
  refused: PendingProduct[]
  /** There is no index at all: it has to be built. */
  homeless: boolean
}

const batch = 500
/** A shard is tried again at most this late, so search catches up soon after the engine is back. */
const longestBackoffSec = 4

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

export const indexProducts = job<{ shard: number }, Outcome, CatalogDeps>({
  kind: indexProductsKind,
  backoffSec: (attempts) => Math.min(longestBackoffSec, 2 ** attempts),
  effect: async ({ payload }, deps) => {
    const { engine, log } = deps
    if (engine === null) return { done: [], refused: [], homeless: false }
    const due = await listDue(deps.db, payload.shard, batch)
    const changes = await changesOf(due, deps)
    const targets = await writeTargets(engine)
    deps.crash?.('before-effect', indexProductsKind)
    const refusals = await bulkWrite(engine, targets, changes)
    for (const [product, reason] of refusals) log.error({ product, reason }, 'the search index refuses a document')
    return {
      done: due.filter((row) => !refusals.has(row.product_id)),
      refused: due.filter((row) => refusals.has(row.product_id)),
      homeless: targets.length === 0,
    }
  },
  apply: async (tx, { payload }, { done, refused, homeless }, deps) => {
    if (deps.engine === null) return
    if (homeless) await requestBuild(tx, deps.newId('bld'))
    await settlePending(tx, payload.shard, done, refused)
  },
})
