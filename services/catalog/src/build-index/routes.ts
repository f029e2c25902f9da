// Operators ask for a new search index, and see how the present one is doing.
import { AppError, catalogApi } from '@cartwright/contracts'
import { audit, route } from '@cartwright/service-kit'
import { type BuildRow, countPending, findBuild, requestBuild } from '../db/search.ts'
import type { CatalogDeps } from '../deps.ts'

const buildOf = (row: BuildRow) => ({
  build: row.build,
  state: row.state,
  copied: row.copied,
  startedAt: row.started_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
})

export const reindexSearch = route(catalogApi.reindexSearch, async (req, { db, engine, newId }: CatalogDeps) => {
  if (engine === null) throw new AppError('upstream_unavailable', 'no Elasticsearch is configured (ELASTICSEARCH_URL)')
  return db.tx(async (tx) => {
    const row = await requestBuild(tx, newId('bld'))
    await audit(tx, { actor: req.principal.id, action: 'search.reindex', target: row.build })
    return buildOf(row)
  })
})

export const getSearchState = route(catalogApi.getSearchState, async (_, { db, engine }: CatalogDeps) => {
  const build = await findBuild(db)
  return {
    configured: engine !== null,
    answering: engine !== null && !engine.breaker.open,
    pending: await countPending(db),
    build: build ? buildOf(build) : null,
  }
})
