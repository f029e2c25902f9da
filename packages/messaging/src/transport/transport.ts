// What a transport promises: at least once, in order per key and group, and a blocked key or group blocks only itself.
import type { WireRecord } from '../wire.ts'

export interface Subscription {
  group: string
  topics: readonly string[]
  /** Handles one record. Resolves when the record is done with; rejects only when `signal` aborted. */
  deliver(record: WireRecord, signal: AbortSignal): Promise<void>
  /** Sees only records from now on, in a group of its own: for caches. */
  ephemeral?: true
}

/** Records of one topic by the time of their append. */
export interface ReplayRange {
  topic: string
  from: Date
  to: Date
}

export interface RunningSubscription {
  /** Finishes the records under way and leaves the group. */
  stop(): Promise<void>
}

/** The brokers will never take a record of this size. */
export class RecordTooLarge extends Error {
  constructor(options?: ErrorOptions) {
    super('too large for the brokers', options)
    this.name = 'RecordTooLarge'
  }
}

export interface Transport {
  readonly kind: 'memory' | 'kafka'
  ensureTopics(topics: readonly string[]): Promise<void>
  /**
   * Hands records over, in order. Resolves when the next batch may follow; `settled` is called for each record that need not
   * be sent again: after the brokers' acknowledgement, or in memory when every group has committed or dead-lettered it.
   * @throws RecordTooLarge when one of the records, or all of a partition together, are too large; others may have been taken
   */
  send(records: readonly WireRecord[], settled: (record: WireRecord) => void): Promise<void>
  /** Resolves when the group has been joined. Rejects only when the transport is closed meanwhile. */
  subscribe(subscription: Subscription): Promise<RunningSubscription>
  /** Reads a stretch of a topic once, beside every group; absent where topics keep nothing. Ends when `deliver` rejects. */
  replay?(range: ReplayRange, deliver: (record: WireRecord) => Promise<void>): Promise<number>
  /** True while records are queued or being handled (memory), or false when the transport cannot know (kafka). */
  busy(): boolean
  /** Ends what is open within 15 s, whether the engine answers or not. */
  close(): Promise<void>
}
