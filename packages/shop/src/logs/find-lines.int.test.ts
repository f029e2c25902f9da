// Command `logs` on log files and on a real Elasticsearch: one id finds the lines of every service, oldest first.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { showLogs } from '../ops/logs.ts'
import { findInElasticsearch } from './find-lines.ts'
import { keepLogs } from './keep-logs.ts'

const elasticsearchUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
if (elasticsearchUrl === '') throw new Error('TEST_ELASTICSEARCH_URL is not set: run these tests through `npm test`')
const dataDir = mkdtempSync(join(tmpdir(), 'cartwright-found-'))
const folder = join(dataDir, 'logs')
/** Ids are unique to the run, because other runs may share the server. */
const unique = `${process.pid}${Date.now()}`
const orderId = `ord_${unique}`
const traceId = unique.padStart(32, '0')

const line = (second: number, service: string, message: string, more: object = {}): string =>
  `${JSON.stringify({
    '@timestamp': new Date(Date.now() - 60_000 + second * 1000).toISOString(),
    'log.level': 'info',
    'service.name': service,
    message,
    'labels.order_id': orderId,
    'trace.id': traceId,
    ...more,
  })}\n`

const files: Record<string, string> = {
  'order.log.1': line(1, 'order', 'the order is placed', { 'event.duration': 12_300_000 }),
  'order.log': `plain text about ${orderId}\n${line(4, 'order', 'the order is paid')}`,
  'payment.log': line(3, 'payment', 'the session failed', { 'log.level': 'error', 'error.message': 'no answer' }),
  'catalog.log': line(2, 'catalog', 'stock is reserved') + line(2, 'catalog', 'about another', { 'labels.order_id': 'ord_x' }),
}
const inOrder = ['the order is placed', 'stock is reserved', 'the session failed: no answer', 'the order is paid']

beforeAll(async () => {
  mkdirSync(folder)
  const keeper = keepLogs({
    files: Object.keys(files).map((name) => join(folder, name)),
    maxBytes: 1_000_000,
    kept: 2,
    elasticsearchUrl,
    retentionDays: 30,
    warn: () => undefined,
  })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  await keeper.stop()
  await eventually(
    'Elasticsearch shows the lines',
    async () => (await findInElasticsearch(elasticsearchUrl, orderId, 9)).length === 4,
  )
})
afterAll(() => rmSync(dataDir, { recursive: true }))

const logs = async (id: string, env: Record<string, string> = {}): Promise<string[]> => {
  const context = { env: { SHOP_DATA_DIR: dataDir, ...env }, signal: new AbortController().signal }
  const { text } = await showLogs.runAlone(context, [id], {})
  return text.split('\n').slice(1)
}

test.each([
  ['the log files, the rotated ones included', {}],
  ['Elasticsearch', { LOG_ELASTICSEARCH_URL: elasticsearchUrl }],
])('`logs` prints the lines of an order from %s, oldest first', async (_, env) => {
  const rows = await logs(orderId, env)
  expect(rows).toEqual(inOrder.map((words) => expect.stringContaining(words)))
  expect(rows[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}order +info +12 +the order is placed$/)
})

test('a trace id finds lines of its work about every order', async () => {
  expect(await logs(traceId)).toHaveLength(5)
})

test('an unknown id, a number and an Elasticsearch that is away end with one line that says what to do', async () => {
  await expect(logs('ord_unknown')).rejects.toThrow('Set LOG_ELASTICSEARCH_URL')
  await expect(logs('CW-2222-2222')).rejects.toThrow('order show NUMBER')
  await expect(logs(orderId, { LOG_ELASTICSEARCH_URL: 'http://127.0.0.1:1' })).rejects.toThrow('does not answer')
})
