// Degradation matrix in one process: every action while MySQL, Redis, Elasticsearch, Stripe or the mail server is unavailable.
import { randomUUID } from 'node:crypto'
import { eventually, proxyOf, type TcpProxy } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'
import { attemptAll, lateWorkIsDone, type Prepared, prepare, worksEntirely } from './attempts.fixture.ts'
import { type Action, actionNames, actions, type Dependency, type Outcome, outcomes, outcomesWithout } from './matrix.ts'

const engine = (name: string): string => {
  const url = process.env[name]
  if (url === undefined) throw new Error(`${name} is not set: run these tests through \`npm test\``)
  return url
}

type Proxied = Exclude<Dependency, 'Kafka'>
const opened = new AsyncDisposableStack()
let shop: TestShop
let proxies: Record<Proxied, TcpProxy>

beforeAll(async () => {
  const [redis, elasticsearch] = [engine('TEST_REDIS_URL'), engine('TEST_ELASTICSEARCH_URL')]
  const [Redis, Elasticsearch] = [opened.use(await proxyOf(redis)), opened.use(await proxyOf(elasticsearch))]
  shop = await startTestShop({
    proxied: true,
    redisUrl: Redis.through(redis),
    elasticsearchUrl: Elasticsearch.through(elasticsearch),
    env: { CATALOG_INDEX_PREFIX: `d${randomUUID().slice(0, 8)}` },
  })
  if (shop.proxies === null) throw new Error('the shop has no proxies')
  proxies = { MySQL: shop.proxies.database, SMTP: shop.proxies.smtp, Stripe: shop.proxies.stripe, Redis, Elasticsearch }
})
afterAll(async () => {
  await shop?.stop()
  await opened.disposeAsync()
})

describe.each<Proxied>(['Redis', 'Elasticsearch', 'Stripe', 'SMTP', 'MySQL'])('while %s is unavailable', (dependency) => {
  const expected = outcomesWithout(dependency)
  let prepared: Prepared
  let observed: Record<Action, Outcome>

  beforeAll(async () => {
    prepared = await prepare(shop, dependency)
    await eventually('everything works', () => worksEntirely(prepared), 30_000)
    proxies[dependency].refuse()
    observed = await attemptAll(prepared)
  })

  test.each(actionNames.map((name) => [actions[name], outcomes[expected[name]], name] as const))('to %s %s', (_, __, name) => {
    expect(observed[name]).toBe(expected[name])
  })

  test('what was accepted is done after its return, and everything works again', async () => {
    proxies[dependency].resume()
    await lateWorkIsDone(prepared)
    await eventually('everything works', () => worksEntirely(prepared), 30_000)
  })
})
