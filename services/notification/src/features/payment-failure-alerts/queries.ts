// SQL of grouped alerts: the group's row holds the current batch, its items are the failures of that batch.
import { insertIgnoreInto, insertInto, type Tx } from '@cartwright/db'
import { type AlertGroupRow, type AlertItemRow, alertGroupTable, alertItemTable } from '../../db/generated/rows.ts'
import { failureColumn, type PaymentFailure } from '../../db/json-columns.ts'

export const groupKind = 'payments'

/** `wait_sec`: seconds until the window since the last mail has passed. */
type LockedGroup = Pick<AlertGroupRow, 'batch' | 'collecting'> & { wait_sec: number }

const findGroup = (tx: Tx, windowSec: number): Promise<LockedGroup | null> =>
  tx.one<LockedGroup>`
    SELECT batch, collecting,
      COALESCE(GREATEST(0, CEIL(TIMESTAMPDIFF(MICROSECOND, ${tx.dbNow}, last_at + INTERVAL ${windowSec} SECOND) / 1000000)), 0)
        AS wait_sec
    FROM alert_group
    WHERE kind = ${groupKind}
    FOR UPDATE`

/**
 * Locks the group, and creates it when it is missing. The SELECT comes first: an INSERT IGNORE that meets the row takes a shared lock,
 * and two transactions that both hold it deadlock.
 */
export const lockGroup = async (tx: Tx, windowSec: number): Promise<LockedGroup> => {
  const existing = await findGroup(tx, windowSec)
  if (existing) return existing
  await tx.run`${insertIgnoreInto(alertGroupTable, { kind: groupKind })}`
  const created = await findGroup(tx, windowSec)
  if (created === null) throw new Error(`alert_group holds no row '${groupKind}' after its INSERT`)
  return created
}

export const insertItems = (tx: Tx, batch: number, failures: readonly PaymentFailure[]): void => {
  const items = failures.map((failure) => ({
    kind: groupKind,
    batch,
    news: failureColumn.stringify(failure),
    created_at: tx.dbNow,
  }))
  tx.write`${insertInto(alertItemTable, ...items)}`
}

export const startCollecting = (tx: Tx, batch: number): void =>
  tx.write`UPDATE alert_group SET batch = ${batch}, collecting = TRUE WHERE kind = ${groupKind}`

/** Removes a batch and ends its collection. @returns the first `limit` failures and the number of all */
export const takeBatch = async (tx: Tx, batch: number, limit: number): Promise<{ count: number; shown: PaymentFailure[] }> => {
  const items = await tx.rows<Pick<AlertItemRow, 'news'>>`
    SELECT news
    FROM alert_item
    WHERE kind = ${groupKind} AND batch = ${batch}
    ORDER BY id
    LIMIT ${limit}`
  const total = await tx.one<{ items: number }>`
    SELECT COUNT(*) AS items
    FROM alert_item
    WHERE kind = ${groupKind} AND batch = ${batch}`
  tx.write`DELETE FROM alert_item WHERE kind = ${groupKind} AND batch = ${batch}`
  tx.write`UPDATE alert_group SET collecting = FALSE, last_at = ${tx.dbNow} WHERE kind = ${groupKind}`
  return { count: total?.items ?? items.length, shown: items.map(({ news }) => failureColumn.parse(news)) }
}
