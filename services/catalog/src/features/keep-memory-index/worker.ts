// Worker of each replica that keeps its search index in memory: builds it, then applies the changes that consumers have marked.

import { createTimeSlices, type Round, startPoller } from '@cartwright/concurrency'
import { list, sql } from '@cartwright/db'
import type { Worker } from '@cartwright/messaging'
import { runOutsideTrace } from '@cartwright/telemetry'
import { countListed } from '../../db/listing.ts'
import { loadCategories, loadProducts } from '../../db/products.ts'
import { findBuild, listMarked, readTime } from '../../db/search.ts'
import type { CatalogDeps } from '../../deps.ts'
import { documentOf } from '../../domain/search-document.ts'
import { searchSignal } from '../../domain/search-pending.ts'
import { isUnwrittenIn, type MemoryState, markedSince, overlapSec } from '../../integrations/memory-engine.ts'
import type { MemoryIndex } from '../../integrations/memory-index.ts'
import { buildMemoryIndex, sliceMs } from './build.ts'

/** How late a replica reads the changes that other replicas have marked. Its own commits wake it. */
const pollMs = 1000
/** Seconds that a round after a commit looks back. Every second a round looks back by the time limit of transactions. */
const wokenOverlapSec = 2
const batch = 50
const checkEveryMs = 30_000

/** Reads the products from MySQL and replaces or removes their documents. */
const writeProducts = async (index: MemoryIndex, productIds: readonly string[], { db }: CatalogDeps): Promise<void> => {
  const slices = createTimeSlices(sliceMs)
  const categories = await loadCategories(db)
  for (let from = 0; from < productIds.length; from += batch) {
    const products = await loadProducts(db, sql`id IN (${list(productIds.slice(from, from + batch))})`)
    for (const product of products) {
      await slices.pauseWhenDue()
      const document = documentOf(product, categories)
      if (document === null) index.remove(product.id)
      else index.put(document)
    }
  }
}

/**
 * Applies what was marked since the last round.
 * @param isWhole whether to look back as far as any transaction may have been open
 * @returns whether there was anything
 */
const catchUp = async (memory: MemoryState, index: MemoryIndex, isWhole: boolean, deps: CatalogDeps): Promise<boolean> => {
  const { db } = deps
  const readAt = await readTime(db)
  const marked = await listMarked(db, markedSince(memory, isWhole ? overlapSec : wokenOverlapSec))
  const unwritten = marked.filter(isUnwrittenIn(memory))
  if (unwritten.length > 0)
    await writeProducts(
      index,
      unwritten.map(({ product_id }) => product_id),
      deps,
    )
  const tokens = marked.map(({ product_id, token }) => [product_id, token] as const)
  // A round that looks back far has listed every token that is still compared; the others are forgotten.
  memory.written = new Map(isWhole ? tokens : [...memory.written, ...tokens])
  memory.readAt = readAt
  return unwritten.length > 0
}

interface Check {
  at: number
  /** The gap that the last check found. A change that is not marked yet looks like one for a moment. */
  gap: string | null
}

/** Compares the numbers of documents and of public products, twice a minute. @returns whether the index has to be built again */
const isBuildDue = async (memory: MemoryState, check: Check, { db, clock, engine, log }: CatalogDeps): Promise<boolean> => {
  const now = clock.now().getTime()
  if (now - check.at < checkEveryMs) return false
  check.at = now
  const products = await countListed(db)
  if (memory.index === null) return products <= memory.maxProducts
  if (products > memory.maxProducts) return true
  const { size } = memory.index
  const isEqual = size === products || (await engine.measureUnwritten()).products > 0
  const gap = isEqual ? null : `the index holds ${size} products and the shop ${products}`
  const isSecond = gap !== null && gap === check.gap
  check.gap = isSecond ? null : gap
  if (isSecond)
    log.warn({ problem: gap }, 'search index check: the index in memory is built again; searches use the old one meanwhile')
  return isSecond
}

/** Starts the worker. None when Elasticsearch is configured, or the index in memory is switched off. */
export const keepMemoryIndex = (deps: CatalogDeps): Worker[] => {
  const { db, log, memory } = deps
  if (memory === null || memory.maxProducts === 0) return []
  const check: Check = { at: 0, gap: null }
  let isStarting = true
  const round = async ({ cause, signal }: Round): Promise<boolean> => {
    const isStart = isStarting && cause === 'interval'
    isStarting = false
    // The first second belongs to the start of the other services in the process: a large index takes seconds of CPU.
    if (isStart) return false
    const build = await findBuild(db)
    const requested = build?.state === 'running' ? build.build : null
    const isFirst = memory.index === null && !memory.isTooLarge
    if (isFirst || requested !== null || (await isBuildDue(memory, check, deps))) {
      await buildMemoryIndex(memory, requested, deps, signal)
      if (memory.index !== null && !signal.aborted) await catchUp(memory, memory.index, true, deps)
      return !signal.aborted
    }
    return memory.index === null ? false : catchUp(memory, memory.index, cause === 'interval', deps)
  }
  return [
    startPoller({
      everyMs: pollMs,
      run: (current) => runOutsideTrace(() => round(current)),
      onError: (error) =>
        log.warn(
          { err: error },
          'search index: the index in memory could not be built or updated and is tried again; look at the database',
        ),
      subscribe: (wake) => db.onSignal(searchSignal, wake),
    }),
  ]
}
