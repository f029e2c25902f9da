// In-flight tracker: which outbox rows were handed to the transport, and which of them can be marked as published.
import { type Database, list } from '@cartwright/db'

/**
 * Rows in flight at most. In memory these are the rows that some group has not finished: behind this many, a blocked group holds up
 * the others.
 */
const maxInFlight = 20_000

export interface InFlight {
  has(id: number): boolean
  size(): number
  /** Whether nothing more may be sent. */
  isFull(): boolean
  add(ids: Iterable<number>): void
  /** Removes rows that could not be sent. */
  abandon(ids: Iterable<number>): void
  /** The transport need not be given this row again. */
  settle(id: number): void
  /** Marks settled rows as published. */
  mark(): Promise<void>
}

export const createInFlight = (db: Database): InFlight => {
  const inFlight = new Set<number>()
  let settled: number[] = []
  return {
    has: (id) => inFlight.has(id),
    size: () => inFlight.size,
    isFull: () => inFlight.size > maxInFlight,
    add: (ids) => {
      for (const id of ids) inFlight.add(id)
    },
    abandon: (ids) => {
      for (const id of ids) inFlight.delete(id)
    },
    settle: (id) => void settled.push(id),
    mark: async () => {
      if (settled.length === 0) return
      const ids = settled
      settled = []
      try {
        await db.run`UPDATE outbox_event SET published_at = UTC_TIMESTAMP(6) WHERE id IN (${list(ids)})`
      } catch (error) {
        settled.push(...ids)
        throw error
      }
      for (const id of ids) inFlight.delete(id)
    },
  }
}
