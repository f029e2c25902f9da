// Kafka transport over kafkajs. The producer is not idempotent: kafkajs loses acknowledged messages with idempotence when a connection breaks.
import { connect as connectTcp } from 'node:net'
import kafkajs, { type Kafka, type SASLOptions } from 'kafkajs'
import { createLagReader } from './kafka-lag.ts'
import { createProducer } from './kafka-producer.ts'
import { readRange } from './kafka-replay.ts'
import { superviseConsumer } from './kafka-supervised-consumer.ts'
import { ensureTopics, type TopicOptions } from './kafka-topics.ts'
import type { RunningSubscription, Transport } from './transport.ts'

interface KafkaSecurity {
  /** Encrypts connections; certificate and host name of each broker are verified. */
  tls?: { ca?: string; cert?: string; key?: string }
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
}

export interface KafkaOptions extends TopicOptions, KafkaSecurity {
  brokers: string[]
  clientId: string
  /** Receives the reason while the first connection fails: each reason once, without credentials. */
  warn?: (reason: string) => void
  /** Where a broker's advertised address is really reached, for tunnels and tests. */
  reach?: (host: string, port: number) => { host: string; port: number }
  /** How long a consumer may go without an answer of the broker, even an empty one, before it is replaced; 30 s when left out. */
  stallTimeoutMs?: number
}

/** Connects when it is first used and keeps trying: services start in any order, and one that starts while Kafka is away serves HTTP. */
export const kafkaTransport = async (options: KafkaOptions): Promise<Transport> => {
  const kafka = openClient(options)
  const producer = createProducer(kafka)
  const lagReader = createLagReader(kafka)
  const closing = new AbortController()
  const report = onceEach(options.warn)
  const running = new Set<RunningSubscription>()
  return {
    kind: 'kafka',
    ensureTopics: (wanted) => ensureTopics(kafka, wanted, options, { closing: closing.signal, report }),
    send: async (records, settled) => {
      await producer.send(records)
      for (const record of records) settled(record)
    },
    subscribe: async (subscription) => {
      const consumer = await superviseConsumer(kafka, subscription, closing.signal, options.stallTimeoutMs)
      running.add(consumer)
      return {
        stop: async () => {
          running.delete(consumer)
          await consumer.stop()
        },
      }
    },
    replay: (range, deliver) => readRange(kafka, range, deliver),
    readLag: lagReader.read,
    busy: () => false,
    close: async () => {
      closing.abort()
      await Promise.all([...running].map((consumer) => consumer.stop()))
      await lagReader.close()
      await producer.close()
    },
  }
}

/** Passes on each reason once. */
const onceEach = (warn: KafkaOptions['warn']) => {
  const seen = new Set<string>()
  return (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error)
    if (seen.has(reason)) return
    seen.add(reason)
    warn?.(reason)
  }
}

const openClient = ({ brokers, clientId, reach, tls, sasl }: KafkaOptions): Kafka =>
  new kafkajs.Kafka({
    brokers,
    clientId,
    ...(tls ? { ssl: tls } : {}),
    ...(sasl ? { sasl: sasl as SASLOptions } : {}),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    // The relay and the consumers retry without limit; a send that hid an outage for minutes would hold up a shutdown.
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 5 },
    ...(reach ? { socketFactory: ({ host, port, onConnect }) => connectTcp(reach(host, port), onConnect) } : {}),
  })
