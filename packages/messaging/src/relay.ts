// Moves committed outbox rows to the transport: one active relay per schema, publish → mark, never the reverse.
import { type Database, list, sql } from '@cartwright/db'
import { dropLease, leaseSec, renewMs, takeLease } from './lease.ts'
import { outboxSignal } from './publish.ts'
import type { Trace } from './trace.ts'
import type { Transport } from './transport/transport.ts'
import { headersOf, type WireRecord } from './wire.ts'

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
}

/** A part that works by itself and can be asked to do what is due now. */
export interface Worker {
  /** Does what is due. @returns whether anything was done or is under way */
  tick(): Promise<boolean>
  stop(): Promise<void>
}

interface OutboxRow {
  id: number
  event_id: string
  event_type: string
  schema_version: number
  aggregate_version: number
  topic: string
  partition_key: string
  payload: string
  headers: string
  occurred_at: Date
}

const leaseName = 'relay'
const batchSize = 500
const pollMs = 200
const purgeEveryMs = 60_000

const recordOf = (row: OutboxRow): WireRecord => {
  const trace = JSON.parse(row.headers) as Trace
  return {
    topic: row.topic,
    key: row.partition_key,
    value: row.payload,
    headers: headersOf({
      id: row.event_id,
      type: row.event_type,
      version: row.schema_version,
      source: `/cartwright/${row.topic.split('.')[0]}`,
      subject: row.partition_key,
      time: row.occurred_at,
      sequence: row.aggregate_version,
      ...trace,
    }),
  }
}

/** Starts the relay. A commit wakes it in-process; the poll is only a safety net and finds rows of other processes. */
export const startRelay = (options: RelayOptions): Worker => {
  const { db, transport, owner, log } = options
  const underWay = new Map<number, WireRecord>()
  let settledIds: number[] = []
  let leaseUntil = 0
  let renewed = 0
  let purged = 0
  let stopped = false
  let failures = 0
  let running: Promise<boolean> | null = null
  let again = false
  let stolen = options.alone !== true

  const holdLease = async (): Promise<boolean> => {
    const now = performance.now()
    if (now < leaseUntil && now - renewed < renewMs) return true
    if (!(await takeLease(db, leaseName, owner, !stolen))) return false
    stolen = true
    renewed = now
    leaseUntil = now + leaseSec * 1000
    return true
  }

  const mark = async (): Promise<void> => {
    if (settledIds.length === 0) return
    const ids = settledIds
    settledIds = []
    try {
      await db.run`UPDATE outbox_event SET published_at = UTC_TIMESTAMP(6) WHERE id IN (${list(ids)})`
    } catch (error) {
      settledIds.push(...ids)
      throw error
    }
    for (const id of ids) underWay.delete(id)
  }

  const sendOnce = async (): Promise<number> => {
    const rows = await db.rows<OutboxRow>`SELECT id, event_id, event_type, schema_version, aggregate_version, topic, partition_key, payload, headers, occurred_at
      FROM outbox_event WHERE published_at IS NULL AND available_at <= UTC_TIMESTAMP(6) ORDER BY id LIMIT ${batchSize + underWay.size}`
    const fresh = rows.filter((row) => !underWay.has(row.id)).slice(0, batchSize)
    if (fresh.length === 0) return 0
    const ids = new Map(fresh.map((row) => [recordOf(row), row.id]))
    for (const [record, id] of ids) underWay.set(id, record)
    try {
      await transport.send([...ids.keys()], (record) => {
        const id = ids.get(record)
        if (id === undefined) return
        settledIds.push(id)
        if (transport.kind === 'memory') wake()
      })
    } catch (error) {
      for (const id of ids.values()) underWay.delete(id)
      const message = error instanceof Error ? error.message : String(error)
      await db.run`UPDATE outbox_event SET attempts = attempts + 1, last_error = ${message.slice(0, 500)} WHERE id = ${fresh[0]?.id ?? 0}`
      throw error
    }
    options.observe?.(Date.now() - (fresh[0]?.occurred_at.getTime() ?? Date.now()))
    return fresh.length
  }

  const purge = async (): Promise<void> => {
    if (performance.now() - purged < purgeEveryMs) return
    purged = performance.now()
    await db.run`DELETE FROM outbox_event WHERE published_at < ${sql`UTC_TIMESTAMP(6) - INTERVAL 7 DAY`} LIMIT 1000`
  }

  const pump = async (): Promise<boolean> => {
    let did = false
    try {
      if (!(await holdLease())) return false
      await mark()
      while (!stopped && (await sendOnce()) > 0) {
        did = true
        await mark()
        if (!(await holdLease())) break
      }
      await purge()
      failures = 0
    } catch (error) {
      failures += 1
      if (failures === 1 || failures % 50 === 0) log.warn({ err: error, failures }, 'the outbox could not be sent; it will be tried again')
    }
    return did
  }

  const run = (): Promise<boolean> => {
    running ??= pump().finally(() => {
      running = null
      if (again && !stopped) {
        again = false
        if (failures === 0) void run()
      }
    })
    return running
  }

  const wake = () => {
    if (stopped) return
    if (running) again = true
    else void run()
  }

  const unlisten = db.onSignal(outboxSignal, wake)
  const timer = setInterval(() => {
    // Backs off to one try in ten polls while the transport or the database is down.
    if (failures < 5 || Math.random() < 0.1) wake()
  }, pollMs)
  wake()

  return {
    tick: async () => {
      if (running) await running
      const did = await run()
      return did || underWay.size > 0 || settledIds.length > 0
    },
    stop: async () => {
      stopped = true
      clearInterval(timer)
      unlisten()
      if (running) await running
      try {
        await mark()
        await dropLease(db, leaseName, owner)
      } catch (error) {
        log.warn({ err: error }, 'the relay could not give its lease back; a standby takes over when it lapses')
      }
    },
  }
}
