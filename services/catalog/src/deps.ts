// What catalog's handlers work with.
import type { BaseDeps, Metrics } from '@cartwright/service-kit'
import type { config } from './config.ts'
import { openPrisma, type PrismaClient } from './db/prisma.ts'
import { openSearchEngine, type SearchEngine } from './search-engine.ts'

/** Gauges of one service instance. */
const gaugesOf = (metrics: Metrics) => ({
  held: metrics.gauge('catalog_reservations_held', 'Reservations that are held now'),
  pending: metrics.gauge('catalog_search_pending_products', 'Products whose search document is out of date'),
})

export interface CatalogOwn {
  gauges: ReturnType<typeof gaugesOf>
  /** Administration's lists. */
  prisma: PrismaClient
  /** Null where no Elasticsearch is configured: search then answers from MySQL. */
  engine: SearchEngine | null
}

export type CatalogDeps = BaseDeps<typeof config> & CatalogOwn

/** Opens what catalog needs beyond the kit. */
export const openDeps = async ({ config: own, shared, db, clock, metrics }: BaseDeps<typeof config>): Promise<CatalogOwn> => ({
  gauges: gaugesOf(metrics),
  prisma: openPrisma(db),
  engine: await openSearchEngine({
    url: shared.elasticsearchUrl,
    prefix: own.indexPrefix,
    searchTimeoutMs: own.searchTimeoutMs,
    nowMs: () => clock.now().getTime(),
  }),
})

export const closeDeps = async ({ engine, prisma }: CatalogOwn): Promise<void> => {
  await engine?.client.close()
  await prisma.$disconnect()
}
