// What the Kafka transport guarantees on a real broker: the conformance suite, through rebalances, outages and replays.
import { randomUUID } from 'node:crypto'
import { eventually, type TcpProxy, type TcpProxyOptions, tcpProxy } from '@cartwright/testing'
import { describe, expect, test } from 'vitest'
import type { WireRecord } from './cloud-event.ts'
import { conformance } from './conformance.fixture.ts'
import { kafkaTransport } from './kafka.ts'
import type { Transport } from './transport.ts'

const brokers = (process.env.TEST_KAFKA_BROKERS ?? '127.0.0.1:9092').split(',')
const open = (proxy?: TcpProxy, stallTimeoutMs = 30_000): Promise<Transport> =>
  kafkaTransport({
    stallTimeoutMs,
    brokers,
    clientId: 'test',
    partitions: 3,
    ...(proxy ? { reach: () => ({ host: '127.0.0.1', port: proxy.port }) } : {}),
  })
const proxied = (hooks: Pick<TcpProxyOptions, 'onAnswer' | 'onRequest'> = {}): Promise<TcpProxy> => {
  const [host = '127.0.0.1', port = '9092'] = (brokers[0] ?? '').split(':')
  return tcpProxy({ host, port: Number(port), ...hooks })
}
const unique = (what: string) => `${what}-${randomUUID().slice(0, 8)}`
const record = (topic: string, key: string, n: number): WireRecord => ({
  topic,
  key,
  value: JSON.stringify({ n }),
  headers: { ce_id: `${key}-${n}` },
})
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)
/** First deliveries per key, in order: what an inbox lets through. */
const inbox = () => {
  const claimed = new Set<string>()
  const effects = new Map<string, number[]>()
  return {
    effects,
    deliver: async (got: WireRecord) => {
      const { n } = JSON.parse(got.value) as { n: number }
      if (claimed.has(`${got.key}-${n}`)) return
      claimed.add(`${got.key}-${n}`)
      effects.set(got.key, [...(effects.get(got.key) ?? []), n])
    },
    count: () => claimed.size,
  }
}

describe('kafka transport', () => {
  conformance(() => open())

  test('a send replaces a connection that stays open and does not answer any more', { timeout: 40_000 }, async () => {
    const topic = unique('silent')
    const silent = new Set<number>()
    let breaks = false
    await using proxy = await proxied({
      onRequest: (chunk, connection) => {
        if (breaks && chunk.includes(topic)) silent.add(connection)
      },
      onAnswer: (_, connection) => (silent.has(connection) ? 'drop' : 'pass'),
    })
    const transport = await open(proxy)
    await transport.ensureTopics([topic])
    await transport.send([record(topic, 'key-0', 0)], () => undefined)
    breaks = true
    await expect(transport.send([record(topic, 'key-0', 1)], () => undefined)).rejects.toThrow(/not answered/)
    breaks = false
    await transport.send([record(topic, 'key-0', 1)], () => undefined)
    const { deliver, effects, count } = inbox()
    await transport.subscribe({ group: unique('group'), topics: [topic], deliver })
    await eventually('both are delivered', () => count() === 2)
    expect(effects.get('key-0')).toEqual([0, 1])
    await transport.close()
  })

  test('a consumer that hangs is replaced, and its records and later ones are delivered', async () => {
    const one = await open(undefined, 4000)
    const topic = unique('hanging')
    await one.ensureTopics([topic])
    const group = unique('group')
    const { deliver, count } = inbox()
    let hangs = true
    const hung = Promise.withResolvers<void>()
    const hanging = async (got: WireRecord): Promise<void> => {
      // Deaf to its signal, as a defect would be.
      if (hangs) await new Promise<never>(() => hung.resolve())
      await deliver(got)
    }
    await one.subscribe({ group, topics: [topic], deliver: hanging })
    await one.send([record(topic, 'key-0', 0)], () => undefined)
    await hung.promise
    // A join starts a rebalance, and the first consumer waits for its deliveries in progress.
    const two = await open()
    const other = await two.subscribe({ group, topics: [topic], deliver })
    await other.stop()
    hangs = false
    await one.send(
      upTo(5).map((n) => record(topic, `key-${n}`, n + 1)),
      () => undefined,
    )
    await eventually('all are delivered', () => count() === 6, 60_000)
    await Promise.all([one.close(), two.close()])
  })

  test('a client whose connection breaks in the middle of an answer reads on with the next connection', async () => {
    const topic = unique('torn')
    const near = await open()
    await near.ensureTopics([topic])
    let begun = false
    let torn = 0
    // Long answers come in pieces: the first is let through, and with the second the connection ends.
    const onAnswer = (chunk: Buffer) => {
      const tears = begun && torn < 3
      begun = !tears && chunk.length > 30_000
      torn += tears ? 1 : 0
      return tears ? 'cut' : 'pass'
    }
    await using proxy = await proxied({ onAnswer })
    const far = await open(proxy, 600_000)
    const { deliver, count } = inbox()
    await far.subscribe({ group: unique('group'), topics: [topic], deliver })
    const long = upTo(40).map(
      (n): WireRecord => ({ ...record(topic, 'key', n), headers: { ce_id: `key-${n}`, filler: 'x'.repeat(60_000) } }),
    )
    for (const one of long) await near.send([one], () => undefined)
    await eventually('all are delivered', () => count() === long.length, 60_000)
    expect(torn).toBe(3)
    await Promise.all([near.close(), far.close()])
  })

  test('rebalances lose no record and keep each key in order', async () => {
    const [one, two] = [await open(), await open()]
    const topic = unique('rebalance')
    await one.ensureTopics([topic])
    const group = unique('group')
    const { deliver, effects, count } = inbox()
    const stay = await one.subscribe({ group, topics: [topic], deliver })
    const keys = upTo(6).map((index) => `key-${index}`)
    let sent = 0
    const sendSome = async () => {
      await one.send(
        keys.flatMap((key) => upTo(5).map((n) => record(topic, key, sent + n))),
        () => undefined,
      )
      sent += 5
    }
    for (const _ of upTo(3)) {
      await sendSome()
      const guest = await two.subscribe({ group, topics: [topic], deliver })
      await sendSome()
      await guest.stop()
      await sendSome()
    }
    await eventually('everything is handled', () => count() === sent * keys.length, 60_000)
    for (const key of keys) expect(effects.get(key)).toEqual(upTo(sent))
    await stay.stop()
    await Promise.all([one.close(), two.close()])
  })

  test('a consumer whose connections are cut, and then refused, catches up by itself', async () => {
    await using proxy = await proxied()
    const [far, near] = [await open(proxy), await open()]
    const topic = unique('outage')
    await near.ensureTopics([topic])
    const { deliver, effects, count } = inbox()
    const subscription = await far.subscribe({ group: unique('group'), topics: [topic], deliver })
    await near.send(
      upTo(10).map((n) => record(topic, 'a', n)),
      () => undefined,
    )
    await eventually('the first are handled', () => count() === 10)
    proxy.refuse()
    await near.send(
      [...upTo(10)].map((n) => record(topic, 'a', 10 + n)),
      () => undefined,
    )
    proxy.resume()
    await eventually('the others follow', () => count() === 20, 60_000)
    expect(effects.get('a')).toEqual(upTo(20))
    await subscription.stop()
    await Promise.all([far.close(), near.close()])
  })

  test('a send fails soon while the broker is away, and works again when it is back', async () => {
    await using proxy = await proxied()
    const transport = await open(proxy)
    const topic = unique('send')
    await transport.ensureTopics([topic])
    await transport.send([record(topic, 'a', 1)], () => undefined)
    proxy.refuse()
    await expect(transport.send([record(topic, 'a', 2)], () => undefined)).rejects.toThrow()
    proxy.resume()
    await eventually('it is accepted', () => transport.send([record(topic, 'a', 3)], () => undefined).then(() => true))
    await transport.close()
  })

  test('a transport stops within seconds while the broker is away', async () => {
    await using proxy = await proxied()
    const transport = await open(proxy)
    const topic = unique('stop')
    await transport.ensureTopics([topic])
    const { deliver } = inbox()
    const subscription = await transport.subscribe({ group: unique('group'), topics: [topic], deliver })
    proxy.refuse()
    const since = performance.now()
    await subscription.stop()
    await transport.close()
    expect(performance.now() - since).toBeLessThan(25_000)
  })

  test('a range of a topic is replayed by time, outside every group, and leaves no group behind', async () => {
    const transport = await open()
    const topic = unique('replay')
    await transport.ensureTopics([topic])
    await transport.send(
      upTo(4).map((n) => record(topic, `key-${n}`, n)),
      () => undefined,
    )
    const [from, until] = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)]
    const { deliver, count, effects } = inbox()
    // The first batch to a fresh topic may be sent again while its leaders settle, so there may be more records than facts.
    expect(await transport.replay?.({ topic, from, to: until }, deliver)).toBeGreaterThanOrEqual(4)
    expect(count()).toBe(4)
    expect(effects.get('key-2')).toEqual([2])
    expect(await transport.replay?.({ topic, from: until, to: new Date(until.getTime() + 1000) }, deliver)).toBe(0)
    await transport.close()
  })
})
