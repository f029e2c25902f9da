// What a transport promises: at least once, in order per key and group, and a blocked group blocks only itself.
import type { WireRecord } from '../wire.ts'

export interface Subscription {
  group: string
  topics: readonly string[]
  /** Handles one record. Resolves when the record is done with; rejects only when `signal` aborted. */
  deliver(record: WireRecord, signal: AbortSignal): Promise<void>
  /** Sees only records from now on, in a group of its own: for caches. */
  ephemeral?: true
}

export interface RunningSubscription {
  /** Finishes the records under way and leaves the group. */
  stop(): Promise<void>
}

export interface Transport {
  readonly kind: 'memory' | 'kafka'
  ensureTopics(topics: readonly string[]): Promise<void>
  /**
   * Hands records over, in order. Resolves when the next batch may follow; `settled` is called for each record that need not
   * be sent again: after the brokers' acknowledgement, or in memory when every group has committed or dead-lettered it.
   */
  send(records: readonly WireRecord[], settled: (record: WireRecord) => void): Promise<void>
  subscribe(subscription: Subscription): Promise<RunningSubscription>
  /** True while records are queued or being handled (memory), or false when the transport cannot know (kafka). */
  busy(): boolean
  close(): Promise<void>
}
