// Kafka replay: reads a time range of a topic once, partition by partition, and leaves no consumer group behind.
import { randomUUID } from 'node:crypto'
import { waitAtMost } from '@cartwright/concurrency'
import type { Kafka } from 'kafkajs'
import type { WireRecord } from './cloud-event.ts'
import { closeMs, openConsumer, recordOf } from './kafka-supervised-consumer.ts'
import type { ReplayRange } from './transport.ts'

/** The offset to read next in a partition, and the one to stop before. */
interface Bounds {
  next: number
  end: number
}

/** @returns how many records were delivered. Ends when `deliver` rejects */
export const readRange = async (
  kafka: Kafka,
  range: ReplayRange,
  deliver: (record: WireRecord) => Promise<void>,
): Promise<number> => {
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
    await waitAtMost(closeMs, consumer.disconnect())
    await waitAtMost(closeMs, deleteGroup(kafka, groupId))
  }
}

/** The bounds of each partition; partitions without records in the range are left out. */
const boundsOf = async (kafka: Kafka, { topic, from, to }: ReplayRange): Promise<Map<number, Bounds>> => {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const [first, last] = await Promise.all([
      admin.fetchTopicOffsetsByTimestamp(topic, from.getTime()),
      admin.fetchTopicOffsetsByTimestamp(topic, to.getTime()),
    ])
    const ends = new Map(last.map(({ partition, offset }) => [partition, Number(offset)]))
    const bounds = first.map(({ partition, offset }): [number, Bounds] => [
      partition,
      { next: Number(offset), end: ends.get(partition) ?? 0 },
    ])
    return new Map(bounds.filter(([, { next, end }]) => next < end))
  } finally {
    await waitAtMost(closeMs, admin.disconnect())
  }
}

const deleteGroup = async (kafka: Kafka, groupId: string): Promise<void> => {
  const admin = kafka.admin()
  await admin.connect()
  await admin.deleteGroups([groupId]).finally(() => admin.disconnect())
}
