// Moves committed outbox rows to the transport: one active relay per schema, publish → mark, never the reverse.
import { type Database, list, sql } from '@cartwright/db'
import type { CrashHook } from './crash-point.ts'
import { dropLease, leaseSec, renewMs, takeLease } from './lease.ts'
import { batchesOf, batchSize, recordOf } from './outbox-batches.ts'
import { type OutboxRow, outboxReader } from './outbox-reader.ts'
import { outboxSignal } from './publish.ts'
import { RecordTooLarge, type Transport } from './transport/transport.ts'

/** What the parts of messaging say to the log. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface RelayOptions {
  db: Database
  transport: Transport
  /** Names this process in the lease. */
  owner: string
  /** The process is known to be alone (embedded mode holds a lock), so it takes the lease at once. */
  alone?: boolean
  log: Log
  /** Milliseconds from commit to the transport's acceptance, for a metric. */
  observe?: (milliseconds: number) => void
  crash?: CrashHook
}

/** A part that works by itself and can be asked to do what is due now. */
export interface Worker {
  /** Does what is due. @returns whether anything was done or is under way */
  tick(): Promise<boolean>
  stop(): Promise<void>
}

const leaseName = 'relay'
const pollMs = 200
/** How long marks are gathered: a mark is bookkeeping, and what is sent twice after a crash finds its claim. */
const markMs = 50
/** Rows handed over that are not marked; in memory, those that no group has finished: behind this many, a blocked group holds the others up at last. */
const maxUnderWay = 20_000
const houseworkMs = 60_000
const purgeBatch = 1000
const purgeRounds = 50

/** The right to send: on database time, renewed early, given up on stop. */
const leaseKeeper = ({ db, owner, alone }: RelayOptions) => {
  let until = 0
  let renewed = 0
  let steal = alone === true
  return {
    /** @returns `held`, `taken` when it was not held right before, or `no` */
    hold: async (): Promise<'held' | 'taken' | 'no'> => {
      const now = performance.now()
      const lapsed = now >= until
      if (!lapsed && now - renewed < renewMs) return 'held'
      if (!(await takeLease(db, leaseName, owner, steal))) return 'no'
      steal = false
      renewed = now
      until = now + leaseSec * 1000
      return lapsed ? 'taken' : 'held'
    },
    drop: () => dropLease(db, leaseName, owner),
  }
}

/** Which rows have been handed over, and which of them can be marked. */
const ledger = (db: Database) => {
  const underWay = new Set<number>()
  let settled: number[] = []
  return {
    has: (id: number) => underWay.has(id),
    size: () => underWay.size,
    begin: (ids: Iterable<number>) => {
      for (const id of ids) underWay.add(id)
    },
    abandon: (ids: Iterable<number>) => {
      for (const id of ids) underWay.delete(id)
    },
    settle: (id: number) => void settled.push(id),
    /** Publish → mark, never the reverse. */
    mark: async (): Promise<void> => {
      if (settled.length === 0) return
      const ids = settled
      settled = []
      try {
        await db.run`UPDATE outbox_event SET published_at = UTC_TIMESTAMP(6) WHERE id IN (${list(ids)})`
      } catch (error) {
        settled.push(...ids)
        throw error
      }
      for (const id of ids) underWay.delete(id)
    },
  }
}

/** Deletes rows that were published 7 days ago, in small batches. */
export const purgeOutbox = async (db: Database): Promise<void> => {
  for (let round = 0; round < purgeRounds; round++) {
    const { affectedRows } =
      await db.run`DELETE FROM outbox_event WHERE published_at < ${sql`UTC_TIMESTAMP(6) - INTERVAL 7 DAY`} LIMIT ${purgeBatch}`
    if (affectedRows < purgeBatch) return
  }
}

/** One round after another of: hold the lease, mark what is done, send what is new. */
const pumpOf = (options: RelayOptions, onSettled: () => void, isStopped: () => boolean) => {
  const { db, transport, crash } = options
  const lease = leaseKeeper(options)
  const rows = outboxReader(db)
  const books = ledger(db)
  let housework = performance.now()

  const hold = async (): Promise<boolean> => {
    const state = await lease.hold()
    if (state === 'taken') rows.reset()
    return state !== 'no'
  }

  /** What the brokers will never take goes aside, so that the rest goes on. Of a dead letter only the copy is missing then; an event is told at every check until somebody looks. */
  const refused = async (fresh: readonly OutboxRow[], error: RecordTooLarge): Promise<void> => {
    const [row, ...others] = fresh
    if (row === undefined) return
    if (others.length > 0) {
      books.abandon(fresh.map(({ id }) => id))
      for (const each of fresh) await send([each])
      return
    }
    options.log.error({ err: error, event: row.event_id, topic: row.topic }, 'an event is too large to be sent')
    await db.run`UPDATE outbox_event SET attempts = attempts + 1, last_error = ${error.message} WHERE id = ${row.id}`
    if (row.topic.endsWith('.dlq')) books.settle(row.id)
  }

  const send = async (fresh: readonly OutboxRow[]): Promise<void> => {
    const ids = new Map(fresh.map((row) => [recordOf(row), row.id]))
    books.begin(ids.values())
    if (transport.kind === 'kafka') crash?.('before-send', fresh[0]?.event_type ?? '')
    try {
      await transport.send([...ids.keys()], (record) => {
        const id = ids.get(record)
        if (id === undefined) return
        books.settle(id)
        onSettled()
      })
    } catch (error) {
      if (error instanceof RecordTooLarge) return refused(fresh, error)
      books.abandon(ids.values())
      const message = error instanceof Error ? error.message : String(error)
      await db.run`UPDATE outbox_event SET attempts = attempts + 1, last_error = ${message.slice(0, 500)} WHERE id = ${fresh[0]?.id ?? 0}`
      throw error
    }
    if (transport.kind === 'kafka') crash?.('after-ack-before-mark', fresh[0]?.event_type ?? '')
    options.observe?.(Date.now() - (fresh[0]?.occurred_at.getTime() ?? Date.now()))
  }

  /** Sends what is new; rows that are under way already are not sent again. @returns how many rows were read, and whether there may be more */
  const sendNext = async (): Promise<{ read: number; more: boolean }> => {
    if (books.size() > maxUnderWay) return { read: 0, more: false }
    const found = await rows.next(batchSize)
    const fresh = found.filter((row) => !books.has(row.id))
    let sent = 0
    try {
      for (const batch of batchesOf(fresh)) {
        await send(batch)
        sent += batch.length
      }
    } catch (error) {
      rows.putBack(fresh.slice(sent))
      throw error
    }
    // What is committed from here on comes with a signal of its own, or with the next poll.
    return { read: found.length, more: found.length >= batchSize }
  }

  const keepHouse = async (): Promise<void> => {
    if (performance.now() - housework < houseworkMs) return
    housework = performance.now()
    // Reading from the beginning now and then finds whatever could have been missed.
    rows.reset()
    await purgeOutbox(db)
  }

  return {
    busy: () => books.size() > 0,
    crowded: () => books.size() > maxUnderWay,
    mark: books.mark,
    drop: lease.drop,
    /** @param read false when only marks are due */
    pump: async (read: boolean): Promise<boolean> => {
      let did = false
      if (!(await hold())) return false
      await books.mark()
      for (let more = read; more && !isStopped(); ) {
        const sent = await sendNext()
        did ||= sent.read > 0
        more = sent.more
        if (more && !(await hold())) break
      }
      await keepHouse()
      return did
    },
  }
}

/** Starts the relay. A commit wakes it in-process; the poll is only a safety net and finds rows of other processes. */
export const startRelay = (options: RelayOptions): Worker => {
  const { db, log } = options
  let stopped = false
  let failures = 0
  let running: Promise<boolean> | null = null
  let wanted: 'nothing' | 'marks' | 'rows' = 'nothing'
  let marking: NodeJS.Timeout | null = null

  const markSoon = (): void => {
    if (crowded()) wake('marks')
    marking ??= setTimeout(() => {
      marking = null
      wake('marks')
    }, markMs)
  }
  const { pump, mark, drop, busy, crowded } = pumpOf(options, markSoon, () => stopped)

  const round = async (read: boolean): Promise<boolean> => {
    try {
      const did = await pump(read)
      failures = 0
      return did
    } catch (error) {
      failures += 1
      if (failures === 1 || failures % 50 === 0)
        log.warn({ err: error, failures }, 'the outbox could not be sent; it will be tried again')
      return false
    }
  }
  const run = (read: boolean): Promise<boolean> => {
    wanted = 'nothing'
    running ??= round(read).finally(() => {
      running = null
      // After a failure the poll tries again, at its own pace.
      if (wanted !== 'nothing' && !stopped && failures === 0) void run(wanted === 'rows')
    })
    return running
  }
  const wake = (reason: 'marks' | 'rows'): void => {
    if (stopped) return
    if (wanted !== 'rows') wanted = reason
    if (!running && (failures === 0 || reason === 'rows')) void run(wanted === 'rows')
  }

  const unlisten = db.onSignal(outboxSignal, () => {
    if (failures === 0) wake('rows')
  })
  const timer = setInterval(() => {
    // Backs off to one try in ten polls while the transport or the database is down.
    if (failures < 5 || Math.random() < 0.1) wake('rows')
  }, pollMs)
  wake('rows')

  return {
    tick: async () => {
      if (running) await running
      const did = await run(true)
      return did || busy()
    },
    stop: async () => {
      stopped = true
      clearInterval(timer)
      if (marking) clearTimeout(marking)
      unlisten()
      if (running) await running
      try {
        await mark()
        await drop()
      } catch (error) {
        log.warn({ err: error }, 'the relay could not give its lease back; a standby takes over when it lapses')
      }
    },
  }
}
