// Records payment failures for a grouped alert: the first alert leaves at once, later failures of the window share one mail.
import { batchBeforeCommit, type Tx } from '@cartwright/db'
import { enqueue } from '@cartwright/messaging'
import { currentTrace, runInTrace, type Trace } from '@cartwright/telemetry'
import type { PaymentFailure } from '../../db/json-columns.ts'
import type { NotificationDeps } from '../../deps.ts'
import { groupKind, insertItems, lockGroup, startCollecting } from './queries.ts'

export const collectKind = 'collect-alerts'

/** Payload of the job that mails a batch. */
export interface CollectAlerts {
  batch: number
}

interface Recorded {
  failure: PaymentFailure
  trace: Trace
}
const recordedKey = Symbol('recorded payment failures')

const addToGroup = async (tx: Tx, recorded: readonly Recorded[], windowSec: number): Promise<void> => {
  const group = await lockGroup(tx, windowSec)
  const batch = group.collecting ? group.batch : group.batch + 1
  const failures = recorded.map(({ failure }) => failure)
  insertItems(tx, batch, failures)
  if (group.collecting) return
  startCollecting(tx, batch)
  const payload: CollectAlerts = { batch }
  const enqueueJob = () => enqueue(tx, collectKind, `${groupKind}:${batch}`, payload, group.wait_sec)
  await runInTrace(recorded[0]?.trace ?? currentTrace(), enqueueJob)
}

/**
 * Adds a failure to the current batch, or starts a batch and enqueues its job. The group is locked right before COMMIT,
 * once for all failures of the transaction.
 */
export const recordFailure = (tx: Tx, failure: PaymentFailure, deps: NotificationDeps): void => {
  const add = (open: Tx, recorded: readonly Recorded[]) => addToGroup(open, recorded, deps.config.alertWindowSec)
  batchBeforeCommit<Recorded>(tx, recordedKey, { failure, trace: currentTrace() }, add)
  tx.afterCommit(() => deps.paymentFailures.inc({ kind: failure.kind }))
}
