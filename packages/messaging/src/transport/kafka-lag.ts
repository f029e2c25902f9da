// Consumer lag on Kafka: high watermarks minus the committed offsets of a group, over one administrative connection.
import { waitAtMost } from '@cartwright/concurrency'
import type { Admin, Kafka } from 'kafkajs'
import { closeMs } from './kafka-supervised-consumer.ts'

interface LagReader {
  /** @throws when the brokers do not answer */
  read(group: string, topics: readonly string[]): Promise<ReadonlyMap<string, number>>
  close(): Promise<void>
}

/** Connects at the first reading, and anew after a failure. */
export const createLagReader = (kafka: Kafka): LagReader => {
  let connecting: Promise<Admin> | null = null
  const connect = async (): Promise<Admin> => {
    const admin = kafka.admin()
    await admin.connect()
    return admin
  }
  const disconnect = async (): Promise<void> => {
    const open = connecting
    connecting = null
    if (open !== null)
      await waitAtMost(
        closeMs,
        open.then((admin) => admin.disconnect()),
      )
  }
  return {
    read: async (group, topics) => {
      try {
        connecting ??= connect()
        const admin = await connecting
        const [committed, ...ends] = await Promise.all([
          admin.fetchOffsets({ groupId: group, topics: [...topics] }),
          ...topics.map((topic) => admin.fetchTopicOffsets(topic)),
        ])
        return new Map(
          topics.map((topic, index) => {
            const offsets = committed.find((one) => one.topic === topic)?.partitions ?? []
            return [topic, lagOf(ends[index] ?? [], new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)])))]
          }),
        )
      } catch (error) {
        await disconnect()
        throw error
      }
    },
    close: disconnect,
  }
}

/** A group that has committed nothing in a partition (-1) reads it from its first record. */
const lagOf = (
  ends: readonly { partition: number; high: string; low: string }[],
  committed: ReadonlyMap<number, number>,
): number =>
  ends.reduce((lag, { partition, high, low }) => {
    const at = committed.get(partition) ?? -1
    return lag + Math.max(0, Number(high) - Math.max(at, Number(low)))
  }, 0)
