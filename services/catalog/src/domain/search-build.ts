// Builds of the search index: requests one and advances it, each with the job that continues it.
import type { Tx } from '@cartwright/db'
import { enqueueUnlessPending } from '@cartwright/messaging'
import type { SearchBuildRow } from '../db/generated/rows.ts'
import { findBuild, insertBuildUnlessRunning, updateBuildProgress } from '../db/search.ts'
import type { SearchEngine } from './search-engine.ts'
import { searchSignal } from './search-pending.ts'

export const buildIndexKind = 'build-search-index'

/**
 * Requests a build of the index; a running build is joined.
 * @param build name of the new index, unique
 * @param by the job that builds the index in Elasticsearch, or each replica for its index in memory
 */
export const requestBuild = async (tx: Tx, build: string, by: SearchEngine['name']): Promise<SearchBuildRow> => {
  if (by === 'elasticsearch') await enqueueUnlessPending(tx, buildIndexKind, 'build', {})
  else tx.signal(searchSignal)
  await insertBuildUnlessRunning(tx, build)
  const row = await findBuild(tx)
  if (row === null) throw new Error('search_build has no row after the insert of a build')
  return row
}

/** Records how far a build is, and enqueues its next slice. */
export const advanceBuild = async (tx: Tx, build: string, afterId: string, copied: number): Promise<void> => {
  await updateBuildProgress(tx, build, afterId, copied)
  await enqueueUnlessPending(tx, buildIndexKind, 'build', {})
}
