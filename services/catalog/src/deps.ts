// What catalog's handlers work with.
import type { BaseDeps } from '@cartwright/service-kit'
import type { config } from './config.ts'

export type CatalogDeps = BaseDeps<typeof config>
