// Degradation matrix over Kafka: every action while the broker is unavailable.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaTransport } from '@cartwright/messaging/kafka'
import { startKafka } from '@cartwright/native'
import { eventually, freePort, type TcpProxy, tcpProxy } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'
import { attemptAll, lateWorkIsDone, type Prepared, prepare, worksEntirely } from './attempts.fixture.ts'
import { type Action, actionNames, actions, type Outcome, outcomes, outcomesWithout } from './matrix.ts'

const expected = outcomesWithout('Kafka')
const opened = new AsyncDisposableStack()
let shop: TestShop
let broker: TcpProxy
let prepared: Prepared
let observed: Record<Action, Outcome>

beforeAll(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cartwright-kafka-'))
  opened.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  // The broker announces the proxy, so that every connection passes it.
  const port = await freePort()
  broker = opened.use(await tcpProxy({ host: '127.0.0.1', port }))
  const kafka = await startKafka({ dataDir: join(dataDir, 'kafka'), port, advertisedPort: broker.port })
  opened.defer(() => kafka.stop())
  const transport = await kafkaTransport({ brokers: [`127.0.0.1:${broker.port}`], clientId: 'degradation' })
  const elasticsearchUrl = process.env.TEST_ELASTICSEARCH_URL
  if (elasticsearchUrl === undefined) throw new Error('TEST_ELASTICSEARCH_URL is not set: run these tests through `npm test`')
  shop = await startTestShop({ transport, elasticsearchUrl, env: { CATALOG_INDEX_PREFIX: `d${randomUUID().slice(0, 8)}` } })
  opened.defer(() => shop.stop())
  prepared = await prepare(shop, 'kafka')
  await eventually('everything works', () => worksEntirely(prepared), 30_000)
  broker.refuse()
  observed = await attemptAll(prepared)
}, 120_000)
afterAll(() => opened.disposeAsync(), 60_000)

test.each(actionNames.map((name) => [actions[name], outcomes[expected[name]], name] as const))(
  'without Kafka, to %s %s',
  (_, __, name) => {
    expect(observed[name]).toBe(expected[name])
  },
)

test('what was accepted is done after the return of Kafka, and everything works again', async () => {
  broker.resume()
  await lateWorkIsDone(prepared)
  await eventually('everything works', () => worksEntirely(prepared), 30_000)
})
