// Outbox relay: sends committed outbox rows to the transport and then marks them, never the reverse. One relay per schema is active.
import { type Round, startPoller } from '@cartwright/concurrency'
import type { Database } from '@cartwright/db'
import { type Log, runOutsideTrace, type Tracer } from '@cartwright/telemetry'
import type { CrashHook } from '../crash-point.ts'
import { createLeaseKeeper, type LeaseKeeper } from '../scheduling/lease.ts'
import type { Transport } from '../transport/transport.ts'
import type { Worker } from '../worker.ts'
import { createInFlight } from './in-flight.ts'
import { outboxSignal } from './publish.ts'
import { outboxReader } from './reader.ts'
import { purgeOutbox } from './retention.ts'
import { type Sender, sendNext } from './send.ts'

export interface RelayOptions {
  db: Database
  transport: Transport
  /** Names this process in the lease. */
  owner: string
  /** The process is known to be the only one (embedded mode holds a lock), so it takes the lease at once. */
  singleInstance?: boolean
  log: Log
  /** Records each send as a span; absent while tracing is off. */
  tracer?: Tracer | null
  /** Milliseconds from commit to the transport's acceptance, for a metric. */
  observe?: (milliseconds: number) => void
  crash?: CrashHook
}

const leaseName = 'relay'
const pollMs = 200
/** How long marks are collected. A mark may be late: an event that is sent twice after a crash finds its inbox row. */
const markDelayMs = 50
const purgeEveryMs = 60_000

interface RelayState {
  sender: Sender
  lease: LeaseKeeper
  log: Log
  purgedAtMs: number
  /** A wake that is not about rows is about marks only, and need not read. */
  rowsCommitted: boolean
}

/** Starts the relay. A commit in this process wakes it at once; the poll finds the rows of other processes. */
export const startRelay = (options: RelayOptions): Worker => {
  const { db, log } = options
  let markTimer: NodeJS.Timeout | null = null
  const markSoon = (): void => {
    if (state.sender.inFlight.isFull()) poller.wake()
    markTimer ??= setTimeout(() => {
      markTimer = null
      poller.wake()
    }, markDelayMs)
  }
  const state = createState(options, markSoon)
  const poller = startPoller({
    everyMs: pollMs,
    // A commit wakes the relay in the trace of its transaction, but the rows belong to traces of their own.
    run: (round) => runOutsideTrace(() => runRound(state, round)),
    // Backs off to one try in ten polls while the transport or the database is down.
    skipInterval: (failures) => failures >= 5 && Math.random() >= 0.1,
    onError: (error, failures) => {
      if (failures === 1 || failures % 50 === 0)
        log.warn(
          { err: error, failures },
          'relay: the outbox could not be sent and is tried again; look at Kafka and the database',
        )
    },
    subscribe: (wake) =>
      db.onSignal(outboxSignal, () => {
        state.rowsCommitted = true
        wake()
      }),
  })
  return {
    tick: async () => (await poller.tick()) || state.sender.inFlight.size() > 0,
    stop: async () => {
      const stopped = poller.stop()
      if (markTimer) clearTimeout(markTimer)
      await stopped
      await leave(state)
    },
  }
}

const createState = (options: RelayOptions, onSettled: () => void): RelayState => {
  const { db, owner, log, singleInstance = false } = options
  return {
    sender: { ...options, reader: outboxReader(db), inFlight: createInFlight(db), onSettled },
    lease: createLeaseKeeper(db, leaseName, owner, singleInstance),
    log,
    purgedAtMs: performance.now(),
    rowsCommitted: false,
  }
}

/** One round: hold the lease, mark what the transport has taken, send what is new. @returns whether rows were read */
const runRound = async (state: RelayState, { cause, signal }: Round): Promise<boolean> => {
  const isAboutRows = cause !== 'wake' || state.rowsCommitted
  state.rowsCommitted = false
  if (!(await holdLease(state))) return false
  await state.sender.inFlight.mark()
  let did = false
  for (let mayHaveMore = isAboutRows; mayHaveMore && !signal.aborted; ) {
    const sent = await sendNext(state.sender)
    did ||= sent.read > 0
    mayHaveMore = sent.mayHaveMore
    if (mayHaveMore && !(await holdLease(state))) break
  }
  await purgeWhenDue(state)
  return did
}

/** While another process held the lease it may have sent rows, so reading starts from the beginning. */
const holdLease = async ({ lease, sender }: RelayState): Promise<boolean> => {
  const held = await lease.hold()
  if (held === 'taken') sender.reader.reset()
  return held !== 'no'
}

const purgeWhenDue = async (state: RelayState): Promise<void> => {
  if (performance.now() - state.purgedAtMs < purgeEveryMs) return
  state.purgedAtMs = performance.now()
  // Reading from the beginning now and then finds what was missed.
  state.sender.reader.reset()
  await purgeOutbox(state.sender.db)
}

const leave = async ({ sender, lease, log }: RelayState): Promise<void> => {
  try {
    await sender.inFlight.mark()
    await lease.drop()
  } catch (error) {
    log.warn({ err: error }, 'relay: the lease could not be given back; another replica takes over when it expires, within 10 s')
  }
}
