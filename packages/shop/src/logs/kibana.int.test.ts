// Saved objects of Kibana: references resolve, fields are those of the index template, and each query runs and finds its lines.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logDatasets, logFields } from '@cartwright/telemetry'
import { Client, type estypes } from '@elastic/elasticsearch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepLogs } from './keep-logs.ts'
import { logIndexName } from './log-index.ts'

interface SavedObject {
  id: string
  type: string
  // biome-ignore lint/suspicious/noExplicitAny: attributes differ by type; each test asserts on those it names.
  attributes: any
  references: { type: string; id: string; name: string }[]
}

const objects: SavedObject[] = readFileSync(new URL('../../../../infra/kibana/saved-objects.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
const template = JSON.parse(
  readFileSync(new URL('../../../../infra/elasticsearch/logs-template.json', import.meta.url), 'utf8'),
).template

const ofType = (type: string) => objects.filter((object) => object.type === type)
const titled = ofType('search').concat(ofType('lens'))
const sourceOf = ({ attributes }: SavedObject) => JSON.parse(attributes.kibanaSavedObjectMeta.searchSourceJSON)

/** The query of an object as Elasticsearch takes it: Kibana sends a Lucene query as `query_string`. */
const queryOf = (object: SavedObject): estypes.QueryDslQueryContainer => {
  const { query, filters } =
    object.type === 'lens'
      ? { query: object.attributes.state.query, filters: object.attributes.state.filters }
      : { query: sourceOf(object).query, filters: sourceOf(object).filter }
  expect(query.language).toBe('lucene')
  return {
    bool: {
      must: query.query === '' ? [] : [{ query_string: { query: query.query, analyze_wildcard: true } }],
      filter: filters.map((filter: { query: object }) => filter.query),
    },
  }
}

interface Column {
  operationType: string
  sourceField: string
}
const columnsOf = ({ attributes }: SavedObject): Column[] =>
  Object.values(attributes.state.datasourceStates.formBased.layers.layer.columns)

/** Names of fields and of datasets, which stand in queries as values. */
const namesOf = (object: SavedObject): string[] => {
  const shown =
    object.type === 'lens'
      ? columnsOf(object).map(({ sourceField }) => sourceField)
      : [...object.attributes.columns, ...object.attributes.sort.map(([field]: [string]) => field)]
  const asked = JSON.stringify(queryOf(object)).match(/(?:@timestamp|[a-z]+\.[a-z_.]+)(?=[":])/g) ?? []
  return [...shown, ...asked].filter((field) => field !== '___records___')
}

const elasticsearchUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
if (elasticsearchUrl === '') throw new Error('TEST_ELASTICSEARCH_URL is not set: run these tests through `npm test`')
const client = new Client({ node: elasticsearchUrl })
const folder = mkdtempSync(join(tmpdir(), 'cartwright-kibana-'))
/** Marks the lines of this run, because other runs share the server. */
const traceId = `kibana-${process.pid}-${Date.now()}`

beforeAll(async () => {
  const file = join(folder, 'shop.log')
  const keeper = keepLogs({ files: [file], maxBytes: 1e6, kept: 1, elasticsearchUrl, retentionDays: 30, warn: () => undefined })
  const common = { '@timestamp': new Date().toISOString(), 'trace.id': traceId, 'service.name': 'order', 'event.duration': 1000 }
  const lines = [
    { 'event.dataset': 'cartwright.request', 'http.route': '/v1/orders', 'event.outcome': 'success', 'labels.order_id': 'ord_1' },
    { 'event.dataset': 'cartwright.job', 'event.action': 'mail.send', 'event.outcome': 'failure', 'log.level': 'info' },
    { 'event.dataset': 'cartwright.app', 'log.level': 'error' },
    { 'event.dataset': 'cartwright.security', 'event.action': 'access_denied', 'event.outcome': 'failure', 'log.level': 'warn' },
  ]
  writeFileSync(file, lines.map((line) => `${JSON.stringify({ ...common, ...line })}\n`).join(''))
  await keeper.flush()
  await keeper.stop()
  await client.indices.refresh({ index: logIndexName })
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await client.close()
})

test('every reference of a saved object leads to one of the file, and every panel to a reference', () => {
  const known = new Set(objects.map(({ type, id }) => `${type} ${id}`))
  expect(known.size).toBe(objects.length)
  for (const { references } of objects) for (const { type, id } of references) expect(known).toContain(`${type} ${id}`)
  const [dashboard] = ofType('dashboard')
  for (const { panelIndex, panelRefName } of JSON.parse(dashboard?.attributes.panelsJSON))
    expect(dashboard?.references.map(({ name }) => name)).toContain(`${panelIndex}:${panelRefName}`)
  expect(ofType('index-pattern').map(({ attributes }) => attributes.title)).toEqual([logIndexName])
})

test('the index template maps exactly the declared fields', () => {
  const mapped: Record<string, string> = {}
  const collect = (prefix: string, properties: Record<string, { type?: string; properties?: never; enabled?: boolean }>) => {
    for (const [name, { type, properties: inner, enabled }] of Object.entries(properties)) {
      if (inner) collect(`${prefix}${name}.`, inner)
      else if (enabled !== false) mapped[prefix + name] = type ?? ''
    }
  }
  collect('', template.mappings.properties)
  // Labels are mapped as they come.
  const { labels, ...others } = mapped
  expect(labels).toBe('object')
  expect({ ...others, 'labels.order_id': 'keyword' }).toEqual(
    Object.fromEntries(Object.entries(logFields).map(([name, { type }]) => [name, type])),
  )
})

test.each(titled.map((object) => [object.attributes.title, object] as const))(
  '“%s” names declared fields and datasets only',
  (_, object) => {
    expect(namesOf(object).length).toBeGreaterThan(0)
    for (const name of namesOf(object)) expect([...Object.keys(logFields), ...Object.keys(logDatasets)]).toContain(name)
  },
)

const aggregationOf = ({ operationType, sourceField: field }: Column): estypes.AggregationsAggregationContainer | null => {
  if (operationType === 'terms') return { terms: { field } }
  if (operationType === 'date_histogram') return { date_histogram: { field, fixed_interval: '1h' } }
  if (operationType === 'percentile') return { percentiles: { field, percents: [95] } }
  return null
}

test.each([
  ['One order', 1],
  ['Errors', 2],
  ['Security', 1],
  ['Lines by service', 4],
  ['Warnings and errors by service', 2],
  ['Slowest routes', 1],
  ['Failed actions', 1],
  ['Security events', 1],
])('“%s” runs and finds its lines', async (title, expected) => {
  const object = titled.find(({ attributes }) => attributes.title === title)
  if (object === undefined) throw new Error(`no saved object has the title ${title}`)
  const aggregations = object.type === 'lens' ? columnsOf(object).map(aggregationOf) : []
  const { hits, aggregations: answered } = await client.search({
    index: logIndexName,
    track_total_hits: true,
    query: { bool: { must: [queryOf(object)], filter: [{ term: { 'trace.id': traceId } }] } },
    aggs: Object.fromEntries(aggregations.flatMap((aggregation, nth) => (aggregation ? [[`column${nth}`, aggregation]] : []))),
  })
  expect(hits.total).toMatchObject({ value: expected })
  for (const answer of Object.values(answered ?? {}) as { buckets?: unknown[]; values?: Record<string, number | null> }[]) {
    if (answer.buckets) expect(answer.buckets.length).toBeGreaterThan(0)
    else expect(Object.values(answer.values ?? {})[0]).toBe(1000)
  }
})
