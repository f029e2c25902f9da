// Runs one claimed job: the effect outside any transaction, then its result and the mark `done` in one transaction, else a backoff.
import { labelsOf } from '@cartwright/contracts'
import { isTransient, type Tx } from '@cartwright/db'
import { type Log, labelWork } from '@cartwright/telemetry'
import type { CrashHook } from '../crash-point.ts'
import { AlreadyProcessedError, runClaimed } from '../inbox/speculative-execution.ts'
import { type AnyJob, LeaseLost, PermanentFailure, RetryLater, type WorkItem } from './job.ts'
import { type ClaimedJob, confirmLease, type JobStore, markDone, postpone } from './store.ts'

/** What is observed of one run of a job, in the trace of what asked for it. */
export interface ObservedJob {
  kind: string
  key: string
  /** 1 for the first run. */
  attempt: number
  outcome: 'done' | 'failed' | 'given_up'
  milliseconds: number
}

export interface RunJobOptions<Deps> {
  deps: Deps
  log: Log
  observe?: (job: ObservedJob) => void
  crash?: CrashHook
  speculativeClaims: boolean
}

const maxErrorLength = 1000
const defaultBackoffSec = (attempts: number) => Math.min(60, 2 ** Math.min(attempts, 6))

/** @throws when neither the result nor the failure could be written: the lease then expires and another try follows */
export const runJob = async <Deps>(
  store: JobStore,
  options: RunJobOptions<Deps>,
  definition: AnyJob<Deps>,
  job: ClaimedJob,
): Promise<void> => {
  const { deps, log, crash } = options
  const { id, kind, item_key: key, attempts } = job
  const item = { id, key, payload: JSON.parse(job.payload), attempts, confirmLease: () => confirmLease(store, job) }
  labelWork(labelsOf(item.payload))
  const started = performance.now()
  const observe = (outcome: ObservedJob['outcome']) =>
    options.observe?.({ kind, key, attempt: attempts + 1, outcome, milliseconds: performance.now() - started })
  try {
    const result: unknown = await definition.effect({ item, deps })
    crash?.('after-effect-before-apply', kind)
    await finish(store, options, job, null, (tx) => definition.apply({ tx, item, result, deps }))
    crash?.('after-job-commit', kind)
    observe('done')
  } catch (error) {
    if (error instanceof LeaseLost) log.info({ kind, key }, 'jobs: another worker has taken a job over, this one leaves it')
    else {
      const isFinal = isFinalFailure(definition, job, error)
      observe(isFinal ? 'given_up' : 'failed')
      await settleFailure(store, options, definition, job, item, { error, isFinal })
    }
  }
}

/** Marks the job done and writes in the same transaction. Nothing is written when the lease was lost. */
const finish = async <Deps>(
  { db }: JobStore,
  { crash, speculativeClaims }: RunJobOptions<Deps>,
  job: ClaimedJob,
  lastError: string | null,
  write: (tx: Tx) => Promise<void>,
): Promise<void> => {
  try {
    await db.tx(async (tx) => {
      await runClaimed(markDone(tx, job, lastError), () => write(tx), speculativeClaims)
      crash?.('before-job-commit', job.kind)
    })
  } catch (error) {
    if (!(error instanceof AlreadyProcessedError)) throw error
  }
}

/** Failures of the database are never final: the job itself may be sound. */
const isFinalFailure = <Deps>({ maxAttempts }: AnyJob<Deps>, job: ClaimedJob, error: unknown): boolean => {
  const isExhausted = maxAttempts !== undefined && job.attempts + 1 >= maxAttempts && !isTransient(error)
  return error instanceof PermanentFailure || isExhausted
}

/** Gives up after a final failure, otherwise postpones the job. */
const settleFailure = async <Deps>(
  store: JobStore,
  options: RunJobOptions<Deps>,
  definition: AnyJob<Deps>,
  job: ClaimedJob,
  item: WorkItem<unknown>,
  { error, isFinal }: { error: unknown; isFinal: boolean },
): Promise<void> => {
  const { deps, log } = options
  const failure = error instanceof Error ? error : new Error(String(error))
  const lastError = failure.message.slice(0, maxErrorLength)
  const fields = { err: error, kind: job.kind, key: job.item_key, attempts: job.attempts + 1 }
  if (isFinal) {
    log.warn(fields, 'jobs: a job gave up; look at its error')
    await finish(store, options, job, lastError, async (tx) => definition.giveUp?.({ tx, item, error: failure, deps }))
    return
  }
  log.warn(fields, 'jobs: a job failed and will be tried again; when that goes on, look at its error')
  const backoffSec = (definition.backoffSec ?? defaultBackoffSec)(job.attempts)
  await postpone(store, job, error instanceof RetryLater ? Math.max(backoffSec, error.afterSec) : backoffSec, lastError)
}
