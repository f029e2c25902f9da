// One pool per service and the only way to open a transaction. Decisions are conditional UPDATEs or FOR UPDATE at READ COMMITTED.
import { EventEmitter } from 'node:events'
import mariadb, { type Connection, type Pool, type PoolConnection } from 'mariadb'
import { connect, connectionOptions, dialectOf, sqlMode } from './connection.ts'
import { asConflict, ConflictError, isRetryable, TransactionTimeout } from './errors.ts'
import { type Sql, type SqlValue, sql } from './sql.ts'

/** Result of a statement that writes. `insertId` is 0 when the table has no counter. */
export interface Written {
  affectedRows: number
  insertId: number
}

type Tagged<R> = (strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]) => Promise<R>

/** What can run SQL: the database itself (one statement, autocommitted) or a transaction. */
export interface Queryable {
  /** All rows. */
  rows<T>(strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]): Promise<T[]>
  /** The first row, or null. */
  one<T>(strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]): Promise<T | null>
  /** A statement that writes. */
  run: Tagged<Written>
  /** UTC now on the service's clock, as SQL: the one source of time for deadlines, lifetimes and backoff. */
  readonly dbNow: Sql
}

declare const branded: unique symbol

/** An open transaction. Branded: only `Database.tx` makes one, so `publish(tx, …)` outside a transaction does not compile. */
export interface Tx extends Queryable {
  readonly [branded]: true
  /** Runs inside the transaction, right before COMMIT, once per key. */
  beforeCommit(key: symbol, hook: () => Promise<void>): void
  /** Runs after COMMIT succeeded; must not throw. */
  afterCommit(hook: () => void): void
  /** Tells the listeners of `Database.onSignal`, once, after COMMIT succeeded: "there is a new outbox row". */
  signal(name: string): void
  /** Seconds that statements from here on wait for a lock; the session's own limit holds again when the transaction has ended. */
  lockWait(seconds: number): Promise<void>
  /** A place for modules to keep per-transaction state under their own symbol. */
  readonly locals: Map<symbol, unknown>
}

/** Narrower limits, for a transaction whose caller has another way to do the work. */
export interface TxLimits {
  /** How long it may take before the statement under way is interrupted, and the transaction thereby fails. */
  patienceMs?: number
  /** How often it is run at most when it meets a deadlock or a lock wait. */
  maxTries?: number
}

export interface Database extends Queryable {
  /**
   * Runs `work` in one READ COMMITTED transaction. Any database error aborts the whole of it even when caught; deadlocks and
   * lock waits run it again from the start (at most 5 times), so `work` must not keep state outside. No I/O, no Promise.all inside.
   * It may take 10 s: then it is rolled back, and what it still tries fails.
   * @throws ConflictError when a unique key was taken, TransactionTimeout
   */
  tx<T>(work: (tx: Tx) => Promise<T>, limits?: TxLimits): Promise<T>
  /** Calls `listener` after every commit whose transaction signalled `name`. @returns a function that stops listening */
  onSignal(name: string, listener: () => void): () => void
  /** For Prisma's adapter, which shares the pool. */
  readonly pool: Pool
  readonly dialect: 'mysql' | 'mariadb'
  readonly name: string
  ping(): Promise<void>
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** `mysql://user:password@host:port/database` */
  url: string
  /** Connections at most; 10 when left out. */
  poolSize?: number
  /** Milliseconds that the service's clock is ahead of the database's; 0 in production, moved by tests. */
  clockOffsetMs?: () => number
}

const lockWaitSec = 3
/** A second more than a lock wait: on MariaDB the limit counts waiting too, and a wait that ends as 1205 is tried again. */
const statementSec = 4
const transactionMs = 10_000
const maxTries = 6

type Run = (text: string, values: readonly SqlValue[]) => Promise<unknown>

const queryable = (run: Run, dbNow: () => Sql): Queryable => ({
  rows: async <T>(strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]) => {
    const { text, values } = sql(strings, ...parts)
    return (await run(text, values)) as T[]
  },
  one: async <T>(strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]) => {
    const { text, values } = sql(strings, ...parts)
    return ((await run(text, values)) as T[])[0] ?? null
  },
  run: async (strings, ...parts) => {
    const { text, values } = sql(strings, ...parts)
    return (await run(text, values)) as Written
  },
  get dbNow() {
    return dbNow()
  },
})

interface OpenTx {
  tx: Tx
  /** Flushes the hooks and reports a statement that failed, even one whose error was caught. */
  finish(): Promise<void>
  committed(): void
  end(): void
  /** The session differs from what the pool hands out. */
  altered(): boolean
}

const openTx = (connection: Connection, dbNow: () => Sql, signals: EventEmitter): OpenTx => {
  const before = new Map<symbol, () => Promise<void>>()
  const after: (() => void)[] = []
  const signalled = new Set<string>()
  let ended = false
  let altered = false
  let failure: unknown
  const run: Run = async (text, values) => {
    if (ended) throw new Error('this transaction has ended')
    if (failure !== undefined) throw failure
    try {
      return await connection.query(text, [...values])
    } catch (error) {
      failure = asConflict(error)
      throw failure
    }
  }
  const base = queryable(run, dbNow)
  const tx = {
    rows: base.rows,
    one: base.one,
    run: base.run,
    get dbNow() {
      return dbNow()
    },
    locals: new Map<symbol, unknown>(),
    beforeCommit: (key: symbol, hook: () => Promise<void>) => void before.set(key, hook),
    afterCommit: (hook: () => void) => void after.push(hook),
    signal: (name: string) => void signalled.add(name),
    lockWait: async (seconds: number) => {
      altered = true
      await run('SET SESSION innodb_lock_wait_timeout = ?', [seconds])
      altered = seconds !== lockWaitSec
    },
  } as Tx
  return {
    tx,
    finish: async () => {
      for (const hook of before.values()) await hook()
      if (failure !== undefined) throw failure
    },
    committed: () => {
      for (const hook of after) hook()
      for (const name of signalled) signals.emit(name)
    },
    end: () => {
      ended = true
    },
    altered: () => altered,
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Rejects when `work` takes too long. The work itself cannot be stopped, but its transaction is over, so its statements fail. */
const limited = <T>(work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new TransactionTimeout(transactionMs)), transactionMs)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

/** Gives a connection back as the pool expects it. One that cannot be brought there is dropped, and the server rolls back by itself. */
const giveBack = async (
  connection: PoolConnection,
  state: { done: boolean; altered: boolean; hopeless: boolean },
): Promise<void> => {
  try {
    if (state.hopeless || !connection.isValid()) return connection.destroy()
    if (!state.done) await connection.rollback()
    if (state.altered) await connection.query(`SET SESSION innodb_lock_wait_timeout = ${lockWaitSec}`)
    await connection.release()
  } catch {
    // It died meanwhile; what the caller must know, it has been told by the statement that failed.
    connection.destroy()
  }
}

/** Interrupts the statement under way when the time is up. @returns stops it; the connection is then nobody's target any more */
const interrupter = (pool: Pool, connection: PoolConnection, patienceMs: number | undefined): (() => Promise<void>) => {
  if (patienceMs === undefined || connection.threadId === null) return async () => undefined
  let interrupted: Promise<unknown> = Promise.resolve()
  const timer = setTimeout(() => {
    // When it cannot be sent, the limits of the statement and of the transaction hold all the same.
    interrupted = pool.query(`KILL QUERY ${connection.threadId}`).catch(() => undefined)
  }, patienceMs)
  return async () => {
    clearTimeout(timer)
    await interrupted
  }
}

interface Surroundings {
  pool: Pool
  signals: EventEmitter
  dbNow: () => Sql
}

const attempt = async <T>(
  { pool, signals, dbNow }: Surroundings,
  work: (tx: Tx) => Promise<T>,
  patienceMs: number | undefined,
): Promise<T> => {
  const connection = await pool.getConnection()
  const open = openTx(connection, dbNow, signals)
  const calm = interrupter(pool, connection, patienceMs)
  let done = false
  let hopeless = false
  const perform = async (): Promise<T> => {
    await connection.beginTransaction()
    const result = await work(open.tx)
    await open.finish()
    open.end()
    await connection.commit()
    done = true
    return result
  }
  try {
    const result = await limited(perform())
    open.committed()
    return result
  } catch (error) {
    hopeless = error instanceof TransactionTimeout
    throw error
  } finally {
    open.end()
    // A connection that is dropped need not be waited for.
    const calmed = calm()
    if (!hopeless) await calmed
    await giveBack(connection, { done, altered: open.altered(), hopeless })
  }
}

/** Opens a pool. Reads the server's version first, since the statement limit is spelled differently on each engine. */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const probe = await connect(options.url)
  const dialect = await dialectOf(probe).finally(() => probe.end())
  const limit = dialect === 'mysql' ? `max_execution_time=${statementSec * 1000}` : `max_statement_time=${statementSec}`
  const pool = mariadb.createPool({
    ...connectionOptions(options.url),
    connectionLimit: options.poolSize ?? 10,
    minimumIdle: 1,
    idleTimeout: 60,
    acquireTimeout: 5000,
    prepareCacheLength: 0,
    initSql: [
      `SET SESSION sql_mode='${sqlMode}', time_zone='+00:00', innodb_lock_wait_timeout=${lockWaitSec}, ${limit}`,
      'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    ],
  })
  const signals = new EventEmitter().setMaxListeners(0)
  const offsetMs = options.clockOffsetMs ?? (() => 0)
  const dbNow = (): Sql =>
    offsetMs() === 0
      ? { text: 'UTC_TIMESTAMP(6)', values: [] }
      : sql`(UTC_TIMESTAMP(6) + INTERVAL ${Math.round(offsetMs() * 1000)} MICROSECOND)`
  const single: Run = async (text, values) => {
    try {
      return await pool.query(text, [...values])
    } catch (error) {
      throw asConflict(error)
    }
  }
  const tx = async <T>(work: (tx: Tx) => Promise<T>, limits: TxLimits = {}): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt({ pool, signals, dbNow }, work, limits.patienceMs)
      } catch (error) {
        if (error instanceof ConflictError || !isRetryable(error) || tries >= (limits.maxTries ?? maxTries)) throw error
        await pause(Math.random() * 20 * 2 ** tries)
      }
    }
  }
  const base = queryable(single, dbNow)
  return {
    rows: base.rows,
    one: base.one,
    run: base.run,
    get dbNow() {
      return dbNow()
    },
    tx,
    onSignal: (name, listener) => {
      signals.on(name, listener)
      return () => void signals.off(name, listener)
    },
    pool,
    dialect,
    name: new URL(options.url).pathname.slice(1),
    ping: async () => {
      await pool.query('SELECT 1')
    },
    close: () => pool.end(),
  }
}
