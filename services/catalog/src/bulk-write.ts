// Writes documents to the search index in bulk. Versions are ours: an older document that arrives late is refused, and so is an older deletion.
import type { SearchDocument } from './search-document.ts'
import type { SearchEngine } from './search-engine.ts'

/** A product's document as it should be; null where shoppers must not find it. */
export interface DocumentChange {
  id: string
  version: number
  document: SearchDocument | null
}

/** The aliases that exist now. Ask after reading what is to be written: a build that begins later reads it by itself. */
export const writeTargets = async ({ client, live, building }: SearchEngine): Promise<string[]> => {
  const present = await Promise.all([live, building].map((name) => client.indices.existsAlias({ name })))
  return [live, building].filter((_, index) => present[index])
}

const operationsOf = (target: string, { id, version, document }: DocumentChange): object[] => {
  const place = { _index: target, _id: id, version, version_type: 'external', require_alias: true } as const
  return document === null ? [{ delete: place }] : [{ index: place }, document]
}

/** 409: something newer is there. 404: nothing to delete, or a build that ended meanwhile. */
const isSettled = (status: number): boolean => status < 300 || status === 409 || status === 404

/**
 * Writes every change to every target.
 * @returns ids that the engine refuses for good, with its reason; the same document would be refused again
 * @throws Error when the engine cannot take writes now
 */
export const bulkWrite = async (
  { client }: SearchEngine,
  targets: readonly string[],
  changes: readonly DocumentChange[],
): Promise<Map<string, string>> => {
  const refused = new Map<string, string>()
  if (targets.length === 0 || changes.length === 0) return refused
  const operations = targets.flatMap((target) => changes.flatMap((change) => operationsOf(target, change)))
  const { items } = await client.bulk({ operations })
  for (const item of items) {
    const result = item.index ?? item.delete
    if (result === undefined || isSettled(result.status)) continue
    const reason = result.error?.reason ?? `status ${result.status}`
    if (result.status === 429 || result.status >= 500) throw new Error(`the search index takes no writes now: ${reason}`)
    refused.set(result._id ?? '', reason)
  }
  return refused
}
