// What cart's handlers work with.
import type { BaseDeps } from '@cartwright/service-kit'
import type { config } from './config.ts'
import type { CartCache } from './db/cache.ts'
import type { PrismaClient } from './db/prisma.ts'

export interface CartOwn {
  prisma: PrismaClient
  /** Redis in front of reads; bypassed when absent or down. */
  cache: CartCache
}
export type CartDeps = BaseDeps<typeof config> & CartOwn
