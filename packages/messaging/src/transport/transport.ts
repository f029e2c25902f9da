// Transport interface: delivery at least once, in order per key and group; a blocked key or group blocks only itself.
import type { WireRecord } from './cloud-event.ts'

export interface Subscription {
  group: string
  topics: readonly string[]
  /** Handles one record. Resolves when the record need not be delivered again; rejects only when `signal` is aborted. */
  deliver(record: WireRecord, signal: AbortSignal): Promise<void>
  /** Receives only records from now on, in a group of its own: for caches. */
  ephemeral?: true
}

/** Records of one topic by the time of their append. */
export interface ReplayRange {
  topic: string
  from: Date
  to: Date
}

export interface RunningSubscription {
  /** Interrupts the records in progress and leaves the group. */
  stop(): Promise<void>
}

/** The brokers refuse records of this size, at every try. */
export class RecordTooLarge extends Error {
  constructor(options?: ErrorOptions) {
    super('the record is too large for the brokers: raise message.max.bytes or publish less data', options)
    this.name = 'RecordTooLarge'
  }
}

export interface Transport {
  readonly kind: 'memory' | 'kafka'
  ensureTopics(topics: readonly string[]): Promise<void>
  /**
   * Sends records in order. Resolves when the next batch may follow; `settled` is called for each record that need not
   * be sent again: after the brokers' acknowledgement, or in memory when every group has committed or dead-lettered it.
   * @throws RecordTooLarge when one of the records, or all of a partition together, are too large; others may have been accepted
   */
  send(records: readonly WireRecord[], settled: (record: WireRecord) => void): Promise<void>
  /** Resolves when the group has been joined. Rejects only when the transport is closed meanwhile. */
  subscribe(subscription: Subscription): Promise<RunningSubscription>
  /** Reads a range of a topic once, outside every group; absent where no topics are kept. Ends when `deliver` rejects. */
  replay?(range: ReplayRange, deliver: (record: WireRecord) => Promise<void>): Promise<number>
  /** Records of each topic that a group has not handled. @throws when the brokers do not answer */
  readLag(group: string, topics: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Whether records are queued or being handled. Kafka cannot know and answers false. */
  busy(): boolean
  /** Closes everything within 15 s, whether the broker answers or not. */
  close(): Promise<void>
}
