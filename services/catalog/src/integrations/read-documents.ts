// Reads documents of the live search index by id, without the delay of a search.
import type { SearchDocument } from '../domain/search-document.ts'
import type { SearchEngine } from './search-engine.ts'

/**
 * Reads the chosen fields of the documents that exist, by product.
 * @throws Error when Elasticsearch cannot read one of them, which does not mean that it does not exist
 */
export const readDocuments = async <F extends keyof SearchDocument>(
  { client, live }: SearchEngine,
  productIds: readonly string[],
  fields: readonly F[],
): Promise<Map<string, Pick<SearchDocument, F>>> => {
  const { docs } = await client.mget<Pick<SearchDocument, F>>({ index: live, ids: [...productIds], _source: [...fields] })
  const found = docs.flatMap((doc) => {
    if ('error' in doc)
      throw new Error(`Elasticsearch cannot read the document ${doc._id}: ${doc.error.reason ?? doc.error.type}`)
    return doc._source === undefined ? [] : [[doc._id, doc._source] as const]
  })
  return new Map(found)
}
