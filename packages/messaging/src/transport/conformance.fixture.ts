// Transport conformance suite: the tests that the in-process transport and Kafka both pass.
import { randomUUID } from 'node:crypto'
import { eventually } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WireRecord } from './cloud-event.ts'
import type { RunningSubscription, Transport } from './transport.ts'

const name = (what: string) => `${what}-${randomUUID().slice(0, 8)}`

const recordFor = (topic: string, key: string, n: number): WireRecord => ({
  topic,
  key,
  value: JSON.stringify({ n }),
  headers: { ce_id: `${key}-${n}`, ce_type: 'test.counted' },
})
const numberOf = (record: WireRecord): number => (JSON.parse(record.value) as { n: number }).n

/** A reader that remembers the records that it received, in order per key; a test can make it hold a key or fail. */
const reader = () => {
  const seen = new Map<string, number[]>()
  const held = new Set<string>()
  const failing = new Set<string>()
  let release = Promise.withResolvers<void>()
  const deliver = async (record: WireRecord, signal: AbortSignal): Promise<void> => {
    if (record.key.startsWith('warm-')) return
    if (held.has(record.key)) {
      const { promise: aborted, reject } = Promise.withResolvers<never>()
      const onAbort = () => reject(signal.reason)
      signal.addEventListener('abort', onAbort)
      await Promise.race([release.promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort))
    }
    if (failing.delete(record.key)) throw new Error('a defect in the caller')
    seen.set(record.key, [...(seen.get(record.key) ?? []), numberOf(record)])
  }
  return {
    deliver,
    of: (key: string) => seen.get(key) ?? [],
    count: () => [...seen.values()].reduce((sum, list) => sum + list.length, 0),
    hold: (key: string) => void held.add(key),
    failOnce: (key: string) => void failing.add(key),
    release: () => {
      held.clear()
      release.resolve()
      release = Promise.withResolvers<void>()
    },
  }
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index)

/** @param open makes a transport; each test uses topics and groups of its own */
export const conformance = (open: () => Promise<Transport>): void => {
  let transport: Transport
  const started: RunningSubscription[] = []
  const topicOf = async (label: string): Promise<string> => {
    const topic = name(label)
    await transport.ensureTopics([topic])
    // The first batch to a fresh topic may be sent again while its leaders settle: at least once. No test reads these records.
    await transport.send(
      upTo(30).map((n) => recordFor(topic, `warm-${n}`, n)),
      () => undefined,
    )
    return topic
  }
  const send = (
    topic: string,
    key: string,
    numbers: readonly number[],
    settled: (record: WireRecord) => void = () => undefined,
  ) =>
    transport.send(
      numbers.map((n) => recordFor(topic, key, n)),
      settled,
    )
  const join = async (
    group: string,
    topic: string,
    deliver: ReturnType<typeof reader>['deliver'],
    ephemeral?: true,
  ): Promise<RunningSubscription> => {
    const subscription = await transport.subscribe({ group, topics: [topic], deliver, ...(ephemeral ? { ephemeral } : {}) })
    started.push(subscription)
    return subscription
  }

  beforeAll(async () => {
    transport = await open()
  })
  afterAll(async () => {
    await Promise.all(started.map((subscription) => subscription.stop()))
    await transport.close()
  })

  test('every group receives every record, in order per key', async () => {
    const topic = await topicOf('order')
    const readers = [reader(), reader()]
    for (const one of readers) await join(name('group'), topic, one.deliver)
    const keys = upTo(12).map((index) => `key-${index}`)
    for (const batch of upTo(4)) await Promise.all(keys.map((key) => send(topic, key, upTo(10, batch * 10))))
    await eventually('all are handled', () => readers.every((one) => one.count() >= 480))
    for (const one of readers) for (const key of keys) expect(one.of(key)).toEqual(upTo(40))
  })

  test('a record that was not finished is delivered again, before the records behind it', async () => {
    const topic = await topicOf('redelivery')
    const group = name('group')
    const first = reader()
    first.hold('a')
    const before = await join(group, topic, first.deliver)
    await send(topic, 'a', upTo(3))
    await send(topic, 'b', upTo(3))
    await eventually('the other key is handled', () => first.of('b').length === 3)
    await before.stop()
    expect(first.of('a')).toEqual([])
    const second = reader()
    await join(group, topic, second.deliver)
    await eventually('it comes again', () => second.of('a').length >= 3)
    expect(second.of('a')).toEqual(upTo(3))
  })

  test('after a restart handled records are not delivered again, and records that came meanwhile are delivered', async () => {
    const topic = await topicOf('restart')
    const group = name('group')
    const first = reader()
    const before = await join(group, topic, first.deliver)
    await send(topic, 'a', upTo(5))
    await eventually('handled', () => first.of('a').length === 5)
    await before.stop()
    await send(topic, 'a', upTo(5, 5))
    const second = reader()
    await join(group, topic, second.deliver)
    await eventually('the rest comes', () => second.of('a').length >= 5)
    expect(second.of('a')).toEqual(upTo(5, 5))
  })

  test('a blocked key holds up no other key, also behind it on its partition, for 5 s', async () => {
    const topic = await topicOf('blocked-key')
    const one = reader()
    one.hold('blocked')
    await join(name('group'), topic, one.deliver)
    await send(topic, 'blocked', upTo(2))
    const keys = upTo(30).map((index) => `key-${index}`)
    const since = performance.now()
    for (const key of keys) await send(topic, key, upTo(2))
    await eventually('the others are handled', () => keys.every((key) => one.of(key).length === 2))
    for (const key of keys) await send(topic, key, upTo(2, 2))
    await eventually('the others go on', () => keys.every((key) => one.of(key).length === 4))
    expect(performance.now() - since).toBeLessThan(5000)
    expect(one.of('blocked')).toEqual([])
    one.release()
    await eventually('it goes on too', () => one.of('blocked').length === 2)
    expect(one.of('blocked')).toEqual(upTo(2))
  })

  test('the lag of a group is the number of records that it has not handled', async () => {
    const topic = await topicOf('lag')
    const group = name('group')
    const one = reader()
    one.hold('held')
    await join(group, topic, one.deliver)
    await send(topic, 'held', upTo(5))
    const lagIs = (events: number) => async () => (await transport.readLag(group, [topic])).get(topic) === events
    await eventually('five records wait', lagIs(5), 20_000)
    one.release()
    await eventually('none waits', lagIs(0), 20_000)
  })

  test('a blocked group holds up no other group', async () => {
    const topic = await topicOf('blocked-group')
    const [blocked, free] = [reader(), reader()]
    blocked.hold('a')
    await join(name('group'), topic, blocked.deliver)
    await join(name('group'), topic, free.deliver)
    await send(topic, 'a', upTo(20))
    await eventually('the free group is through', () => free.of('a').length === 20)
    expect(blocked.count()).toBe(0)
    blocked.release()
    await eventually('the blocked one follows', () => blocked.of('a').length === 20)
    expect(blocked.of('a')).toEqual(upTo(20))
  })

  test('a delivery that rejects without an abort is tried again, and no record is lost', async () => {
    const topic = await topicOf('stray')
    const one = reader()
    one.failOnce('a')
    await join(name('group'), topic, one.deliver)
    await send(topic, 'a', upTo(3))
    await eventually('all are handled', () => one.of('a').length === 3)
    expect(one.of('a')).toEqual(upTo(3))
  })

  test('an ephemeral subscriber receives only records that are sent after it has subscribed', async () => {
    const topic = await topicOf('ephemeral')
    const one = reader()
    await send(topic, 'a', [1])
    const subscription = await join(name('cache'), topic, one.deliver, true)
    await eventually('a record that was sent after it joined', async () => {
      await send(topic, 'a', [2])
      return one.of('a').includes(2)
    })
    expect(one.of('a')).not.toContain(1)
    await subscription.stop()
  })

  test('each record is settled once', async () => {
    const topic = await topicOf('settled')
    await join(name('group'), topic, reader().deliver)
    const settled: number[] = []
    await send(topic, 'a', upTo(10), (record) => settled.push(numberOf(record)))
    await eventually('all are settled', () => settled.length >= 10)
    expect(settled).toEqual(upTo(10))
  })

  test('a transport that is stopped twice, or closed while handlers run, ends and starts nothing more', async () => {
    const other = await open()
    const topic = name('close')
    await other.ensureTopics([topic])
    const [one, two] = [reader(), reader()]
    one.hold('a')
    const first = await other.subscribe({ group: name('group'), topics: [topic], deliver: one.deliver })
    const second = await other.subscribe({ group: name('group'), topics: [topic], deliver: two.deliver })
    await other.send(
      upTo(50).flatMap((n) => ['a', 'b', 'c'].map((key) => recordFor(topic, key, n))),
      () => undefined,
    )
    await eventually('a delivery is in progress', () => two.count() > 0)
    await Promise.all([first.stop(), first.stop(), second.stop(), other.close()])
    const after = [one.count(), two.count()]
    one.release()
    await eventually('a moment passes', () => new Promise<boolean>((resolve) => setImmediate(() => resolve(true))))
    expect([one.count(), two.count()]).toEqual(after)
    expect(one.of('a')).toEqual([])
  })
}
