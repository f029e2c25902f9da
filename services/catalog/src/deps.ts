// Dependencies of catalog's handlers.
import { type BaseDeps, elasticsearchAccess, forService } from '@cartwright/service-kit'
import type { OpenedMetrics } from '@cartwright/telemetry'
import type { config } from './config.ts'
import { type CodePromotions, createCodePromotions } from './domain/code-promotions.ts'
import { type CurrentProductCounts, createProductCounts } from './domain/product-counts.ts'
import { openSearchEngine, type SearchEngine } from './integrations/search-engine.ts'
import { metrics as ownMetrics } from './metrics.ts'

interface CatalogResources {
  gauges: OpenedMetrics<typeof ownMetrics>
  /** Null when no Elasticsearch is configured: search is then answered from MySQL. */
  engine: SearchEngine | null
  codePromotions: CodePromotions
  productCounts: CurrentProductCounts
}

export type CatalogDeps = BaseDeps<typeof config> & CatalogResources

export const { route, on, job, scheduled, measurement, invariant } = forService<CatalogDeps>()

/** Opens the resources that catalog needs beyond those of service-kit. */
export const openDeps = async ({
  config: values,
  shared,
  db,
  clock,
  metrics,
}: BaseDeps<typeof config>): Promise<CatalogResources> => ({
  gauges: metrics.open(ownMetrics),
  codePromotions: createCodePromotions(db),
  productCounts: createProductCounts(db, clock),
  engine: await openSearchEngine({
    url: shared.elasticsearchUrl,
    access: elasticsearchAccess(shared),
    prefix: values.indexPrefix,
    searchTimeoutMs: values.searchTimeoutMs,
    nowMs: () => clock.now().getTime(),
  }),
})

export const closeDeps = async ({ engine }: CatalogResources): Promise<void> => {
  await engine?.client.close()
}
