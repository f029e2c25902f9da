// Looks after the search index: one that is missing, of another shape or out of step with MySQL is built anew; what was put off is tried again.
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@cartwright/db'
import { periodic } from '@cartwright/messaging'
import { countPending, findBuild, requestBuild, wakeDueShards } from '../db/search.ts'
import type { CatalogDeps } from '../deps.ts'
import { noCurrency } from '../product.ts'
import { indexShape } from '../search-document.ts'
import { type SearchEngine, statusOf } from '../search-engine.ts'

const settleMs = 2000

/** What differs in number between the index and the shop; null while documents wait for the job. */
const gapOf = async ({ client, live }: SearchEngine, db: Database): Promise<string | null> => {
  await client.indices.refresh({ index: live })
  const { count } = await client.count({ index: live })
  const inMysql = await db.one<{
    products: number
  }>`SELECT COUNT(*) AS products FROM product_listing WHERE currency = ${noCurrency}`
  return count === inMysql?.products || (await countPending(db)) > 0
    ? null
    : `the index holds ${count} products and the shop ${inMysql?.products}`
}

/** Why the index has to be built anew; null when it is right, or when that cannot be told now. */
const troubleOf = async (engine: SearchEngine, db: Database): Promise<string | null> => {
  const { client, live } = engine
  const shapes = await client.indices.getMapping({ index: live }).catch((error: unknown) => {
    if (statusOf(error) === 404) return null
    throw error
  })
  if (shapes === null) return 'there is no index'
  if (Object.values(shapes).some(({ mappings }) => mappings._meta?.shape !== indexShape)) return 'the index has another shape'
  const gap = await gapOf(engine, db)
  if (gap === null) return null
  // A change that is on its way looks like a gap for a moment.
  await delay(settleMs)
  return (await gapOf(engine, db)) === gap ? gap : null
}

/** Runs once at the start and then every so often. Needs no engine to be up: the next run is soon enough. */
export const indexCheck = (everySec: number) =>
  periodic({
    name: 'catalog-search-check',
    everySec,
    run: async ({ engine, db, log, newId }: CatalogDeps) => {
      if (engine === null) return
      await wakeDueShards(db)
      if ((await findBuild(db))?.state === 'running') {
        await db.tx((tx) => requestBuild(tx, newId('bld')))
        return
      }
      const trouble = await troubleOf(engine, db)
      if (trouble === null) return
      log.warn({ trouble }, 'the search index is built anew')
      await db.tx((tx) => requestBuild(tx, newId('bld')))
    },
  })
