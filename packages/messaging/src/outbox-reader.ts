// Reads committed outbox rows once each, in id order. Rows of slow transactions, whose ids come late, are found by the gaps they leave.
import { type Database, list, raw } from '@cartwright/db'

export interface OutboxRow {
  id: number
  event_id: string
  event_type: string
  schema_version: number
  aggregate_version: number
  topic: string
  partition_key: string
  payload: string
  headers: string
  occurred_at: Date
}

const columns = raw(
  'id, event_id, event_type, schema_version, aggregate_version, topic, partition_key, payload, headers, occurred_at',
)

/** A transaction lives at most 10 s, so an id that has not shown up for this long never will. */
const gapLifeMs = 30_000
/** Ids this far behind the newest were decided long ago. */
const lookBack = 2000
const maxGaps = 5000

export interface OutboxReader {
  /** Unpublished rows that were not returned before, at most `limit`, in id order as far as they are committed. */
  next(limit: number): Promise<OutboxRow[]>
  /** These could not be sent: they will be returned again. */
  putBack(rows: readonly OutboxRow[]): void
  /** Starts from the beginning: somebody else may have been sending meanwhile. */
  reset(): void
}

/**
 * The cost of a read follows what is new, not what is unpublished: in memory mode a blocked group may leave many rows
 * unpublished that have been handed over long ago.
 */
export const outboxReader = (db: Database, now: () => number = () => performance.now()): OutboxReader => {
  let seen = 0
  const gaps = new Map<number, number>()
  let returned: OutboxRow[] = []

  const forgetOldGaps = (): void => {
    for (const [id, since] of gaps) {
      // Insertion order is time order.
      if (now() - since < gapLifeMs && gaps.size <= maxGaps) break
      gaps.delete(id)
    }
  }
  /** Ids below the newest that are absent, not yet committed or never to be, or that were committed while we looked. */
  const noteGaps = async (from: number, rows: readonly OutboxRow[]): Promise<void> => {
    const last = rows.at(-1)?.id ?? from
    if (last - from === rows.length) return
    const start = Math.max(from + 1, last - lookBack)
    const there = await db.rows<{
      id: number
      published: number
    }>`SELECT id, published_at IS NOT NULL AS published FROM outbox_event WHERE id BETWEEN ${start} AND ${last}`
    const settled = new Set(rows.map(({ id }) => id))
    for (const { id, published } of there) if (published) settled.add(id)
    for (let id = start; id < last; id++) if (!settled.has(id)) gaps.set(id, now())
  }
  const late = async (): Promise<OutboxRow[]> => {
    forgetOldGaps()
    if (gaps.size === 0) return []
    const rows =
      await db.rows<OutboxRow>`SELECT ${columns} FROM outbox_event WHERE published_at IS NULL AND id IN (${list([...gaps.keys()])}) ORDER BY id`
    for (const { id } of rows) gaps.delete(id)
    return rows
  }

  return {
    next: async (limit) => {
      const again = returned.splice(0)
      const found = await late()
      const from = seen
      const rows =
        await db.rows<OutboxRow>`SELECT ${columns} FROM outbox_event WHERE published_at IS NULL AND id > ${from} ORDER BY id LIMIT ${limit}`
      seen = rows.at(-1)?.id ?? seen
      await noteGaps(from, rows)
      return [...again, ...found, ...rows].sort((a, b) => a.id - b.id)
    },
    putBack: (rows) => void returned.push(...rows),
    reset: () => {
      seen = 0
      gaps.clear()
      returned = []
    },
  }
}
