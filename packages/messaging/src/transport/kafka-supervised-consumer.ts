// Supervised Kafka consumer: a member of a group that is replaced when its client stops for good, or reads nothing for a while.

import { setTimeout as delay } from 'node:timers/promises'
import { ignore, waitAtMost } from '@cartwright/concurrency'
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs'
import type { WireRecord } from './cloud-event.ts'
import { groupMember } from './group-member.ts'
import type { RunningSubscription, Subscription } from './transport.ts'

const heartbeatMs = 1000
/** The pause before the next try after the broker refused or was away. */
export const reopenMs = 1000
/** How long a disconnect may take. */
export const closeMs = 10_000
/** A healthy consumer is answered every half second, also when there is nothing to read. */
const defaultStallTimeoutMs = 30_000

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

/** Calls `onStall` once when the consumer has read nothing for `stallTimeoutMs`. The client can stop for good without an event. */
const watch = (consumer: Consumer, stallTimeoutMs: number, onStall: () => void): (() => void) => {
  let readMs = performance.now()
  const read = (): void => {
    readMs = performance.now()
  }
  consumer.on(consumer.events.FETCH, read)
  consumer.on(consumer.events.GROUP_JOIN, read)
  const timer = setInterval(() => {
    if (performance.now() - readMs < stallTimeoutMs) return
    clearInterval(timer)
    onStall()
  }, stallTimeoutMs / 6).unref()
  return () => clearInterval(timer)
}

const runMember = async (
  consumer: Consumer,
  subscription: Subscription,
  stallTimeoutMs: number,
  onFatal: () => void,
): Promise<RunningSubscription> => {
  const self = groupMember(subscription, heartbeatMs)
  const unwatch = watch(consumer, stallTimeoutMs, onFatal)
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
        // Moves the position to read from; auto-commit is off, so it commits nothing.
        assigned: () => resolveOffset(batch.lastOffset()),
        commit: (topics) => commitOffsetsIfNecessary({ topics }),
      }),
  })
  return {
    stop: async () => {
      unwatch()
      // A delivery that hangs is left behind: it is delivered again, and its inbox row shows whether it had its effect.
      await waitAtMost(closeMs, self.stop())
      await waitAtMost(closeMs, consumer.disconnect())
    },
  }
}

interface SupervisedState {
  kafka: Kafka
  subscription: Subscription
  stallTimeoutMs: number
  /** Aborted when the subscription or the transport ends. */
  ended: AbortSignal
  current: RunningSubscription | null
  replacing: Promise<void> | null
}

/** Joins a group. Resolves when it has been joined; rejects only when the transport is closed meanwhile. */
export const superviseConsumer = async (
  kafka: Kafka,
  subscription: Subscription,
  closing: AbortSignal,
  stallTimeoutMs = defaultStallTimeoutMs,
): Promise<RunningSubscription> => {
  const leaving = new AbortController()
  const ended = AbortSignal.any([closing, leaving.signal])
  const state: SupervisedState = { kafka, subscription, stallTimeoutMs, ended, current: null, replacing: null }
  await joinGroup(state)
  closing.throwIfAborted()
  return {
    stop: async () => {
      leaving.abort()
      await state.current?.stop()
      if (state.replacing) await waitAtMost(closeMs, state.replacing)
    },
  }
}

/** Tries until the group is joined: services start in any order and wait for the broker as long as it takes. */
const joinGroup = async (state: SupervisedState): Promise<void> => {
  while (!state.ended.aborted) {
    if (await tryToJoin(state)) return
    await ignore(delay(reopenMs, undefined, { signal: state.ended }), 'the loop, which sees that the subscription ended')
  }
}

const tryToJoin = async (state: SupervisedState): Promise<boolean> => {
  const { kafka, subscription, stallTimeoutMs } = state
  const consumer = openConsumer(kafka, subscription.group)
  const failure = Promise.withResolvers<never>()
  void ignore(failure.promise, 'the race below; after it the member is replaced')
  let member: RunningSubscription | null = null
  const onFatal = (): void => {
    failure.reject(new Error(`the consumer of ${subscription.group} stopped before it had joined its group`))
    if (state.current === member) replaceMember(state)
  }
  const joining = runMember(consumer, subscription, stallTimeoutMs, onFatal)
  try {
    member = await Promise.race([joining, failure.promise])
    state.current = member
    return true
  } catch {
    // A member that joins after all, too late, leaves again.
    void ignore(
      joining.then((late) => late.stop()),
      'the next try',
    )
    await waitAtMost(closeMs, consumer.disconnect())
    return false
  }
}

const replaceMember = (state: SupervisedState): void => {
  const old = state.current
  if (old === null || state.replacing !== null) return
  state.current = null
  state.replacing = old
    .stop()
    .then(() => joinGroup(state))
    .finally(() => {
      state.replacing = null
    })
}
