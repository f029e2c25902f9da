// The Kafka transport: kafkajs behind one file. Idempotence is off on purpose: it loses acknowledged messages when a connection breaks.
import { setTimeout as delay } from 'node:timers/promises'
import kafkajs, { type Admin, type Consumer, type EachBatchPayload, type KafkaMessage, type Producer } from 'kafkajs'
import type { WireRecord } from '../wire.ts'
import type { RunningSubscription, Subscription, Transport } from './transport.ts'

export interface KafkaOptions {
  brokers: string[]
  clientId: string
  /** Partitions of a topic; 12 when left out. */
  partitions?: number
  replicationFactor?: number
}

const partitionsAtOnce = 12
const keysAtOnce = 8
const heartbeatMs = 1000

const textOf = (value: Buffer | string | (Buffer | string)[] | undefined): string => {
  const first = Array.isArray(value) ? value[0] : value
  return first === undefined ? '' : first.toString()
}

const recordOf = (topic: string, message: KafkaMessage): WireRecord => ({
  topic,
  key: message.key?.toString() ?? '',
  value: message.value?.toString() ?? '',
  headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, textOf(value)])),
})

const createMissing = async (admin: Admin, wanted: readonly string[], options: KafkaOptions): Promise<void> => {
  const existing = new Set(await admin.listTopics())
  const missing = wanted.filter((topic) => !existing.has(topic))
  if (missing.length === 0) return
  const topics = missing.map((topic) => ({
    topic,
    numPartitions: options.partitions ?? 12,
    replicationFactor: options.replicationFactor ?? 1,
    configEntries: [{ name: 'retention.ms', value: String(7 * 24 * 3600 * 1000) }],
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

const ensure = async (admin: Admin, wanted: readonly string[], options: KafkaOptions): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      await createMissing(admin, wanted, options)
      if (await topicsReady(admin, wanted)) return
    } catch (error) {
      if (tries >= 100) throw error
    }
    await delay(100)
  }
}

/** Handles a batch: keys side by side, each key's records in order; the offset follows only what is done with. */
const handleBatch = async (subscription: Subscription, payload: EachBatchPayload, stop: AbortSignal): Promise<void> => {
  const { batch, heartbeat, resolveOffset, isRunning, isStale } = payload
  const lost = new AbortController()
  const signal = AbortSignal.any([stop, lost.signal])
  // A retried message may take long: heartbeats go on meanwhile, and a lost partition ends the work.
  const beat = setInterval(() => {
    heartbeat().catch(() => lost.abort())
    if (!isRunning() || isStale()) lost.abort()
  }, heartbeatMs)
  try {
    const chains = [...Map.groupBy(batch.messages, (message) => message.key?.toString() ?? '').values()]
    let failed = false
    const worker = async () => {
      for (let chain = chains.shift(); chain !== undefined; chain = chains.shift()) {
        for (const message of chain) {
          if (signal.aborted) return void (failed = true)
          await subscription.deliver(recordOf(batch.topic, message), signal).catch((error: unknown) => {
            failed = true
            if (!signal.aborted) throw error
          })
        }
      }
    }
    await Promise.all(Array.from({ length: keysAtOnce }, worker))
    if (!failed) resolveOffset(batch.lastOffset())
  } finally {
    clearInterval(beat)
  }
  if (!signal.aborted) await heartbeat()
}

const startGroup = async (consumer: Consumer, subscription: Subscription, stop: AbortController): Promise<RunningSubscription> => {
  await consumer.connect()
  await consumer.subscribe({ topics: [...subscription.topics], fromBeginning: subscription.ephemeral !== true })
  await consumer.run({
    eachBatchAutoResolve: false,
    autoCommit: true,
    partitionsConsumedConcurrently: partitionsAtOnce,
    eachBatch: (payload) => handleBatch(subscription, payload, stop.signal),
  })
  return {
    stop: async () => {
      stop.abort()
      await consumer.stop()
      await consumer.disconnect()
    },
  }
}

/** Connects to Kafka and keeps trying: services start in any order. */
export const kafkaTransport = async (options: KafkaOptions): Promise<Transport> => {
  const kafka = new kafkajs.Kafka({
    brokers: options.brokers,
    clientId: options.clientId,
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3000,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 200 },
  })
  const producer: Producer = kafka.producer({ idempotent: false, maxInFlightRequests: 1, allowAutoTopicCreation: false })
  const admin = kafka.admin()
  await admin.connect()
  await producer.connect()
  const running = new Set<RunningSubscription>()
  return {
    kind: 'kafka',
    ensureTopics: (topics) => ensure(admin, topics, options),
    send: async (records, settled) => {
      const topicMessages = [...Map.groupBy(records, (record) => record.topic)].map(([topic, group]) => ({
        topic,
        messages: group.map(({ key, value, headers }) => ({ key, value, headers })),
      }))
      await producer.sendBatch({ topicMessages, acks: -1, timeout: 5000 })
      for (const record of records) settled(record)
    },
    subscribe: async (subscription) => {
      const consumer = kafka.consumer({
        groupId: subscription.group,
        sessionTimeout: 10_000,
        rebalanceTimeout: 15_000,
        heartbeatInterval: heartbeatMs,
        maxWaitTimeInMs: 250,
        allowAutoTopicCreation: false,
        retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 200, restartOnFailure: async () => true },
      })
      const group = await startGroup(consumer, subscription, new AbortController())
      running.add(group)
      return {
        stop: async () => {
          running.delete(group)
          await group.stop()
        },
      }
    },
    busy: () => false,
    close: async () => {
      for (const group of running) await group.stop()
      await producer.disconnect()
      await admin.disconnect()
    },
  }
}
