// A member of a Kafka consumer group that stays one: whatever the client does or stops doing, somebody reads.
import { setTimeout as delay } from 'node:timers/promises'
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs'
import type { WireRecord } from '../wire.ts'
import { groupMember } from './group-member.ts'
import type { RunningSubscription, Subscription } from './transport.ts'
import { within } from './within.ts'

const heartbeatMs = 1000
/** The pause before the next try of what the broker did not let happen. */
export const reopenMs = 1000
/** How long the end of something may take. */
export const closeMs = 10_000
/** How long a member may go without an answer of the broker, even an empty one; a healthy one is answered every half second. */
const usualStuckMs = 30_000

const textOf = (value: Buffer | string | (Buffer | string)[] | undefined): string => {
  const first = Array.isArray(value) ? value[0] : value
  return first === undefined ? '' : first.toString()
}

export const recordOf = (topic: string, message: KafkaMessage): WireRecord => ({
  topic,
  key: message.key?.toString() ?? '',
  value: message.value?.toString() ?? '',
  headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, textOf(value)])),
})

export const openConsumer = (kafka: Kafka, group: string): Consumer =>
  kafka.consumer({
    groupId: group,
    sessionTimeout: 10_000,
    rebalanceTimeout: 15_000,
    heartbeatInterval: heartbeatMs,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 20, restartOnFailure: async () => true },
  })

/** Calls `onStuck` once when the consumer has not read for so long. The client has ways to stop for good without saying so. */
const watch = (consumer: Consumer, stuckMs: number, onStuck: () => void): (() => void) => {
  let readMs = performance.now()
  const read = (): void => {
    readMs = performance.now()
  }
  consumer.on(consumer.events.FETCH, read)
  consumer.on(consumer.events.GROUP_JOIN, read)
  const timer = setInterval(() => {
    if (performance.now() - readMs < stuckMs) return
    clearInterval(timer)
    onStuck()
  }, stuckMs / 6).unref()
  return () => clearInterval(timer)
}

const runMember = async (
  consumer: Consumer,
  subscription: Subscription,
  stuckMs: number,
  onFatal: () => void,
): Promise<RunningSubscription> => {
  const self = groupMember(subscription, heartbeatMs)
  const unwatch = watch(consumer, stuckMs, onFatal)
  consumer.on(consumer.events.GROUP_JOIN, self.rejoined)
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) onFatal()
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [...subscription.topics], fromBeginning: subscription.ephemeral !== true })
  await consumer.run({
    eachBatchAutoResolve: false,
    autoCommit: false,
    eachBatch: ({ batch, resolveOffset, heartbeat, pause, commitOffsetsIfNecessary, isRunning }) =>
      self.handleBatch({
        topic: batch.topic,
        partition: batch.partition,
        records: batch.messages.map((message) => ({ offset: Number(message.offset), record: recordOf(batch.topic, message) })),
        heartbeat,
        pause,
        isRunning,
        // Moves the place to read from; auto-commit is off, so it commits nothing.
        taken: () => resolveOffset(batch.lastOffset()),
        commit: (topics) => commitOffsetsIfNecessary({ topics }),
      }),
  })
  return {
    stop: async () => {
      unwatch()
      // What hangs is left behind: it is delivered again, and the inbox knows whether it had its effect.
      await within(closeMs, self.stop())
      await within(closeMs, consumer.disconnect())
    },
  }
}

/** Joins a group and stays in it: a member that ended for good, or is stuck, is replaced. */
export const stayInGroup = async (
  kafka: Kafka,
  subscription: Subscription,
  closing: AbortSignal,
  stuckMs = usualStuckMs,
): Promise<RunningSubscription> => {
  const leaving = new AbortController()
  const over = AbortSignal.any([closing, leaving.signal])
  let current: RunningSubscription | null = null
  let reopening: Promise<void> | null = null

  const enter = async (): Promise<void> => {
    while (!over.aborted) {
      const consumer = openConsumer(kafka, subscription.group)
      const trouble = Promise.withResolvers<never>()
      // While it enters, trouble ends the attempt; afterwards the member is replaced.
      trouble.promise.catch(() => undefined)
      const onFatal = (): void => {
        trouble.reject(new Error('the member came to nothing'))
        if (current === member) reopen()
      }
      let member: RunningSubscription | null = null
      const entering = runMember(consumer, subscription, stuckMs, onFatal)
      try {
        member = await Promise.race([entering, trouble.promise])
        current = member
        return
      } catch {
        // One that enters after all, too late, leaves again.
        void entering.then((late) => late.stop()).catch(() => undefined)
        // The broker is away: services start in any order, and wait for it as long as it takes.
        await within(closeMs, consumer.disconnect())
        await delay(reopenMs, undefined, { signal: over }).catch(() => undefined)
      }
    }
  }
  const reopen = (): void => {
    const old = current
    if (old === null || reopening !== null) return
    current = null
    reopening = old
      .stop()
      .then(enter)
      .finally(() => {
        reopening = null
      })
  }

  await enter()
  closing.throwIfAborted()
  return {
    stop: async () => {
      leaving.abort()
      await current?.stop()
      if (reopening) await within(closeMs, reopening)
    },
  }
}
