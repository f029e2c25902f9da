// Every environment variable of catalog.
import { integer, secret, text } from '@cartwright/service-kit'

export const config = {
  port: integer('CATALOG_PORT', 'Port; 0 takes a free one', 0),
  metricsPort: integer('CATALOG_METRICS_PORT', 'Port of /metrics; 0 takes a free one', 0),
  databaseUrl: secret(text('CATALOG_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('CATALOG_POOL_SIZE', 'Database connections at most', 10),
  indexPrefix: text('CATALOG_INDEX_PREFIX', 'Names of search indices begin with it; lower case', 'cartwright'),
  searchTimeoutMs: integer('CATALOG_SEARCH_TIMEOUT_MS', 'Milliseconds a search may take before MySQL answers instead', 1000),
}
