// Job status: what a service may ask about the jobs that it has enqueued. The jobs table is private to this package.
import { list, type Queryable, type Sql, sql } from '@cartwright/db'

/** How a job stands. */
export interface WorkStatus {
  attempts: number
  lastError: string | null
  isDone: boolean
  /** Seconds since the job was due; negative while it waits for its time or its next try. */
  overdueSec: number
}

/** The status of jobs of one kind by key; a key without a job is absent. */
export const workStatus = async (db: Queryable, kind: string, keys: readonly string[]): Promise<Map<string, WorkStatus>> => {
  if (keys.length === 0) return new Map()
  const rows = await db.rows<{ item_key: string; attempts: number; last_error: string | null; done: number; overdue: number }>`
    SELECT item_key, attempts, last_error, done_at IS NOT NULL AS done,
      TIMESTAMPDIFF(SECOND, available_at, ${db.dbNow}) AS overdue
    FROM work_item
    WHERE kind = ${kind} AND item_key IN (${list(keys)})`
  return new Map(
    rows.map((row) => [
      row.item_key,
      { attempts: row.attempts, lastError: row.last_error, isDone: row.done === 1, overdueSec: row.overdue },
    ]),
  )
}

/** A SELECT of the jobs that are five minutes overdue, or failed three times in ten minutes, as `id`, oldest first. */
export const overdueJobs = (db: Queryable): Sql => sql`
  SELECT CONCAT(kind, ' ', item_key) AS id
  FROM work_item
  WHERE done_at IS NULL
    AND (available_at < ${db.dbNow} - INTERVAL 5 MINUTE
      OR (attempts >= 3 AND created_at < ${db.dbNow} - INTERVAL 10 MINUTE))
  ORDER BY work_item.id`

/** How the jobs of one kind stand. */
interface JobBacklog {
  /** Jobs that are due, or that failed and wait for their next try. */
  due: number
  /** Seconds for which the oldest due job has been due; 0 without one. */
  oldestDueSec: number
  /** Jobs that failed for good within the last 24 hours. */
  givenUp: number
}

const maxCounted = 10_000

/** The backlog by kind; at most 10,000 due and 10,000 given-up jobs are counted. Kinds without either are absent. */
export const measureJobs = async (db: Queryable): Promise<Map<string, JobBacklog>> => {
  const due = await db.rows<{ kind: string; jobs: number; age: number }>`
    SELECT kind, COUNT(*) AS jobs, TIMESTAMPDIFF(SECOND, MIN(available_at), ${db.dbNow}) AS age
    FROM (
      SELECT kind, available_at
      FROM work_item
      WHERE done_at IS NULL AND (available_at <= ${db.dbNow} OR attempts > 0)
      ORDER BY available_at
      LIMIT ${maxCounted}) waiting
    GROUP BY kind`
  const givenUp = await db.rows<{ kind: string; jobs: number }>`
    SELECT kind, COUNT(*) AS jobs
    FROM (SELECT kind FROM work_item WHERE given_up_at > ${db.dbNow} - INTERVAL 1 DAY LIMIT ${maxCounted}) failed
    GROUP BY kind`
  const backlogs = new Map<string, JobBacklog>()
  for (const { kind, jobs, age } of due) backlogs.set(kind, { due: jobs, oldestDueSec: Math.max(0, age), givenUp: 0 })
  for (const { kind, jobs } of givenUp)
    backlogs.set(kind, { ...(backlogs.get(kind) ?? { due: 0, oldestDueSec: 0 }), givenUp: jobs })
  return backlogs
}
