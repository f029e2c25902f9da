// Log files of a native shop: rotation, and shipping to a real Elasticsearch that goes away and comes back.
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, proxyOf } from '@cartwright/testing'
import { Client } from '@elastic/elasticsearch'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { type KeepLogsOptions, keepLogs } from './keep-logs.ts'
import { installLogIndex, logIndexName } from './log-index.ts'

const elasticsearchUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
if (elasticsearchUrl === '') throw new Error('TEST_ELASTICSEARCH_URL is not set: run these tests through `npm test`')
const client = new Client({ node: elasticsearchUrl })
const folder = mkdtempSync(join(tmpdir(), 'cartwright-logs-'))
let file: string
let next = 0
let warnings: string[]

beforeEach(() => {
  next += 1
  file = join(folder, `${next}.log`)
  warnings = []
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await client.close()
})

const keep = (own: Partial<KeepLogsOptions> = {}) =>
  keepLogs({
    files: [file],
    maxBytes: 1_000_000,
    kept: 2,
    elasticsearchUrl,
    retentionDays: 30,
    warn: (line) => void warnings.push(line),
    ...own,
  })

/** Ids are unique to the run, because other runs may share the server. */
const order = () => `ord_${process.pid}x${next}`
const log = (message: string, more: object = {}) =>
  appendFileSync(
    file,
    `${JSON.stringify({ '@timestamp': new Date().toISOString(), message, 'labels.order_id': order(), ...more })}\n`,
  )
const stored = async (): Promise<string[]> => {
  await client.indices.refresh({ index: logIndexName })
  const { hits } = await client.search<{ message: string }>({
    index: logIndexName,
    size: 100,
    query: { term: { 'labels.order_id': order() } },
    sort: ['@timestamp'],
  })
  return hits.hits.map(({ _source }) => _source?.message ?? '')
}

test('lines are found by the order’s id, and those of an earlier run are not shipped again', async () => {
  log('before')
  const keeper = keep()
  log('first', { cartwright: { id: 1 } })
  log('second', { cartwright: { id: { odd: true } } })
  await keeper.flush()
  expect(await stored()).toEqual(['first', 'second'])
  await keeper.stop()
  expect(warnings).toEqual([])
})

test('lines wait in the file while Elasticsearch is away, are shipped once after its return, and the operator is told once', async () => {
  await using proxy = await proxyOf(elasticsearchUrl)
  const keeper = keep({ elasticsearchUrl: proxy.through(elasticsearchUrl) })
  log('before')
  await keeper.flush()
  proxy.refuse()
  log('during')
  for (let round = 0; round < 3; round++) await keeper.flush()
  proxy.resume()
  await eventually('it is shipped', async () => {
    await keeper.flush()
    return (await stored()).length === 2
  })
  await keeper.stop()
  expect(await stored()).toEqual(['before', 'during'])
  expect(warnings).toEqual([expect.stringContaining('lines wait in the log files')])
})

test('a line whose answer was lost is stored once', async () => {
  let isCutting = true
  await using proxy = await proxyOf(elasticsearchUrl, {
    onAnswer: (chunk) => (isCutting && chunk.includes('"items"') ? 'cut' : 'pass'),
  })
  const keeper = keep({ elasticsearchUrl: proxy.through(elasticsearchUrl) })
  log('only once')
  await keeper.flush()
  expect(warnings).toHaveLength(1)
  isCutting = false
  await keeper.flush()
  await keeper.stop()
  expect(await stored()).toEqual(['only once'])
})

test('a line that Elasticsearch refuses for good stays in the file, is told once and holds up no other', async () => {
  const keeper = keep()
  log('wrong', { '@timestamp': 'no time' })
  log('right')
  await keeper.flush()
  log('wrong again', { '@timestamp': 'no time' })
  await keeper.flush()
  await keeper.stop()
  expect(await stored()).toEqual(['right'])
  expect(warnings).toEqual([expect.stringContaining('refuses 1 lines')])
})

test('a file is rotated by size without losing a line, and so many old files are kept', async () => {
  const keeper = keep({ maxBytes: 200 })
  for (const round of ['one', 'two', 'three', 'four']) {
    for (let line = 0; line < 3; line++) log(`${round} ${line}`)
    await keeper.flush()
  }
  await keeper.stop()
  expect(await stored()).toHaveLength(12)
  expect(readFileSync(file, 'utf8')).toBe('')
  expect(readFileSync(`${file}.1`, 'utf8')).toContain('four')
  expect(readFileSync(`${file}.2`, 'utf8')).toContain('three')
  expect(() => readFileSync(`${file}.3`)).toThrow('ENOENT')
})

test('files are rotated without Elasticsearch as well', async () => {
  const keeper = keep({ maxBytes: 10, elasticsearchUrl: null })
  log('alone')
  await keeper.flush()
  await keeper.stop()
  expect(readFileSync(`${file}.1`, 'utf8')).toContain('alone')
})

test('indices beyond the retention are deleted, and the newer ones stay', async () => {
  const index = await installLogIndex(client, 30)
  const at = (time: string) => index.indexFor(time)
  const [old, fresh] = [at('2001-01-01T10:00:00Z'), at('2001-02-20T10:00:00Z')]
  if (old === fresh) return expect(old).toBe(logIndexName)
  for (const name of [old, fresh]) await client.index({ index: name, document: { '@timestamp': '2001-01-01T10:00:00Z' } })
  expect(await index.deleteExpired(new Date('2001-02-21T00:00:00Z'))).toEqual([old])
  expect(await client.indices.exists({ index: fresh })).toBe(true)
  await client.indices.delete({ index: fresh })
})
