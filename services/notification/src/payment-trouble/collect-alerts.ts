// Groups alerts: the first goes out at once, what follows within the window becomes one mail with a count at its end.
import { gather, rowsOf, type Tx } from '@cartwright/db'
import { currentTrace, enqueue, job, runInTrace, type Trace } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForAlert } from '../message.ts'
import type { PaymentTrouble } from '../templates/alert-payments.ts'

const kind = 'payments'
const collectKind = 'collect-alerts'
/** Items that a mail shows; the rest is counted. */
const shownAtMost = 20

interface Batch {
  batch: number
}

interface GroupRow {
  batch: number
  collecting: number
  wait_sec: number
}

const findGroup = (tx: Tx, windowSec: number): Promise<GroupRow | null> =>
  tx.one<GroupRow>`SELECT batch, collecting, COALESCE(GREATEST(0, CEIL(TIMESTAMPDIFF(MICROSECOND, ${tx.dbNow}, last_at + INTERVAL ${windowSec} SECOND) / 1000000)), 0) AS wait_sec
    FROM alert_group WHERE kind = ${kind} FOR UPDATE`

/** The group, locked. Looked for before it is made: an INSERT IGNORE that meets the row would share its lock with others and then deadlock with them. */
const lockGroup = async (tx: Tx, windowSec: number): Promise<GroupRow> => {
  const known = await findGroup(tx, windowSec)
  if (known) return known
  await tx.run`INSERT IGNORE INTO alert_group (kind) VALUES (${kind})`
  const made = await findGroup(tx, windowSec)
  if (made === null) throw new Error('the group of alerts has vanished')
  return made
}

interface Reported {
  trouble: PaymentTrouble
  trace: Trace
}
const reportedKey = Symbol('reported trouble')

const addToGroup = async (tx: Tx, reported: readonly Reported[], windowSec: number): Promise<void> => {
  const group = await lockGroup(tx, windowSec)
  const batch = group.collecting ? group.batch : group.batch + 1
  const items = reported.map(({ trouble }) => [kind, batch, JSON.stringify(trouble), tx.dbNow])
  tx.write`INSERT INTO alert_item (kind, batch, news, created_at) VALUES ${rowsOf(items)}`
  if (group.collecting) return
  tx.write`UPDATE alert_group SET batch = ${batch}, collecting = TRUE WHERE kind = ${kind}`
  const begin = () => enqueue(tx, collectKind, `${kind}:${batch}`, { batch }, group.wait_sec)
  await runInTrace(reported[0]?.trace ?? currentTrace(), begin)
}

/**
 * Adds a payment's trouble to the mail that is being collected, or begins one that leaves when the window since the last one has passed.
 * Troubles of one transaction, whose events are handled side by side, join the group together, right before COMMIT.
 */
export const reportTrouble = (tx: Tx, trouble: PaymentTrouble, deps: NotificationDeps): void => {
  const add = (open: Tx, reported: readonly Reported[]) => addToGroup(open, reported, deps.config.alertWindowSec)
  gather<Reported>(tx, reportedKey, { trouble, trace: currentTrace() }, add)
  tx.afterCommit(() => deps.paymentFailures.inc({ kind: trouble.kind }))
}

/** Turns what was collected into one mail. There is no effect outside: the mail has a job of its own. */
export const collectAlerts = job<Batch, null, NotificationDeps>({
  kind: collectKind,
  effect: async () => null,
  apply: async (tx, { payload: { batch } }, _, deps) => {
    const group = await lockGroup(tx, deps.config.alertWindowSec)
    if (!group.collecting || group.batch !== batch) return
    const items = await tx.rows<{
      news: string
    }>`SELECT news FROM alert_item WHERE kind = ${kind} AND batch = ${batch} ORDER BY id LIMIT ${shownAtMost}`
    const total = await tx.one<{
      items: number
    }>`SELECT COUNT(*) AS items FROM alert_item WHERE kind = ${kind} AND batch = ${batch}`
    tx.write`DELETE FROM alert_item WHERE kind = ${kind} AND batch = ${batch}`
    tx.write`UPDATE alert_group SET collecting = FALSE, last_at = ${tx.dbNow} WHERE kind = ${kind}`
    const content = { count: total?.items ?? items.length, shown: items.map(({ news }) => JSON.parse(news) as PaymentTrouble) }
    await askForAlert(
      tx,
      { cause: { id: `alerts-${kind}-${batch}`, type: 'payment.attempt-declined' }, template: 'alert-payments', content },
      deps,
    )
  },
})
