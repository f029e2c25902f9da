// Log panels of the dashboards on a real Elasticsearch: each query finds the lines of one order, and each column is a field of the lines.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@elastic/elasticsearch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepLogs } from '../logs/keep-logs.ts'
import { logIndexName } from '../logs/log-index.ts'

interface Panel {
  title: string
  targets?: { datasource: { type: string }; query?: string }[]
  transformations?: { id: string; options: { include?: { names: string[] } } }[]
}

interface Dashboard {
  panels: Panel[]
  templating: { list: { name: string; query: string }[] }
}

const read = (path: string): string => readFileSync(new URL(`../../../../infra/${path}`, import.meta.url), 'utf8')
const { panels, templating } = JSON.parse(read('grafana/dashboards/one-order.json')) as Dashboard
const questions = panels.flatMap(({ title, targets = [] }) =>
  targets.filter(({ datasource }) => datasource.type === 'elasticsearch').map(({ query = '' }) => ({ title, query })),
)
const columns = panels.flatMap(({ transformations = [] }) =>
  transformations.flatMap(({ options }) => options.include?.names ?? []),
)

const elasticsearchUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
if (elasticsearchUrl === '') throw new Error('TEST_ELASTICSEARCH_URL is not set: run these tests through `npm test`')
const client = new Client({ node: elasticsearchUrl })
const folder = mkdtempSync(join(tmpdir(), 'cartwright-one-order-'))
/** Ids are unique to the run, because other runs may share the server. */
const orderId = `ord_${process.pid}x${Date.now()}`

beforeAll(async () => {
  const file = join(folder, 'order.log')
  const keeper = keepLogs({ files: [file], maxBytes: 1e6, kept: 1, elasticsearchUrl, retentionDays: 30, warn: () => undefined })
  const line = (dataset: string, own: object) =>
    `${JSON.stringify({
      '@timestamp': new Date().toISOString(),
      message: dataset,
      'log.level': 'info',
      'service.name': 'order',
      'event.dataset': `cartwright.${dataset}`,
      'trace.id': `trace-of-${orderId}`,
      'labels.order_id': orderId,
      ...own,
    })}\n`
  const lines = [
    line('request', { 'http.request.method': 'POST', 'http.route': '/v1/checkout', 'http.response.status_code': 201 }),
    line('event', { 'event.action': 'payment.completed', 'event.outcome': 'success', 'event.duration': 1000 }),
    line('job', { 'event.action': 'mail.send', 'event.outcome': 'failure', 'log.level': 'warn' }),
  ]
  writeFileSync(file, lines.join(''))
  await keeper.flush()
  await keeper.stop()
  await client.indices.refresh({ index: logIndexName })
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await client.close()
})

/** Grafana sends the query of a panel as `query_string`, with the value of the variable in it. */
const inLucene = (query: string) => ({
  query_string: { query: query.replaceAll('$order', orderId), analyze_wildcard: true },
})

test.each(questions)('$title finds its lines', async ({ query }) => {
  expect(query).toMatch(/^labels\.order_id:"\$order"|^_exists_:labels\.order_id/)
  const { hits } = await client.search({ index: logIndexName, query: inLucene(query) })
  expect(hits.hits.length).toBeGreaterThan(0)
})

test('the choice of traces holds the trace of the order', async () => {
  const variable = templating.list.find(({ name }) => name === 'trace')
  const { field, query } = JSON.parse(variable?.query ?? '{}') as { field: string; query: string }
  const { aggregations } = await client.search({
    index: logIndexName,
    size: 0,
    query: inLucene(query),
    aggs: { values: { terms: { field } } },
  })
  expect(aggregations).toMatchObject({ values: { buckets: [{ key: `trace-of-${orderId}`, doc_count: 3 }] } })
})

test('every column of a table is a field of the log lines', async () => {
  const { fields } = await client.fieldCaps({ index: logIndexName, fields: '*' })
  expect(columns.length).toBeGreaterThan(10)
  expect([...new Set(columns)].filter((column) => fields[column] === undefined)).toEqual([])
})
