// Job store: the SQL by which a runner finds, claims, renews, releases and finishes job rows.
import { type Database, idFactory, list, type Queryable, rowsOf, type Sql, sql, type Tx } from '@cartwright/db'
import { LeaseLost } from './job.ts'

/** A job row. */
interface JobRow {
  id: number
  kind: string
  item_key: string
  payload: string
  headers: string
  /** How often the job was tried before. */
  attempts: number
  /** How often the job had been asked for when it was read. */
  requests: number
}

/** A job row that this process holds under a token of its own: a lease that expired and was taken again has another token. */
export interface ClaimedJob extends JobRow {
  token: string
}

/** How a runner claims: its database, and how long a claim lasts without renewal. */
export interface JobStore {
  db: Database
  leaseSec: number
}

export const newToken = idFactory(() => Date.now())

const isFree = sql`done_at IS NULL AND (leased_until IS NULL OR leased_until < UTC_TIMESTAMP(6))`
const leaseEnd = (seconds: number): Sql => sql`UTC_TIMESTAMP(6) + INTERVAL ${seconds} SECOND`

/** Jobs that are due and that no process holds, the longest due first. */
export const findDue = (db: Queryable, kinds: readonly string[], limit: number): Promise<JobRow[]> => db.rows<JobRow>`
  SELECT id, kind, item_key, payload, headers, attempts, requests
  FROM work_item
  WHERE available_at <= ${db.dbNow} AND ${isFree} AND kind IN (${list(kinds)})
  ORDER BY available_at
  LIMIT ${limit}`

/** Claims the rows that are still as they were read, with one statement. @returns the rows that this process holds now */
export const claimJobs = async ({ db, leaseSec }: JobStore, rows: readonly JobRow[]): Promise<ClaimedJob[]> => {
  if (rows.length === 0) return []
  const token = newToken('lse')
  const ids = list(rows.map(({ id }) => id))
  const asRead = rowsOf(rows.map(({ id, attempts, requests }) => [id, attempts, requests]))
  const taken = await db.run`
    UPDATE work_item
    SET leased_by = ${token}, leased_until = ${leaseEnd(leaseSec)}, attempts = attempts + 1
    WHERE id IN (${ids}) AND (id, attempts, requests) IN (${asRead}) AND ${isFree}`
  const claimed = rows.map((row) => ({ ...row, token }))
  if (taken.affectedRows === rows.length) return claimed
  const held = await db.rows<{ id: number }>`SELECT id FROM work_item WHERE id IN (${ids}) AND leased_by = ${token}`
  return claimed.filter((row) => held.some(({ id }) => id === row.id))
}

const isHeldBy = (jobs: Iterable<ClaimedJob>): Sql => {
  const held = [...jobs]
  return sql`id IN (${list(held.map(({ id }) => id))}) AND leased_by IN (${list(held.map(({ token }) => token))}) AND done_at IS NULL`
}

/** Extends the leases of jobs in progress, so that only the jobs of a process that died are taken over. */
export const renewLeases = async ({ db, leaseSec }: JobStore, jobs: ReadonlyMap<number, ClaimedJob>): Promise<void> => {
  if (jobs.size === 0) return
  await db.run`
    UPDATE work_item
    SET leased_until = ${leaseEnd(leaseSec)}
    WHERE ${isHeldBy(jobs.values())} AND leased_until IS NOT NULL`
}

/** Renews one lease. @throws LeaseLost when another process has taken the job over */
export const confirmLease = async ({ db, leaseSec }: JobStore, job: ClaimedJob): Promise<void> => {
  const held = await db.run`UPDATE work_item SET leased_until = ${leaseEnd(leaseSec)} WHERE ${isHeldBy([job])}`
  if (held.affectedRows !== 1) throw new LeaseLost()
}

/** Gives back jobs that were not started, so that another process need not wait for their leases to expire. */
export const releaseJobs = async ({ db }: JobStore, jobs: readonly ClaimedJob[]): Promise<void> => {
  if (jobs.length === 0) return
  await db.run`UPDATE work_item SET leased_until = NULL, attempts = attempts - 1 WHERE ${isHeldBy(jobs)}`
}

/** Ends every lease: for a process that is known to be the only one, after the end of the one before. */
export const releaseAllLeases = async ({ db }: JobStore): Promise<void> => {
  await db.run`UPDATE work_item SET leased_until = NULL WHERE done_at IS NULL AND leased_until IS NOT NULL`
}

/**
 * Marks a job done, in the transaction of its result. It stays due when it was asked for again since it was read.
 * @returns false when the lease was lost
 */
export const markDone = async (tx: Tx, job: ClaimedJob, lastError: string | null): Promise<boolean> => {
  const doneAt = sql`IF(requests = ${job.requests}, ${tx.dbNow}, NULL)`
  const done = await tx.run`
    UPDATE work_item
    SET done_at = ${doneAt}, given_up_at = ${lastError === null ? null : doneAt}, leased_until = NULL, last_error = ${lastError}
    WHERE id = ${job.id} AND done_at IS NULL AND leased_by = ${job.token}`
  return done.affectedRows === 1
}

/** Gives a failed job back, due again after `seconds` on the service's clock. */
export const postpone = async ({ db }: JobStore, job: ClaimedJob, seconds: number, lastError: string): Promise<void> => {
  await db.run`
    UPDATE work_item
    SET leased_until = NULL, available_at = ${db.dbNow} + INTERVAL ${seconds} SECOND, last_error = ${lastError}
    WHERE id = ${job.id} AND leased_by = ${job.token} AND done_at IS NULL`
}
