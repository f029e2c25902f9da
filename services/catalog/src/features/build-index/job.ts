// Job that builds the search index: copies products slice by slice into a new index, then moves the alias in one step.

import { sql } from '@cartwright/db'
import type { SearchBuildRow } from '../../db/generated/rows.ts'
import { loadCategories, loadProducts } from '../../db/products.ts'
import { findBuild, finishBuild } from '../../db/search.ts'
import { type CatalogDeps, job } from '../../deps.ts'
import { advanceBuild, buildIndexKind } from '../../domain/search-build.ts'
import { documentOf, documentVersion, indexDefinition } from '../../domain/search-document.ts'
import { markPending } from '../../domain/search-pending.ts'
import { bulkWrite } from '../../integrations/bulk-write.ts'
import { type ElasticsearchIndex, reserveNames, statusOf } from '../../integrations/elasticsearch.ts'

type Progress = { build: string; afterId: string; copied: number; finished: boolean; refused: string[] } | null

const slice = 500

const indexOf = ({ indexStem }: ElasticsearchIndex, build: string): string => indexStem + build

/** Indices behind an alias; none when there is no such alias. */
const indicesOf = async ({ client }: ElasticsearchIndex, name: string): Promise<string[]> => {
  try {
    return Object.keys(await client.indices.getAlias({ name }))
  } catch (error) {
    if (statusOf(error) === 404) return []
    throw error
  }
}

/** Creates the new index, or finds the one of an interrupted build. @returns the position at which the copy continues */
const ensureIndex = async (
  engine: ElasticsearchIndex,
  { build, after_id, copied }: SearchBuildRow,
): Promise<{ afterId: string; copied: number }> => {
  const { client, building } = engine
  const index = indexOf(engine, build)
  const present = await indicesOf(engine, building)
  if (present.includes(index)) return { afterId: after_id, copied }
  if (present.length > 0) await client.indices.delete({ index: present })
  await reserveNames(engine)
  await client.indices.create({ index, ...indexDefinition, aliases: { [building]: {} } })
  return { afterId: '', copied: 0 }
}

/** Moves the live alias to the new index and deletes the old one. Searches see one atomic step. */
const swap = async (engine: ElasticsearchIndex, build: string): Promise<void> => {
  const { client, live, building } = engine
  const index = indexOf(engine, build)
  await client.indices.refresh({ index })
  const old = (await indicesOf(engine, live)).filter((name) => name !== index)
  await client.indices.updateAliases({
    actions: [
      { add: { index, alias: live } },
      { remove: { index, alias: building } },
      ...old.map((name) => ({ remove_index: { index: name } })),
    ],
  })
}

/** Copies one slice of the public products. */
const copySlice = async (engine: ElasticsearchIndex, afterId: string, { db }: CatalogDeps) => {
  const products = await loadProducts(
    db,
    sql`id > ${afterId} AND status = 'active' AND deleted_at IS NULL ORDER BY id LIMIT ${slice}`,
  )
  const categories = await loadCategories(db)
  const changes = products.map((product) => ({
    id: product.id,
    version: documentVersion(product),
    document: documentOf(product, categories),
  }))
  return {
    last: products.at(-1)?.id ?? afterId,
    count: products.length,
    refused: await bulkWrite(engine, [engine.building], changes),
  }
}

export const buildIndex = job<object, Progress>({
  kind: buildIndexKind,
  backoffSec: (attempts) => Math.min(5, 2 ** attempts),
  effect: async ({ deps }) => {
    const { elasticsearch: engine, db, log } = deps
    const row = await findBuild(db)
    if (engine === null || row === null || row.state !== 'running') return null
    // The alias moved, and the process died before the build was recorded as finished.
    if ((await indicesOf(engine, engine.live)).includes(indexOf(engine, row.build)))
      return { build: row.build, afterId: row.after_id, copied: row.copied, finished: true, refused: [] }
    const { afterId, copied } = await ensureIndex(engine, row)
    const { last, count, refused } = await copySlice(engine, afterId, deps)
    for (const [product, reason] of refused)
      log.error(
        { product, reason },
        'search index: Elasticsearch refuses a document; it is retried later, check the mapping and the product',
      )
    const finished = count < slice
    if (finished) await swap(engine, row.build)
    return { build: row.build, afterId: last, copied: copied + count, finished, refused: [...refused.keys()] }
  },
  apply: async ({ tx, result: progress, deps: { log, newId } }) => {
    if (progress === null) return
    const { build, afterId, copied, finished, refused } = progress
    for (const productId of refused) markPending(tx, productId, newId('ref'), true)
    if (!finished) return advanceBuild(tx, build, afterId, copied)
    await finishBuild(tx, build, copied)
    log.info({ build, copied }, 'search index: the build is finished')
  },
})
