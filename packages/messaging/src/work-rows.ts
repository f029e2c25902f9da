// Work rows: written in the transaction that asks for the work, and leased from birth to a runner of this process that has room for them.
import { kept, sql, type Tx } from '@cartwright/db'
import { currentTrace } from './trace.ts'

/** Signalled after a commit that left work for whoever looks next. */
export const workSignal = 'work'

/** A row as a runner works it. */
export interface WorkRow {
  id: number
  kind: string
  item_key: string
  payload: string
  headers: string
  /** How often it was tried before. */
  attempts: number
  /** How often it had been asked for when it was taken. */
  requests: number
}

/** A runner of jobs, as those see it who write rows over the same database. */
export interface Taker {
  kinds: ReadonlySet<string>
  /** A lease for a row that is being written, or null when there is no room for one more. */
  offer(): { token: string; seconds: number } | null
  /** The row is committed, under the lease that was offered. */
  take(row: WorkRow, token: string): void
}

const takersKey = Symbol('runners of jobs')

/** The runners of jobs over a database that are in this process. */
export const takersOf = ({ shared }: { shared: Map<symbol, unknown> }): Set<Taker> =>
  kept(shared, takersKey, () => new Set<Taker>())

const offerFor = (tx: Tx, kind: string) => {
  for (const taker of takersOf(tx)) {
    const lease = taker.kinds.has(kind) ? taker.offer() : null
    if (lease) return { ...lease, taker }
  }
  return null
}

/**
 * Writes a work row. A second one with the same kind and key is a no-op. What is due at once is usually leased to this process from
 * the start, so nobody has to look for it: it begins right after COMMIT.
 * @param delaySec seconds on the service's clock
 * @returns whether the row is new
 */
export const enqueue = async <P>(tx: Tx, kind: string, key: string, payload: P, delaySec = 0): Promise<boolean> => {
  const lease = delaySec > 0 ? null : offerFor(tx, kind)
  const row = { kind, item_key: key, payload: JSON.stringify(payload), headers: JSON.stringify(currentTrace()) }
  const held = lease
    ? { attempts: 1, by: lease.token, until: sql`UTC_TIMESTAMP(6) + INTERVAL ${lease.seconds} SECOND` }
    : { attempts: 0, by: null, until: null }
  const { affectedRows, insertId } =
    await tx.run`INSERT IGNORE INTO work_item (kind, item_key, payload, headers, created_at, available_at, attempts, leased_by, leased_until)
    VALUES (${kind}, ${key}, ${row.payload}, ${row.headers}, ${tx.dbNow}, ${tx.dbNow} + INTERVAL ${delaySec} SECOND, ${held.attempts}, ${held.by}, ${held.until})`
  if (affectedRows !== 1) return false
  if (lease) tx.afterCommit(() => lease.taker.take({ ...row, id: insertId, attempts: 0, requests: 1 }, lease.token))
  else tx.signal(workSignal)
  return true
}

/**
 * Makes a row that is done or waiting due again, at once or later. One that is under way is not disturbed: it stays due when it
 * has finished, since its effect may have looked before this change.
 */
export const requeue = async (tx: Tx, kind: string, key: string, delaySec = 0): Promise<void> => {
  await tx.run`UPDATE work_item SET done_at = NULL, requests = requests + 1, attempts = 0, available_at = ${tx.dbNow} + INTERVAL ${delaySec} SECOND
    WHERE kind = ${kind} AND item_key = ${key}`
  tx.signal(workSignal)
}

/**
 * Writes a work row, or makes one that is done due again: for work over whatever is pending under its key. A row that waits or is
 * under way stays as it is; it shares this row's lock with the transaction that marks it done, so an `apply` that looks for
 * more, and calls this when it finds some, misses nothing.
 */
export const ensureDue = async <P>(tx: Tx, kind: string, key: string, payload: P): Promise<void> => {
  await tx.run`INSERT INTO work_item (kind, item_key, payload, headers, created_at, available_at)
    VALUES (${kind}, ${key}, ${JSON.stringify(payload)}, ${JSON.stringify(currentTrace())}, ${tx.dbNow}, ${tx.dbNow})
    ON DUPLICATE KEY UPDATE available_at = IF(done_at IS NULL, available_at, VALUES(available_at)), attempts = IF(done_at IS NULL, attempts, 0),
      leased_until = IF(done_at IS NULL, leased_until, NULL), done_at = NULL`
  tx.signal(workSignal)
}
