// Keyed queue of records: the records of one key in order, different keys side by side. Transports hand records out through it.
import { createKeyedQueue } from '@cartwright/concurrency'
import type { WireRecord } from './cloud-event.ts'

/** A record, and what must happen when it has been delivered. */
export interface Delivery {
  record: WireRecord
  done: () => void
}

export interface RecordQueue {
  add(delivery: Delivery): void
  /** How many records are queued or being delivered. */
  size(): number
  /** The same for one topic. */
  sizeOf(topic: string): number
  /** Interrupts the deliveries in progress, starts no other. @returns what was not delivered, in order per key */
  stop(): Promise<Delivery[]>
}

/** How many records are delivered at once is not limited here: the consumer limits its transactions. */
export const createRecordQueue = (deliver: (record: WireRecord, signal: AbortSignal) => Promise<void>): RecordQueue => {
  const sizes = new Map<string, number>()
  const change = (topic: string, by: number) => sizes.set(topic, (sizes.get(topic) ?? 0) + by)
  const queue = createKeyedQueue<Delivery>({
    // Rejecting without an abort breaks the transport's contract; the queue then tries again, so that nothing is lost.
    run: async ({ record, done }, signal) => {
      await deliver(record, signal)
      change(record.topic, -1)
      done()
    },
  })
  return {
    add: (delivery) => {
      change(delivery.record.topic, 1)
      queue.add(`${delivery.record.topic}\n${delivery.record.key}`, delivery)
    },
    size: queue.size,
    sizeOf: (topic) => sizes.get(topic) ?? 0,
    stop: queue.stop,
  }
}
