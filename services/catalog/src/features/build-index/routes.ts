// Routes by which operators request a new search index and read the state of the present one.

import { AppError, catalogApi } from '@cartwright/contracts'
import { audit } from '@cartwright/service-kit'
import type { SearchBuildRow } from '../../db/generated/rows.ts'
import { findBuild } from '../../db/search.ts'
import { route } from '../../deps.ts'
import { requestBuild } from '../../domain/search-build.ts'

const buildOf = (row: Omit<SearchBuildRow, 'id' | 'after_id'>) => ({
  build: row.build,
  state: row.state,
  copied: row.copied,
  startedAt: row.started_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
})

export const reindexSearch = route(catalogApi.reindexSearch, async ({ request, deps: { db, engine, memory, newId } }) => {
  if (memory !== null && (memory.isTooLarge || memory.maxProducts === 0))
    throw new AppError('upstream_unavailable', {
      detail: `an index in memory holds at most ${memory.maxProducts} products (CATALOG_MEMORY_INDEX_PRODUCTS), and no Elasticsearch is configured (ELASTICSEARCH_URL)`,
    })
  return db.tx(async (tx) => {
    const row = await requestBuild(tx, newId('bld'), engine.name)
    await audit(tx, { actor: request.principal.id, action: 'search.reindex', target: row.build })
    return buildOf(row)
  })
})

export const getSearchState = route(catalogApi.getSearchState, async ({ deps: { db, engine, elasticsearch, memory } }) => {
  const requested = await findBuild(db)
  // A replica builds its index in memory at every start. A build that an operator requests is one of all replicas.
  const build = requested?.state === 'running' ? requested : (memory?.build ?? requested)
  return {
    engine: engine.isAnswering() ? engine.name : ('database' as const),
    configured: elasticsearch !== null,
    answering: engine.isAnswering(),
    pending: (await engine.measureUnwritten()).products,
    build: build ? buildOf(build) : null,
  }
})
