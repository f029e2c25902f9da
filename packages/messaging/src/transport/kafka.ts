// The Kafka transport: kafkajs behind one file. Idempotence is off on purpose: it loses acknowledged messages when a connection breaks.
import { randomUUID } from 'node:crypto'
import { connect as connectTcp } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import kafkajs, { type Admin, type Kafka, type Producer } from 'kafkajs'
import type { WireRecord } from '../wire.ts'
import { closeMs, openConsumer, recordOf, reopenMs, stayInGroup } from './kafka-member.ts'
import { RecordTooLarge, type ReplayRange, type RunningSubscription, type Transport } from './transport.ts'
import { within } from './within.ts'

export interface KafkaOptions {
  brokers: string[]
  clientId: string
  /** Partitions of a topic; 12 when left out. */
  partitions?: number
  replicationFactor?: number
  /** Where a broker's advertised address is really reached, for tunnels and tests. */
  reach?: (host: string, port: number) => { host: string; port: number }
  /** How long a member may go without an answer of the broker, even an empty one, before it is replaced; 30 s when left out. */
  stuckMs?: number
}

const createMissing = async (admin: Admin, wanted: readonly string[], options: KafkaOptions): Promise<void> => {
  const existing = new Set(await admin.listTopics())
  const missing = wanted.filter((topic) => !existing.has(topic))
  if (missing.length === 0) return
  const replicas = options.replicationFactor ?? 1
  const topics = missing.map((topic) => ({
    topic,
    numPartitions: options.partitions ?? 12,
    replicationFactor: replicas,
    configEntries: [
      { name: 'retention.ms', value: String(7 * 24 * 3600 * 1000) },
      { name: 'min.insync.replicas', value: replicas >= 3 ? '2' : '1' },
    ],
  }))
  try {
    // Waiting for leaders throws on KRaft, so the metadata is polled instead.
    await admin.createTopics({ topics, waitForLeaders: false })
  } catch (error) {
    // Another service created it at the same moment; the poll below is the judge.
    if (!/already exists/i.test(error instanceof Error ? error.message : '')) throw error
  }
}

const topicsReady = async (admin: Admin, wanted: readonly string[]): Promise<boolean> => {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...wanted] })
  return topics.every((topic) => topic.partitions.length > 0 && topic.partitions.every((partition) => partition.leader >= 0))
}

/** The offsets of each partition that a range begins with and ends before; partitions without records in it are left out. */
const boundsOf = async (kafka: Kafka, { topic, from, to }: ReplayRange): Promise<Map<number, { next: number; end: number }>> => {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const [first, last] = await Promise.all([
      admin.fetchTopicOffsetsByTimestamp(topic, from.getTime()),
      admin.fetchTopicOffsetsByTimestamp(topic, to.getTime()),
    ])
    const ends = new Map(last.map(({ partition, offset }) => [partition, Number(offset)]))
    const bounds = first.map(({ partition, offset }): [number, { next: number; end: number }] => [
      partition,
      { next: Number(offset), end: ends.get(partition) ?? 0 },
    ])
    return new Map(bounds.filter(([, { next, end }]) => next < end))
  } finally {
    await within(closeMs, admin.disconnect())
  }
}

/** Reads a range once, partition by partition as it comes, and leaves no group behind. */
const readRange = async (kafka: Kafka, range: ReplayRange, deliver: (record: WireRecord) => Promise<void>): Promise<number> => {
  const bounds = await boundsOf(kafka, range)
  if (bounds.size === 0) return 0
  const groupId = `replay-${randomUUID()}`
  const consumer = openConsumer(kafka, groupId)
  const { promise: read, resolve, reject } = Promise.withResolvers<void>()
  let delivered = 0
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [range.topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        const bound = bounds.get(partition)
        const offset = Number(message.offset)
        if (bound === undefined || offset < bound.next || offset >= bound.end) return
        await deliver(recordOf(range.topic, message)).catch(reject)
        delivered += 1
        bound.next = offset + 1
        if (bound.next >= bound.end) bounds.delete(partition)
        if (bounds.size === 0) resolve()
      },
    })
    for (const [partition, { next }] of bounds) consumer.seek({ topic: range.topic, partition, offset: String(next) })
    await read
    return delivered
  } finally {
    await within(closeMs, consumer.disconnect())
    await within(closeMs, dropGroup(kafka, groupId))
  }
}

const dropGroup = async (kafka: Kafka, groupId: string): Promise<void> => {
  const admin = kafka.admin()
  await admin.connect()
  await admin.deleteGroups([groupId]).finally(() => admin.disconnect())
}

/** The client wraps what it does not repeat. */
const isTooLarge = (error: unknown): boolean => {
  const inner = error instanceof kafkajs.KafkaJSNonRetriableError ? error.cause : error
  return inner instanceof kafkajs.KafkaJSProtocolError && ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(inner.type)
}

const openProducer = (kafka: Kafka): Producer =>
  kafka.producer({ idempotent: false, maxInFlightRequests: 1, allowAutoTopicCreation: false })

/** Ends before the client has repeated its request on a connection that answers nothing any more: it would repeat it there. */
const sendMs = 12_000

/** Connects lazily and keeps trying: services start in any order, and one that starts while Kafka is away serves all the same. */
export const kafkaTransport = async (options: KafkaOptions): Promise<Transport> => {
  const { reach } = options
  const kafka = new kafkajs.Kafka({
    brokers: options.brokers,
    clientId: options.clientId,
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    // The relay and the groups retry for ever themselves; a send that hid an outage for minutes would hold a shutdown up.
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 5 },
    ...(reach ? { socketFactory: ({ host, port, onConnect }) => connectTcp(reach(host, port), onConnect) } : {}),
  })
  let producer = openProducer(kafka)
  const closing = new AbortController()
  const running = new Set<RunningSubscription>()
  let connected: Promise<void> | null = null

  const connect = async (): Promise<Producer> => {
    const current = producer
    connected ??= current.connect()
    try {
      await connected
      return current
    } catch (error) {
      connected = null
      throw error
    }
  }
  const replace = (failed: Producer): void => {
    if (producer !== failed) return
    producer = openProducer(kafka)
    connected = null
    void within(closeMs, failed.disconnect())
  }
  const ensureTopics = async (wanted: readonly string[]): Promise<void> => {
    for (;;) {
      closing.signal.throwIfAborted()
      const admin = kafka.admin()
      try {
        await admin.connect()
        await createMissing(admin, wanted, options)
        if (await topicsReady(admin, wanted)) return
      } catch {
        // Away, or topics that are being created: asked again until it answers.
        await delay(reopenMs / 2, undefined, { signal: closing.signal })
      } finally {
        await within(closeMs, admin.disconnect())
      }
      await delay(100, undefined, { signal: closing.signal })
    }
  }

  return {
    kind: 'kafka',
    ensureTopics,
    send: async (records, settled) => {
      const sender = await connect()
      const topicMessages = [...Map.groupBy(records, (record) => record.topic)].map(([topic, group]) => ({
        topic,
        messages: group.map(({ key, value, headers }) => ({ key, value, headers })),
      }))
      const sent = sender.sendBatch({ topicMessages, acks: -1, timeout: 5000 })
      if (!(await within(sendMs, sent))) {
        replace(sender)
        throw new Error(`Kafka has not answered a send for ${sendMs / 1000} s`)
      }
      await sent.catch((error: unknown) => {
        throw isTooLarge(error) ? new RecordTooLarge({ cause: error }) : error
      })
      for (const record of records) settled(record)
    },
    subscribe: async (subscription) => {
      const group = await stayInGroup(kafka, subscription, closing.signal, options.stuckMs)
      running.add(group)
      return {
        stop: async () => {
          running.delete(group)
          await group.stop()
        },
      }
    },
    replay: (range, deliver) => readRange(kafka, range, deliver),
    busy: () => false,
    close: async () => {
      closing.abort()
      await Promise.all([...running].map((group) => group.stop()))
      if (connected) await within(closeMs, producer.disconnect())
    },
  }
}
