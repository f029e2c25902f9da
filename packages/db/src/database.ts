// The connections of a service and the only way to open a transaction. Decisions are conditional UPDATEs or FOR UPDATE at READ COMMITTED.
import { EventEmitter } from 'node:events'
import mariadb, { type Pool } from 'mariadb'
import { connect, connectionOptions, dialectOf, sqlMode } from './connection.ts'
import { asConflict, ConflictError, isRetryable } from './errors.ts'
import { patient } from './patience.ts'
import { type Sql, type SqlValue, sql } from './sql.ts'
import { attempt, pause, queryable, type Run } from './transaction.ts'

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
  /**
   * A statement that writes and whose outcome nobody reads. It is on its way at once, in the order of the code, and not waited for; when it
   * fails, the transaction fails with its error, at COMMIT at the latest. Several in a row cost one round trip.
   */
  write(strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]): void
  /** Runs inside the transaction, right before COMMIT, once per key. `last`: behind all that are not, for what they may still add to. */
  beforeCommit(key: symbol, hook: () => Promise<void>, last?: boolean): void
  /** Runs after COMMIT succeeded; must not throw. */
  afterCommit(hook: () => void): void
  /** Tells the listeners of `Database.onSignal`, once, after COMMIT succeeded: "there is a new outbox row". */
  signal(name: string): void
  /** Interrupts the statement of `work` that is under way after so many milliseconds: it then fails with errno 1317, and the transaction with it. */
  within<T>(milliseconds: number, work: () => Promise<T>): Promise<T>
  /** A place for modules to keep per-transaction state under their own symbol. */
  readonly locals: Map<symbol, unknown>
  /** The same as `Database.shared`. */
  readonly shared: Map<symbol, unknown>
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
   * lock waits run it again from the start (at most 5 times), so `work` must not keep state outside. No I/O inside. Statements are carried
   * out in the order in which they are sent, so those that do not need each other's answers may be awaited together.
   * It may take 10 s: then it is rolled back, and what it still tries fails.
   * @throws ConflictError when a unique key was taken, TransactionTimeout
   */
  tx<T>(work: (tx: Tx) => Promise<T>, limits?: TxLimits): Promise<T>
  /** Calls `listener` after every commit whose transaction signalled `name`. @returns a function that stops listening */
  onSignal(name: string, listener: () => void): () => void
  /** A place for modules to keep, under their own symbol, what lives as long as this database is open. */
  readonly shared: Map<symbol, unknown>
  /** For Prisma's adapter, which shares the connections of statements outside transactions. */
  readonly pool: Pool
  readonly dialect: 'mysql' | 'mariadb'
  readonly name: string
  ping(): Promise<void>
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** `mysql://user:password@host:port/database` */
  url: string
  /** Connections at most, of each kind: for transactions, and for statements outside any; 10 when left out. */
  poolSize?: number
  /** Milliseconds that the service's clock is ahead of the database's; 0 in production, moved by tests. */
  clockOffsetMs?: () => number
  /** How long a connection may be silent before it counts as dead, with everything that waits for it; 20 s when left out. */
  silenceMs?: number
}

const lockWaitSec = 3
/** A second more than a lock wait: on MariaDB the limit counts waiting too, and a wait that ends as 1205 is tried again. */
const statementSec = 4
const maxTries = 6
/** Longer than any statement may take. A way that broke without a word would be waited for without end. */
const usualSilenceMs = 20_000

/** Opens a pool. Reads the server's version first, since the statement limit is spelled differently on each engine. */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const probe = await connect(options.url)
  const dialect = await dialectOf(probe).finally(() => probe.end())
  const limit = dialect === 'mysql' ? `max_execution_time=${statementSec * 1000}` : `max_statement_time=${statementSec}`
  const poolOf = (connectionLimit: number, autocommit: 0 | 1): Pool =>
    patient(
      mariadb.createPool({
        ...connectionOptions(options.url),
        connectionLimit,
        minimumIdle: 1,
        idleTimeout: 60,
        acquireTimeout: 5000,
        socketTimeout: options.silenceMs ?? usualSilenceMs,
        prepareCacheLength: 0,
        initSql: [
          `SET SESSION sql_mode='${sqlMode}', time_zone='+00:00', innodb_lock_wait_timeout=${lockWaitSec}, ${limit}, autocommit=${autocommit}`,
          'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
        ],
      }),
    )
  const { poolSize = 10 } = options
  const plain = poolOf(poolSize, 1)
  const transactions = poolOf(poolSize, 0)
  const signals = new EventEmitter().setMaxListeners(0)
  const shared = new Map<symbol, unknown>()
  const offsetMs = options.clockOffsetMs ?? (() => 0)
  const dbNow = (): Sql =>
    offsetMs() === 0
      ? { text: 'UTC_TIMESTAMP(6)', values: [] }
      : sql`(UTC_TIMESTAMP(6) + INTERVAL ${Math.round(offsetMs() * 1000)} MICROSECOND)`
  const single: Run = async (text, values) => {
    try {
      return await plain.query(text, [...values])
    } catch (error) {
      throw asConflict(error)
    }
  }
  const tx = async <T>(work: (tx: Tx) => Promise<T>, limits: TxLimits = {}): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt({ transactions, plain, signals, shared, dbNow }, work, limits.patienceMs)
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
    shared,
    pool: plain,
    dialect,
    name: new URL(options.url).pathname.slice(1),
    ping: async () => {
      await plain.query('SELECT 1')
    },
    close: async () => {
      await Promise.all([plain.end(), transactions.end()])
    },
  }
}
