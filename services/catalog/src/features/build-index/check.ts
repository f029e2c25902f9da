// Schedule that checks the search index: rebuilds one that is missing, outdated or incomplete, and retries postponed documents.

import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@cartwright/db'
import { countListed } from '../../db/listing.ts'
import { countPending, findBuild } from '../../db/search.ts'
import { scheduled } from '../../deps.ts'
import { requestBuild } from '../../domain/search-build.ts'
import { indexShape } from '../../domain/search-document.ts'
import { enqueueDueShards } from '../../domain/search-pending.ts'
import { type ElasticsearchIndex, statusOf } from '../../integrations/elasticsearch.ts'

const settleMs = 2000

/** Compares the number of documents with the number of public products. @returns null when equal, or while documents are pending */
const gapOf = async ({ client, live }: ElasticsearchIndex, db: Database): Promise<string | null> => {
  await client.indices.refresh({ index: live })
  const { count } = await client.count({ index: live })
  const products = await countListed(db)
  return count === products || (await countPending(db)) > 0 ? null : `the index holds ${count} products and the shop ${products}`
}

/** Finds the reason for a rebuild of the index; null when there is none, or while documents are pending. */
const findProblem = async (engine: ElasticsearchIndex, db: Database): Promise<string | null> => {
  const { client, live } = engine
  const shapes = await client.indices.getMapping({ index: live }).catch((error: unknown) => {
    if (statusOf(error) === 404) return null
    throw error
  })
  if (shapes === null) return 'there is no index'
  if (Object.values(shapes).some(({ mappings }) => mappings._meta?.shape !== indexShape)) return 'the index has another shape'
  const gap = await gapOf(engine, db)
  if (gap === null) return null
  // A change that is not indexed yet looks like a gap for a moment.
  await delay(settleMs)
  return (await gapOf(engine, db)) === gap ? gap : null
}

/** While Elasticsearch is down a run fails without effect; the next run repeats it. */
export const checkIndex = scheduled({
  name: 'catalog-search-check',
  everySec: 30,
  run: async ({ deps: { elasticsearch, db, log, newId } }) => {
    if (elasticsearch === null) return
    await enqueueDueShards(db)
    if ((await findBuild(db))?.state === 'running') {
      await db.tx((tx) => requestBuild(tx, newId('bld'), 'elasticsearch'))
      return
    }
    const problem = await findProblem(elasticsearch, db)
    if (problem === null) return
    log.warn({ problem }, 'search index check: the index is rebuilt; searches use the old index, or MySQL, until the build ends')
    await db.tx((tx) => requestBuild(tx, newId('bld'), 'elasticsearch'))
  },
})
