// Kafka topics: creates the missing ones and waits until each partition has a leader, however long the broker is away.
import { setTimeout as delay } from 'node:timers/promises'
import { waitAtMost } from '@cartwright/concurrency'
import type { Admin, Kafka } from 'kafkajs'
import { closeMs, reopenMs } from './kafka-supervised-consumer.ts'

export interface TopicOptions {
  /** Partitions of a topic; 12 when left out. */
  partitions?: number
  replicationFactor?: number
}

const retentionMs = 7 * 24 * 3600 * 1000
const pollMs = 100

/** @throws the reason of `closing` when the transport is closed meanwhile */
export const ensureTopics = async (
  kafka: Kafka,
  wanted: readonly string[],
  options: TopicOptions,
  { closing, report }: { closing: AbortSignal; report: (error: unknown) => void },
): Promise<void> => {
  for (;;) {
    closing.throwIfAborted()
    const admin = kafka.admin()
    try {
      await admin.connect()
      await createMissing(admin, wanted, options)
      if (await haveLeaders(admin, wanted)) return
    } catch (error) {
      report(error)
      // The broker is away, or the topics are being created: services start in any order, so this tries again.
      await delay(reopenMs / 2, undefined, { signal: closing })
    } finally {
      await waitAtMost(closeMs, admin.disconnect())
    }
    await delay(pollMs, undefined, { signal: closing })
  }
}

const createMissing = async (admin: Admin, wanted: readonly string[], options: TopicOptions): Promise<void> => {
  const existing = new Set(await admin.listTopics())
  const missing = wanted.filter((topic) => !existing.has(topic))
  if (missing.length === 0) return
  const replicas = options.replicationFactor ?? 1
  const topics = missing.map((topic) => ({
    topic,
    numPartitions: options.partitions ?? 12,
    replicationFactor: replicas,
    configEntries: [
      { name: 'retention.ms', value: String(retentionMs) },
      { name: 'min.insync.replicas', value: replicas >= 3 ? '2' : '1' },
    ],
  }))
  try {
    // Waiting for leaders throws on KRaft, so the metadata is polled instead.
    await admin.createTopics({ topics, waitForLeaders: false })
  } catch (error) {
    // Another service created it at the same moment; the poll for leaders decides.
    if (!/already exists/i.test(error instanceof Error ? error.message : '')) throw error
  }
}

const haveLeaders = async (admin: Admin, wanted: readonly string[]): Promise<boolean> => {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...wanted] })
  return topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0))
}
