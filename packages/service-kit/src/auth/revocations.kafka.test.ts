// Revoked tokens over Kafka: every replica hears of them, one that starts later knows them, and one whose broker is away reads them.

import { randomBytes } from 'node:crypto'
import { type AccessRevocation, identityEvents } from '@cartwright/contracts'
import type { Transport } from '@cartwright/messaging'
import { kafkaTransport } from '@cartwright/messaging/kafka'
import { newTrace } from '@cartwright/telemetry'
import { fakeUpstream, type TestSchema, testSchema, tokenMaker } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningService } from '../lifecycle/definition.ts'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'

const brokers = (process.env.TEST_KAFKA_BROKERS ?? '127.0.0.1:9092').split(',')
const listed: AccessRevocation[] = []
const closing: (() => Promise<unknown>)[] = []
let tokens: Awaited<ReturnType<typeof tokenMaker>>
let identityUrl: string

beforeAll(async () => {
  tokens = await tokenMaker()
  const identity = await fakeUpstream({
    'GET /internal/access-revocations': () => ({ at: new Date().toISOString(), items: listed, nextAfter: null }),
  })
  identityUrl = identity.url
  closing.push(identity.stop)
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const transportOf = async (addresses: string[]): Promise<Transport> => {
  const transport = await kafkaTransport({ brokers: addresses, clientId: `revocations-${randomBytes(3).toString('hex')}` })
  closing.push(() => transport.close())
  return transport
}
/** One replica on the shared schema. @param more such as where identity answers */
const replica = async (schema: TestSchema, addresses: string[], more: Record<string, string> = {}): Promise<RunningService> => {
  const running = await makeTiny().start({
    transport: await transportOf(addresses),
    env: {
      ORDER_DATABASE_URL: schema.url,
      ORDER_COLOUR: 'red',
      INTERNAL_AUTH_SECRET: 'development-internal-secret-for-tests',
      AUTH_JWKS: tokens.jwks,
      LOG_LEVEL: 'fatal',
      ...more,
    },
  })
  closing.push(() => running.stop())
  return running
}
const aSchema = (): TestSchema => {
  const schema = testSchema('revocations')
  closing.push(() => schema.drop())
  return schema
}
const anId = () => `usr_${randomBytes(6).toString('hex')}`
const revocation = (userId: string): AccessRevocation => ({
  userId,
  notBefore: new Date().toISOString(),
  expiresAt: new Date(Date.now() + 660_000).toISOString(),
})
const token = (id: string) => tokens.token({ id, role: 'customer' }, new Date(Date.now() - 1000))
const status = async ({ url }: RunningService, bearer: string) =>
  (await fetch(`${url}/v1/things/thg_none`, { method: 'DELETE', headers: { authorization: `Bearer ${bearer}` } })).status
const announce = (transport: Transport, data: AccessRevocation) =>
  transport.send(
    [
      {
        topic: identityEvents.accessRevoked.topic,
        key: data.userId,
        value: JSON.stringify(data),
        headers: {
          'content-type': 'application/json',
          ce_specversion: '1.0',
          ce_id: `evt_${randomBytes(12).toString('hex')}`,
          ce_type: identityEvents.accessRevoked.name,
          ce_source: '/cartwright/identity',
          ce_subject: data.userId,
          ce_time: new Date().toISOString(),
          ce_sequence: '1',
          ce_correlationid: 'test',
          traceparent: newTrace().traceparent,
        },
      },
    ],
    () => undefined,
  )

test('both replicas refuse the token within five seconds of the event, without a call to identity', async () => {
  const schema = aSchema()
  const replicas = await Promise.all([replica(schema, brokers), replica(schema, brokers)])
  const transport = await transportOf(brokers)
  // An event may be missed until both have joined, and this test has no list to read instead.
  const probe = anId()
  const probeToken = await token(probe)
  const joined = async () => {
    await announce(transport, revocation(probe))
    return Promise.all(replicas.map((each) => status(each, probeToken)))
  }
  await expect.poll(joined, { timeout: 20_000, interval: 200 }).toEqual([401, 401])
  const [id, other] = [anId(), anId()]
  const [lost, kept] = [await token(id), await token(other)]
  for (const each of replicas) expect([await status(each, lost), await status(each, kept)]).toEqual([404, 404])
  await announce(transport, revocation(id))
  await expect.poll(() => Promise.all(replicas.map((each) => status(each, lost))), { timeout: 5000 }).toEqual([401, 401])
  for (const each of replicas) expect(await status(each, kept)).toBe(404)
})

test('a replica that starts after the event reads the revocation from the list before it has joined a group', async () => {
  const id = anId()
  const lost = await token(id)
  listed.push(revocation(id))
  const late = await replica(aSchema(), brokers, { IDENTITY_URL: identityUrl })
  expect(await status(late, lost)).toBe(401)
  expect(await status(late, await token(anId()))).toBe(404)
})

test('a revocation reaches a running replica within five seconds also without a broker', async () => {
  const cutOff = await replica(aSchema(), ['127.0.0.1:9'], { IDENTITY_URL: identityUrl })
  const id = anId()
  const lost = await token(id)
  expect(await status(cutOff, lost)).toBe(404)
  listed.push(revocation(id))
  await expect.poll(() => status(cutOff, lost), { timeout: 5000 }).toBe(401)
}, 40_000)
