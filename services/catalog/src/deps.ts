// Dependencies of catalog's handlers.
import { type BaseDeps, createEventStreams, type EventStreams, elasticsearchAccess, forService } from '@cartwright/service-kit'
import type { OpenedMetrics } from '@cartwright/telemetry'
import type { config } from './config.ts'
import { type CodePromotions, createCodePromotions } from './domain/code-promotions.ts'
import { type CurrentProductCounts, createProductCounts } from './domain/product-counts.ts'
import type { SearchEngine } from './domain/search-engine.ts'
import { createStockWatcher, type StockWatcher } from './domain/stock-watcher.ts'
import { type ElasticsearchIndex, openElasticsearch } from './integrations/elasticsearch.ts'
import { createElasticsearchEngine } from './integrations/elasticsearch-engine.ts'
import { createMemoryEngine, createMemoryState, type MemoryState } from './integrations/memory-engine.ts'
import { metrics as ownMetrics } from './metrics.ts'

interface CatalogResources {
  gauges: OpenedMetrics<typeof ownMetrics>
  /** What searches are sent to. */
  engine: SearchEngine
  /** Null when none is configured. Jobs write to it, and its worker keeps no index in memory. */
  elasticsearch: ElasticsearchIndex | null
  /** State of the index in memory, in place of Elasticsearch; null when that is configured. */
  memory: MemoryState | null
  codePromotions: CodePromotions
  productCounts: CurrentProductCounts
  eventStreams: EventStreams
  stockWatcher: StockWatcher
}

/** Streams of stock that one client address may have open at an instance: an office or a school shares an address. */
const streamsPerAddress = 50

export type CatalogDeps = BaseDeps<typeof config> & CatalogResources

export const { route, on, job, scheduled, measurement, invariant } = forService<CatalogDeps>()

type Search = Pick<CatalogResources, 'engine' | 'elasticsearch' | 'memory'>

const openSearch = async ({ config: values, shared, db, clock, log }: BaseDeps<typeof config>): Promise<Search> => {
  const elasticsearch = await openElasticsearch({
    url: shared.elasticsearchUrl,
    access: elasticsearchAccess(shared),
    prefix: values.indexPrefix,
    searchTimeoutMs: values.searchTimeoutMs,
    nowMs: () => clock.now().getTime(),
  })
  if (elasticsearch !== null) return { engine: createElasticsearchEngine(elasticsearch, db, log), elasticsearch, memory: null }
  const memory = createMemoryState(values.memoryIndexProducts)
  return { engine: createMemoryEngine(memory, db), elasticsearch, memory }
}

/** Opens the resources that catalog needs beyond those of service-kit. */
export const openDeps = async (base: BaseDeps<typeof config>): Promise<CatalogResources> => ({
  gauges: base.metrics.open(ownMetrics),
  codePromotions: createCodePromotions(base.db),
  productCounts: createProductCounts(base.db, base.clock),
  eventStreams: createEventStreams({ clock: base.clock, metrics: base.metrics, perCaller: streamsPerAddress }),
  stockWatcher: createStockWatcher(base.db),
  ...(await openSearch(base)),
})

/** Ends streams when the service drains, so that they do not delay its stop. */
export const drainDeps = async ({ eventStreams, stockWatcher }: CatalogResources): Promise<void> => {
  eventStreams.close()
  stockWatcher.close()
}

export const closeDeps = async ({ elasticsearch }: CatalogResources): Promise<void> => {
  await elasticsearch?.client.close()
}
