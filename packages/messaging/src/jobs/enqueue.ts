// Enqueues jobs: a job row is written in the transaction that asks for the effect. Also makes a job due again.
import { sql, type Tx } from '@cartwright/db'
import { currentTrace } from '@cartwright/telemetry'
import { reserveLocalWorker } from './pre-claimed-jobs.ts'

/** Signalled after a commit that left a job for the next poll. */
export const jobSignal = 'work'

/**
 * Writes a job that is due after `delaySec` on the service's clock. A second one with the same kind and key is a no-op.
 * @returns whether the job is new
 */
export const enqueue = async <P>(tx: Tx, kind: string, key: string, payload: P, delaySec = 0): Promise<boolean> => {
  const local = delaySec > 0 ? null : reserveLocalWorker(tx.databaseScope, kind)
  const row = { kind, item_key: key, payload: JSON.stringify(payload), headers: JSON.stringify(currentTrace()) }
  const lease = local
    ? { attempts: 1, by: local.token, until: sql`UTC_TIMESTAMP(6) + INTERVAL ${local.leaseSec} SECOND` }
    : { attempts: 0, by: null, until: null }
  const { affectedRows, insertId } = await tx.run`
    INSERT IGNORE INTO work_item (kind, item_key, payload, headers, created_at, available_at, attempts, leased_by, leased_until)
    VALUES (${kind}, ${key}, ${row.payload}, ${row.headers}, ${tx.dbNow}, ${tx.dbNow} + INTERVAL ${delaySec} SECOND,
      ${lease.attempts}, ${lease.by}, ${lease.until})`
  if (affectedRows !== 1) return false
  if (local) tx.afterCommit(() => local.dispatch({ ...row, id: insertId, attempts: 0, requests: 1, token: local.token }))
  else tx.signal(jobSignal)
  return true
}

/**
 * Makes a job that is done or waiting due again. A job that is in progress is not disturbed: it stays due when it has finished, since
 * its effect may have read the state before this change.
 */
export const reschedule = async (tx: Tx, kind: string, key: string, delaySec = 0): Promise<void> => {
  await tx.run`
    UPDATE work_item
    SET done_at = NULL, given_up_at = NULL, requests = requests + 1, attempts = 0, available_at = ${tx.dbNow} + INTERVAL ${delaySec} SECOND
    WHERE kind = ${kind} AND item_key = ${key}`
  tx.signal(jobSignal)
}

/**
 * Writes a job, or makes one that is done due again; one that waits or is in progress stays as it is. For jobs that work through
 * everything pending under their key. The row's lock is shared with the transaction that marks the job done, so an `apply` that looks
 * for more and calls this when it finds some misses nothing.
 */
export const enqueueUnlessPending = async <P>(tx: Tx, kind: string, key: string, payload: P): Promise<void> => {
  await tx.run`
    INSERT INTO work_item (kind, item_key, payload, headers, created_at, available_at)
    VALUES (${kind}, ${key}, ${JSON.stringify(payload)}, ${JSON.stringify(currentTrace())}, ${tx.dbNow}, ${tx.dbNow})
    ON DUPLICATE KEY UPDATE
      available_at = IF(done_at IS NULL, available_at, VALUES(available_at)),
      attempts = IF(done_at IS NULL, attempts, 0),
      leased_until = IF(done_at IS NULL, leased_until, NULL),
      done_at = NULL,
      given_up_at = NULL`
  tx.signal(jobSignal)
}
