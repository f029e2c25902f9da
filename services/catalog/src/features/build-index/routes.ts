// Routes by which operators request a new search index and read the state of the present one.

import { AppError, catalogApi } from '@cartwright/contracts'
import { audit } from '@cartwright/service-kit'
import type { SearchBuildRow } from '../../db/generated/rows.ts'
import { countPending, findBuild } from '../../db/search.ts'
import { route } from '../../deps.ts'
import { requestBuild } from '../../domain/search-build.ts'

const buildOf = (row: SearchBuildRow) => ({
  build: row.build,
  state: row.state,
  copied: row.copied,
  startedAt: row.started_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
})

export const reindexSearch = route(catalogApi.reindexSearch, async ({ request, deps: { db, engine, newId } }) => {
  if (engine === null)
    throw new AppError('upstream_unavailable', { detail: 'no Elasticsearch is configured (ELASTICSEARCH_URL)' })
  return db.tx(async (tx) => {
    const row = await requestBuild(tx, newId('bld'))
    await audit(tx, { actor: request.principal.id, action: 'search.reindex', target: row.build })
    return buildOf(row)
  })
})

export const getSearchState = route(catalogApi.getSearchState, async ({ deps: { db, engine } }) => {
  const build = await findBuild(db)
  return {
    configured: engine !== null,
    answering: engine !== null && !engine.breaker.isOpen(),
    pending: await countPending(db),
    build: build ? buildOf(build) : null,
  }
})
