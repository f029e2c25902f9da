// What the relay guarantees when the broker’s answers are lost: it sends again, consumers see duplicates, and no event is lost.
import { randomUUID } from 'node:crypto'
import { eventually, tcpProxy } from '@cartwright/testing'
import { expect, test } from 'vitest'
import { startConsumer } from '../inbox/consumer.ts'
import { on } from '../inbox/event-handler.ts'
import { counterEvents, testbed } from '../testbed.fixture.ts'
import { kafkaTransport } from '../transport/kafka.ts'
import { startRelay } from './relay.ts'

const [host = '127.0.0.1', port = '9092'] = (process.env.TEST_KAFKA_BROKERS ?? '127.0.0.1:9092').split(',')[0]?.split(':') ?? []
const produceKey = 0

/** Follows Kafka's framing from the client: which correlation ids belong to Produce requests. */
const produceWatcher = () => {
  const requests = new Map<number, Buffer>()
  const answers = new Map<number, Buffer>()
  const produces = new Set<string>()
  let cuts = 0
  let countdown = 3
  const frames = (buffers: Map<number, Buffer>, connection: number, chunk: Buffer): Buffer[] => {
    let rest = Buffer.concat([buffers.get(connection) ?? Buffer.alloc(0), chunk])
    const found: Buffer[] = []
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      found.push(rest.subarray(4, 4 + rest.readInt32BE(0)))
      rest = rest.subarray(4 + rest.readInt32BE(0))
    }
    buffers.set(connection, rest)
    return found
  }
  return {
    cuts: () => cuts,
    onRequest: (chunk: Buffer, connection: number): void => {
      for (const frame of frames(requests, connection, chunk))
        if (frame.readInt16BE(0) === produceKey) produces.add(`${connection}:${frame.readInt32BE(4)}`)
    },
    /** Cuts every third connection on which a Produce was answered, instead of passing the answer on. */
    onAnswer: (chunk: Buffer, connection: number): 'pass' | 'cut' => {
      const answered = frames(answers, connection, chunk).some((frame) =>
        produces.delete(`${connection}:${frame.readInt32BE(0)}`),
      )
      if (!answered || --countdown > 0) return 'pass'
      countdown = 3
      cuts += 1
      return 'cut'
    },
  }
}

test('connections cut after the broker’s answer lose nothing, and double nothing for a consumer', async () => {
  const topic = `loss-${randomUUID().slice(0, 8)}.events`
  const events = counterEvents(topic)
  await using bed = await testbed(events)
  const watcher = produceWatcher()
  await using proxy = await tcpProxy({ host, port: Number(port), ...watcher })
  const brokers = [`${host}:${port}`]
  const near = await kafkaTransport({ brokers, clientId: 'near', partitions: 3 })
  await near.ensureTopics([topic])
  const far = await kafkaTransport({ brokers, clientId: 'far', reach: () => ({ host: '127.0.0.1', port: proxy.port }) })
  let delivered = 0
  const consumer = await startConsumer({
    db: bed.db,
    transport: near,
    group: 'loss',
    owner: 'loss-1',
    deps: {},
    log: bed.log,
    handlers: [on(events.counted, ({ tx, message: { data } }) => bed.effect(tx, data))],
    observe: () => (delivered += 1),
  })
  const relay = startRelay({ db: bed.db, transport: far, owner: 'one', log: bed.log })
  const keys = ['a', 'b', 'c', 'd']
  const count = 30
  const unpublished = async () =>
    (await bed.db.one<{ open: number }>`SELECT COUNT(*) AS open FROM outbox_event WHERE published_at IS NULL`)?.open
  for (let n = 0; n < count; n++) {
    await Promise.all(keys.map((key) => bed.count(key, n)))
    // Wave by wave, so that there are enough sends whose answers can get lost.
    await eventually('the wave is published', async () => (await unpublished()) === 0, 30_000)
  }
  await eventually(
    'everything has its effect',
    async () => (await Promise.all(keys.map((key) => bed.effects(key)))).every((list) => list.length >= count),
    30_000,
  )
  for (const key of keys) expect(await bed.effects(key)).toEqual(Array.from({ length: count }, (_, n) => n))
  expect(watcher.cuts()).toBeGreaterThan(3)
  expect(delivered).toBeGreaterThan(keys.length * count)
  await relay.stop()
  await consumer.stop()
  await Promise.all([far.close(), near.close()])
})

test('a broker that is away for a while delays events and loses none', async () => {
  const topic = `away-${randomUUID().slice(0, 8)}.events`
  const events = counterEvents(topic)
  await using bed = await testbed(events)
  await using proxy = await tcpProxy({ host, port: Number(port) })
  const transport = await kafkaTransport({
    brokers: [`${host}:${port}`],
    clientId: 'away',
    partitions: 3,
    reach: () => ({ host: '127.0.0.1', port: proxy.port }),
  })
  await transport.ensureTopics([topic])
  const consumer = await startConsumer({
    db: bed.db,
    transport,
    group: 'away',
    owner: 'away-1',
    deps: {},
    log: bed.log,
    handlers: [on(events.counted, ({ tx, message: { data } }) => bed.effect(tx, data))],
  })
  const relay = startRelay({ db: bed.db, transport, owner: 'one', log: bed.log })
  await bed.count('a', 0)
  await eventually('it flows', async () => (await bed.effects('a')).length === 1)
  proxy.refuse()
  for (let n = 1; n < 20; n++) await bed.count('a', n)
  await eventually('the relay has noticed', () =>
    bed.log.lines.some(({ message }) => message.startsWith('relay: the outbox could not be sent')),
  )
  proxy.resume()
  await eventually('everything has its effect', async () => (await bed.effects('a')).length === 20, 60_000)
  expect(await bed.effects('a')).toEqual(Array.from({ length: 20 }, (_, n) => n))
  await relay.stop()
  await consumer.stop()
  await transport.close()
})
