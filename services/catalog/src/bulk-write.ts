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

interface ItemResult {
  status: number
  error?: { reason?: string | null } | undefined
}

/** 409: something newer is there. 404 without an error: there was nothing to delete. */
const isSettled = ({ status, error }: ItemResult): boolean =>
  status < 300 || status === 409 || (status === 404 && error === undefined)

/** 404 with an error: the alias moved between the question and the write, and the document may be in neither index. */
const isPassing = ({ status }: ItemResult): boolean => status === 429 || status === 404 || status >= 500

/**
 * Writes every change to every target.
 * @returns ids that the engine refuses for good, with its reason; the same document would be refused again
 * @throws Error when the engine cannot take writes now, or an index was replaced meanwhile: ask for the targets again
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
    if (result === undefined || isSettled(result)) continue
    const reason = result.error?.reason ?? `status ${result.status}`
    if (isPassing(result)) throw new Error(`the search index takes no writes now: ${reason}`)
    refused.set(result._id ?? '', reason)
  }
  return refused
}
