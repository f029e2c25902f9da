// Builds the search index in memory from MySQL, in slices that let requests through, and replaces the index that answers.

import { createTimeSlices } from '@cartwright/concurrency'
import { sql } from '@cartwright/db'
import { countListed } from '../../db/listing.ts'
import { loadCategories, loadProducts } from '../../db/products.ts'
import { finishBuild, readTime } from '../../db/search.ts'
import type { CatalogDeps } from '../../deps.ts'
import { documentOf } from '../../domain/search-document.ts'
import type { MemoryState } from '../../integrations/memory-engine.ts'
import { createMemoryIndex, type MemoryIndex } from '../../integrations/memory-index.ts'

/** Milliseconds after which indexing lets the event loop run. One product more may be added, so a slice stays below 20 ms. */
export const sliceMs = 8
/** Products that one query reads: their rows are converted in one piece. */
const batch = 50

/** Reads every public product. @returns null when the signal aborted it */
const copyProducts = async ({ db }: CatalogDeps, signal: AbortSignal): Promise<MemoryIndex | null> => {
  const index = createMemoryIndex()
  const slices = createTimeSlices(sliceMs)
  const categories = await loadCategories(db)
  let afterId = ''
  while (!signal.aborted) {
    const products = await loadProducts(
      db,
      sql`id > ${afterId} AND status = 'active' AND deleted_at IS NULL ORDER BY id LIMIT ${batch}`,
    )
    for (const product of products) {
      await slices.pauseWhenDue()
      const document = documentOf(product, categories)
      if (document !== null) index.put(document)
    }
    const last = products.at(-1)
    if (products.length < batch || last === undefined) return index
    afterId = last.id
  }
  return null
}

/** Drops the index of a shop that has grown too large: MySQL searches from now on. */
const giveUp = (memory: MemoryState, products: number, { log }: CatalogDeps): void => {
  memory.index = null
  if (memory.isTooLarge) return
  memory.isTooLarge = true
  log.warn(
    { products, maxProducts: memory.maxProducts },
    'search index: the shop has more products than an index in memory holds, MySQL searches; set ELASTICSEARCH_URL, or raise CATALOG_MEMORY_INDEX_PRODUCTS',
  )
}

/**
 * Builds the index while the present one, or MySQL, answers.
 * @param requested the build that an operator requested; null for one of this replica's own
 */
export const buildMemoryIndex = async (
  memory: MemoryState,
  requested: string | null,
  deps: CatalogDeps,
  signal: AbortSignal,
): Promise<void> => {
  const { db, log, newId } = deps
  const startedAt = await readTime(db)
  const products = await countListed(db)
  const build = {
    build: requested ?? newId('bld'),
    state: 'running',
    copied: 0,
    started_at: startedAt,
    finished_at: null,
  } as const
  if (products > memory.maxProducts) giveUp(memory, products, deps)
  else {
    memory.build = build
    const index = await copyProducts(deps, signal)
    if (index === null) return
    const finishedAt = await readTime(db)
    Object.assign(memory, { index, isTooLarge: false, readAt: startedAt, written: new Map() })
    memory.build = { ...build, state: 'idle', copied: index.size, finished_at: finishedAt }
    log.info(
      { build: build.build, copied: index.size, ms: finishedAt.getTime() - startedAt.getTime() },
      'search index: the index in memory is built',
    )
  }
  if (requested !== null) await db.tx((tx) => finishBuild(tx, requested, memory.index?.size ?? 0))
}
