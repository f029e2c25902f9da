// A seeded catalog with search in memory, or on a real Elasticsearch behind a proxy that injects faults; for tests.
import type { Facets } from '@cartwright/contracts'
import type { Environment } from '@cartwright/service-kit'
import { eventually, proxyOf, startUnderTest, type TcpProxy, type UnderTest } from '@cartwright/testing'
import { unique } from '../fixtures.ts'
import { catalogService } from '../index.ts'

export interface Answer {
  items: { id: string; slug: string; name: string; inStock: boolean; price: { amountMinor: number } | null }[]
  nextCursor: string | null
  total: number | null
  facets: Facets | null
  degraded: boolean
}

/** A seeded catalog whose index answers. */
export interface SearchShop {
  t: UnderTest
  /** Everything that events asked for is in the index, and to be found. */
  settled(): Promise<void>
  /** @throws Error unless the answer is 200 */
  search(query: string): Promise<Answer>
  slugs(query: string): Promise<string[]>
  publicIds(): Promise<string[]>
  stop(): Promise<void>
}

export interface Searchable extends SearchShop {
  proxy: TcpProxy
  /** Indices of this shop begin with it. */
  prefix: string
  /** Talks to the engine itself, past the proxy. */
  elastic(method: string, path: string, body?: object): Promise<{ status: number; body: UnderTestBody }>
  idsInIndex(): Promise<string[]>
  dropIndices(): Promise<void>
}
type UnderTestBody = Awaited<ReturnType<UnderTest['anonymous']['get']>>['body']

/** Milliseconds a search may take here: more than in production, since test machines are busy. */
export const searchTimeoutMs = 3000

const callsOf = (t: UnderTest): Pick<SearchShop, 'search' | 'slugs' | 'publicIds'> => {
  const search = async (query: string): Promise<Answer> => {
    const found = await t.anonymous.get(`/v1/search?${query}`)
    if (found.status !== 200) throw new Error(`search answered ${found.status}: ${found.text}`)
    return found.body
  }
  return {
    search,
    slugs: async (query) => (await search(query)).items.map((item) => item.slug),
    publicIds: async () => {
      const rows = await t.sql("SELECT id FROM product WHERE status = 'active' AND deleted_at IS NULL ORDER BY id")
      return rows.map((row) => row.id)
    },
  }
}

/** Starts and seeds a shop that searches in memory. @param more further variables */
export const startInMemory = async (more: Environment = {}): Promise<SearchShop> => {
  const t = await startUnderTest(catalogService, { env: more })
  await t.running.seed()
  await t.idle()
  return { t, settled: t.idle, ...callsOf(t), stop: t.stop }
}

/** Starts and seeds a shop on the engine at `engineUrl`. @param more further variables */
export const startSearchable = async (engineUrl: string, more: Environment = {}): Promise<Searchable> => {
  const prefix = `t${unique()}`
  const proxy = await proxyOf(engineUrl)
  const env = {
    ELASTICSEARCH_URL: proxy.through(engineUrl),
    CATALOG_INDEX_PREFIX: prefix,
    CATALOG_SEARCH_TIMEOUT_MS: String(searchTimeoutMs),
    ...more,
  }
  const t = await startUnderTest(catalogService, { env })
  const elastic: Searchable['elastic'] = async (method, path, body) => {
    const payload = body ? { body: JSON.stringify(body) } : {}
    const response = await fetch(engineUrl.replace(/\/$/, '') + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...payload,
    })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }
  const dropIndices = async () => {
    const { body } = await elastic('GET', `/${prefix}-products*`)
    for (const index of Object.keys(body)) await elastic('DELETE', `/${index}`)
  }
  // A failed bulk is retried a second later, so idle does not mean done. Refused documents wait longer and are not counted.
  const allWritten = async () => {
    await t.idle()
    return (await t.sql('SELECT 1 AS pending FROM search_pending WHERE attempts = 0 LIMIT 1')).length === 0
  }
  const settled = async () => {
    await eventually('every change is written to the index', allWritten)
    await elastic('POST', `/${prefix}-products/_refresh`)
  }
  await t.running.seed()
  await settled()
  return {
    t,
    proxy,
    prefix,
    elastic,
    settled,
    ...callsOf(t),
    dropIndices,
    idsInIndex: async () => {
      const { body } = await elastic('POST', `/${prefix}-products/_search`, { size: 10_000, _source: false })
      return body.hits.hits.map((hit: { _id: string }) => hit._id).sort()
    },
    stop: async () => {
      proxy.resume()
      await t.stop()
      await dropIndices()
      await proxy.stop()
    },
  }
}
