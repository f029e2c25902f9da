// Outbox reader: returns each committed row once, in id order. Rows of slow transactions, whose ids come late, are found by the gaps they leave.
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

/** A transaction lives at most 10 s, so an id that is absent for this long stays absent. */
const gapLifeMs = 30_000
/** Ids this far behind the newest one were committed or rolled back long ago. */
const lookBack = 2000
const maxGaps = 5000

export interface OutboxReader {
  /** Unpublished rows that were not returned before, at most `limit`, in id order as far as they are committed. */
  next(limit: number): Promise<OutboxRow[]>
  /** Returns the rows again later: they could not be sent. */
  unread(rows: readonly OutboxRow[]): void
  /** Starts from the beginning: another process may have been sending meanwhile. */
  reset(): void
}

interface ReaderState {
  db: Database
  now: () => number
  /** The highest id that was read. */
  lastId: number
  /** Ids below it that were absent, with the time when that was noticed; in the order of that time. */
  gaps: Map<number, number>
  unread: OutboxRow[]
}

/**
 * The cost of a read follows what is new, not what is unpublished: in memory mode a blocked group leaves many rows unpublished that were
 * handed over long ago.
 */
export const outboxReader = (db: Database, now: () => number = () => performance.now()): OutboxReader => {
  const state: ReaderState = { db, now, lastId: 0, gaps: new Map(), unread: [] }
  return {
    next: (limit) => readNext(state, limit),
    unread: (rows) => void state.unread.push(...rows),
    reset: () => {
      state.lastId = 0
      state.gaps.clear()
      state.unread = []
    },
  }
}

const readNext = async (state: ReaderState, limit: number): Promise<OutboxRow[]> => {
  const again = state.unread.splice(0)
  const late = await readLate(state)
  const from = state.lastId
  const rows = await state.db.rows<OutboxRow>`
    SELECT ${columns}
    FROM outbox_event
    WHERE published_at IS NULL AND id > ${from}
    ORDER BY id
    LIMIT ${limit}`
  state.lastId = rows.at(-1)?.id ?? state.lastId
  await noteGaps(state, from, rows)
  return [...again, ...late, ...rows].sort((a, b) => a.id - b.id)
}

/** Rows whose ids were gaps and that are committed now. */
const readLate = async ({ db, now, gaps }: ReaderState): Promise<OutboxRow[]> => {
  for (const [id, since] of gaps) {
    if (now() - since < gapLifeMs && gaps.size <= maxGaps) break
    gaps.delete(id)
  }
  if (gaps.size === 0) return []
  const rows = await db.rows<OutboxRow>`
    SELECT ${columns}
    FROM outbox_event
    WHERE published_at IS NULL AND id IN (${list([...gaps.keys()])})
    ORDER BY id`
  for (const { id } of rows) gaps.delete(id)
  return rows
}

/** Notes ids below the newest one that are absent: not yet committed, rolled back, or committed during the read. */
const noteGaps = async ({ db, now, gaps }: ReaderState, from: number, rows: readonly OutboxRow[]): Promise<void> => {
  const last = rows.at(-1)?.id ?? from
  if (last - from === rows.length) return
  const start = Math.max(from + 1, last - lookBack)
  const present = await db.rows<{ id: number; published: number }>`
    SELECT id, published_at IS NOT NULL AS published
    FROM outbox_event
    WHERE id BETWEEN ${start} AND ${last}`
  const settled = new Set(rows.map(({ id }) => id))
  for (const { id, published } of present) if (published) settled.add(id)
  for (let id = start; id < last; id++) if (!settled.has(id)) gaps.set(id, now())
}
