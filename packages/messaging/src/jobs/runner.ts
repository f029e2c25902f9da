// Job runner: polls for due jobs, claims them, and runs as many at once as its concurrency allows.
import { type Poller, startPoller } from '@cartwright/concurrency'
import type { Database } from '@cartwright/db'
import { type Log, openSpan, runInSpan, runOutsideTrace, type Trace, type Tracer } from '@cartwright/telemetry'
import type { CrashHook } from '../crash-point.ts'
import type { Worker } from '../worker.ts'
import { jobSignal } from './enqueue.ts'
import type { AnyJob } from './job.ts'
import { type LocalWorker, localWorkers } from './pre-claimed-jobs.ts'
import { type ObservedJob, type RunJobOptions, runJob } from './run-job.ts'
import {
  type ClaimedJob,
  claimJobs,
  findDue,
  type JobStore,
  newToken,
  releaseAllLeases,
  releaseJobs,
  renewLeases,
} from './store.ts'

/** Optimisations of the runner. Each is on unless it is switched off here; the file of each states its gain. */
interface JobOptimisations {
  /** `pre-claimed-jobs.ts` */
  preClaimedJobs?: boolean
  /** `speculative-execution.ts`, in the transaction of a result */
  speculativeClaims?: boolean
}

export interface JobRunnerOptions<Deps> {
  db: Database
  jobs: readonly AnyJob<Deps>[]
  deps: Deps
  log: Log
  /** Records each run as a span; absent while tracing is off. */
  tracer?: Tracer | null
  /** The process is known to be the only one (embedded mode holds a lock): it takes over at once what the process before had claimed. */
  singleInstance?: boolean
  observe?: (job: ObservedJob) => void
  /** Jobs at the same time; 8 when left out. */
  concurrency?: number
  /** Seconds until the job of a process that died is taken over; 15 when left out. */
  leaseSec?: number
  crash?: CrashHook
  optimisations?: JobOptimisations
}

const defaultConcurrency = 8
const defaultLeaseSec = 15
const pollMs = 1000
/** Jobs that one poll claims at most. */
const maxPerPoll = 16
/** Claimed jobs that wait for their turn at most: the others are left to another process, or to a later poll. */
const maxBacklog = 1000

interface RunnerState<Deps> {
  store: JobStore
  byKind: ReadonlyMap<string, AnyJob<Deps>>
  log: Log
  tracer: Tracer | null
  singleInstance: boolean
  concurrency: number
  runOptions: RunJobOptions<Deps>
  /** Registered while the optimisation `preClaimedJobs` is on. */
  localWorker: LocalWorker | null
  running: Set<Promise<void>>
  /** Claimed and waiting for a running job to end, first come, first served. */
  backlog: ClaimedJob[]
  /** Everything that this process holds: running jobs and the backlog. */
  held: Map<number, ClaimedJob>
  isStopped: boolean
  isOpen: boolean
  /** Whether the last poll claimed as many jobs as it may: there may be more. */
  mayHaveMore: boolean
  /** Counts the signals: one that comes while a job runs may be about that job. */
  signals: number
  wake: Poller['wake']
}

/** Starts the runner of a service's jobs. */
export const startJobs = <Deps>(options: JobRunnerOptions<Deps>): Worker => {
  const { db, log } = options
  const state = createState(options)
  const poller = startPoller({
    everyMs: pollMs,
    run: () => runOutsideTrace(() => claimDue(state)),
    onError: (error) =>
      log.warn({ err: error }, 'jobs: due jobs could not be read and are looked for again; look at the database'),
    subscribe: (wake) =>
      db.onSignal(jobSignal, () => {
        state.signals += 1
        wake()
      }),
  })
  state.wake = poller.wake
  const renewal = setInterval(() => void renew(state), (state.store.leaseSec * 1000) / 3)
  return {
    tick: async () => {
      const did = await poller.tick()
      const wasRunning = state.running.size > 0
      await Promise.all(state.running)
      return did || wasRunning
    },
    stop: async () => {
      state.isStopped = true
      if (state.localWorker) localWorkers(db.scope).delete(state.localWorker)
      await poller.stop()
      await Promise.all(state.running)
      await release(state, state.backlog.splice(0))
      clearInterval(renewal)
    },
  }
}

const createState = <Deps>(options: JobRunnerOptions<Deps>): RunnerState<Deps> => {
  const { preClaimedJobs = true, speculativeClaims = true } = options.optimisations ?? {}
  const state: RunnerState<Deps> = {
    store: { db: options.db, leaseSec: options.leaseSec ?? defaultLeaseSec },
    byKind: new Map(options.jobs.map((definition) => [definition.kind, definition])),
    log: options.log,
    tracer: options.tracer ?? null,
    singleInstance: options.singleInstance ?? false,
    concurrency: options.concurrency ?? defaultConcurrency,
    runOptions: { ...options, speculativeClaims },
    localWorker: null,
    running: new Set(),
    backlog: [],
    held: new Map(),
    isStopped: false,
    isOpen: false,
    mayHaveMore: false,
    signals: 0,
    wake: () => undefined,
  }
  if (preClaimedJobs) state.localWorker = localWorkerOf(state)
  return state
}

const localWorkerOf = <Deps>(state: RunnerState<Deps>): LocalWorker => ({
  kinds: new Set(state.byKind.keys()),
  reserveCapacity: () =>
    state.isStopped || state.backlog.length >= maxBacklog ? null : { token: newToken('lse'), leaseSec: state.store.leaseSec },
  dispatch: (job) => (state.isStopped ? void release(state, [job]) : admit(state, job)),
})

/** One poll. @returns whether a job was claimed or waits in the backlog */
const claimDue = async <Deps>(state: RunnerState<Deps>): Promise<boolean> => {
  if (state.byKind.size === 0 || state.isStopped) return false
  if (!state.isOpen) await open(state)
  state.mayHaveMore = state.backlog.length >= maxBacklog
  if (state.mayHaveMore) return true
  const due = await findDue(state.store.db, [...state.byKind.keys()], maxPerPoll)
  state.mayHaveMore = due.length >= maxPerPoll
  const claimed = await claimJobs(state.store, due)
  if (state.isStopped) await release(state, claimed)
  else for (const job of claimed) admit(state, job)
  return claimed.length > 0
}

const open = async <Deps>(state: RunnerState<Deps>): Promise<void> => {
  if (state.singleInstance) await releaseAllLeases(state.store)
  state.isOpen = true
  if (state.localWorker && !state.isStopped) localWorkers(state.store.db.scope).add(state.localWorker)
}

/** Starts a claimed job, or queues it while as many run as may. */
const admit = <Deps>(state: RunnerState<Deps>, job: ClaimedJob): void => {
  state.held.set(job.id, job)
  if (state.running.size < state.concurrency) start(state, job)
  else state.backlog.push(job)
}

const start = <Deps>(state: RunnerState<Deps>, job: ClaimedJob): void => {
  const signalsBefore = state.signals
  const task = run(state, job).finally(() => {
    state.running.delete(task)
    if (state.held.get(job.id) === job) state.held.delete(job.id)
    const next = state.isStopped ? undefined : state.backlog.shift()
    if (next) start(state, next)
    if (state.mayHaveMore || state.signals !== signalsBefore) state.wake()
  })
  state.running.add(task)
}

const run = async <Deps>({ store, byKind, runOptions, log, tracer }: RunnerState<Deps>, job: ClaimedJob): Promise<void> => {
  const definition = byKind.get(job.kind)
  if (definition === undefined) return
  try {
    const trace = openSpan(tracer, JSON.parse(job.headers) as Trace, {
      name: `job ${job.kind}`,
      attributes: { 'cartwright.job.kind': job.kind, 'cartwright.job.attempt': job.attempts + 1 },
    })
    await runInSpan(trace, () => runJob(store, runOptions, definition, job))
  } catch (error) {
    log.warn(
      { err: error, kind: job.kind, key: job.item_key },
      'jobs: the outcome of a job could not be written, it runs again when its lease expires; look at the database',
    )
  }
}

const renew = async <Deps>({ store, held, log }: RunnerState<Deps>): Promise<void> => {
  try {
    await renewLeases(store, held)
  } catch (error) {
    log.warn({ err: error }, 'jobs: leases could not be renewed, another process may take the jobs over; look at the database')
  }
}

const release = async <Deps>({ store, log }: RunnerState<Deps>, jobs: readonly ClaimedJob[]): Promise<void> => {
  try {
    await releaseJobs(store, jobs)
  } catch (error) {
    log.warn(
      { err: error },
      'jobs: claimed jobs could not be given back, they run when their leases expire; look at the database',
    )
  }
}
