// What catalog's handlers work with.
import type { BaseDeps } from '@cartwright/service-kit'
import type { config } from './config.ts'
import type { SearchIndex } from './search/index-client.ts'

export interface CatalogOwn {
  /** Null when no Elasticsearch is configured. */
  index: SearchIndex | null
}
export type CatalogDeps = BaseDeps<typeof config> & CatalogOwn
