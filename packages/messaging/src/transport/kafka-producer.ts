// Kafka producer: connects at the first send and is replaced when the broker stops answering it.
import { waitAtMost } from '@cartwright/concurrency'
import kafkajs, { type Kafka, type Producer } from 'kafkajs'
import type { WireRecord } from './cloud-event.ts'
import { closeMs } from './kafka-supervised-consumer.ts'
import { RecordTooLarge } from './transport.ts'

/** Shorter than the time in which the client would repeat its request on a connection that does not answer any more. */
const sendTimeoutMs = 12_000

interface RecordProducer {
  /** Resolves when all replicas in sync have the records. @throws RecordTooLarge */
  send(records: readonly WireRecord[]): Promise<void>
  close(): Promise<void>
}

interface ProducerState {
  kafka: Kafka
  producer: Producer
  connecting: Promise<void> | null
}

export const createProducer = (kafka: Kafka): RecordProducer => {
  const state: ProducerState = { kafka, producer: openProducer(kafka), connecting: null }
  return {
    send: (records) => send(state, records),
    close: async () => {
      if (state.connecting) await waitAtMost(closeMs, state.producer.disconnect())
    },
  }
}

const openProducer = (kafka: Kafka): Producer =>
  kafka.producer({ idempotent: false, maxInFlightRequests: 1, allowAutoTopicCreation: false })

const send = async (state: ProducerState, records: readonly WireRecord[]): Promise<void> => {
  const producer = await connect(state)
  const topicMessages = [...Map.groupBy(records, ({ topic }) => topic)].map(([topic, group]) => ({
    topic,
    messages: group.map(({ key, value, headers }) => ({ key, value, headers })),
  }))
  const sent = producer.sendBatch({ topicMessages, acks: -1, timeout: 5000 })
  if (!(await waitAtMost(sendTimeoutMs, sent))) {
    replace(state, producer)
    throw new Error(`Kafka has not answered a send for ${sendTimeoutMs / 1000} s; it is sent again on a new connection`)
  }
  await sent.catch((error: unknown) => {
    throw isTooLarge(error) ? new RecordTooLarge({ cause: error }) : error
  })
}

const connect = async (state: ProducerState): Promise<Producer> => {
  const { producer } = state
  state.connecting ??= producer.connect()
  try {
    await state.connecting
    return producer
  } catch (error) {
    state.connecting = null
    throw error
  }
}

const replace = (state: ProducerState, failed: Producer): void => {
  if (state.producer !== failed) return
  state.producer = openProducer(state.kafka)
  state.connecting = null
  void waitAtMost(closeMs, failed.disconnect())
}

/** The client wraps errors after which it does not retry. */
const isTooLarge = (error: unknown): boolean => {
  const inner = error instanceof kafkajs.KafkaJSNonRetriableError ? error.cause : error
  return inner instanceof kafkajs.KafkaJSProtocolError && ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(inner.type)
}
