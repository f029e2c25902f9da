// Bulk writes to the search index with external versions: Elasticsearch refuses an older document or deletion that arrives late.
import type { SearchDocument } from '../domain/search-document.ts'
import type { ElasticsearchIndex } from './elasticsearch.ts'

/** A product's document; null deletes it from the index. */
export interface DocumentChange {
  id: string
  version: number
  document: SearchDocument | null
}

/** Aliases that exist now. Call this after reading the products: a build that starts later reads them itself. */
export const writeTargets = async ({ client, live, building }: ElasticsearchIndex): Promise<string[]> => {
  const present = await Promise.all([live, building].map((name) => client.indices.existsAlias({ name })))
  return [live, building].filter((_, index) => present[index])
}

const operationsOf = (target: string, { id, version, document }: DocumentChange): object[] => {
  const metadata = { _index: target, _id: id, version, version_type: 'external', require_alias: true } as const
  return document === null ? [{ delete: metadata }] : [{ index: metadata }, document]
}

interface ItemResult {
  status: number
  error?: { reason?: string | null } | undefined
}

/** 409: a newer document exists. 404 without an error: there was no document to delete. */
const isSettled = ({ status, error }: ItemResult): boolean =>
  status < 300 || status === 409 || (status === 404 && error === undefined)

/** 404 with an error: the alias moved before the write, and the document may be in neither index. */
const isTransient = ({ status }: ItemResult): boolean => status === 429 || status === 404 || status >= 500

/**
 * Writes every change to every target.
 * @returns ids of documents that the engine refuses permanently, with its reason
 * @throws Error when the engine cannot write now, or an index was replaced: read the targets again and retry
 */
export const bulkWrite = async (
  { client }: ElasticsearchIndex,
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
    if (isTransient(result)) throw new Error(`search index: Elasticsearch takes no writes now, retry later: ${reason}`)
    refused.set(result._id ?? '', reason)
  }
  return refused
}
