// Environment variables of catalog: default, unit, one-line description.
import { integer, portsOf, secret, text } from '@cartwright/service-kit'

export const config = {
  ...portsOf('catalog'),
  databaseUrl: secret(text('CATALOG_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('CATALOG_POOL_SIZE', 'Largest number of database connections', 10),
  indexPrefix: text('CATALOG_INDEX_PREFIX', 'Prefix of the names of search indices; lower case', 'cartwright'),
  searchTimeoutMs: integer(
    'CATALOG_SEARCH_TIMEOUT_MS',
    'Milliseconds after which a search is answered from MySQL instead of Elasticsearch',
    1000,
  ),
  memoryIndexProducts: integer(
    'CATALOG_MEMORY_INDEX_PRODUCTS',
    'Without Elasticsearch: most products that the search index in memory holds; MySQL searches larger shops, and every shop when it is 0',
    20_000,
  ),
}
