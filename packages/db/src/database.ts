// Database: opens the pools of a service, and is the only way to open a transaction. Decisions are conditional UPDATEs or FOR UPDATE.
import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import mariadb, { type Pool } from 'mariadb'
import { retryAcquire } from './acquire-retry.ts'
import { connect, connectionOptions, dialectOf, sqlMode } from './connection.ts'
import { type ConnectionSource, createConnectionSource } from './connection-source.ts'
import { asConflict, ConflictError, isRetryable } from './errors.ts'
import { createQueryable } from './queryable.ts'
import { type Sql, sql } from './sql.ts'
import { runAttempt, type TransactionContext } from './transaction.ts'
import type { Database, PoolState, Send, TransactionTotals, Tx, TxLimits } from './types.ts'

export interface DatabaseOptions {
  /** `mysql://user:password@host:port/database` */
  url: string
  /** Connections at most in each of the two pools: for transactions, and for single statements. 10 by default. */
  poolSize?: number
  /** Milliseconds that the service's clock is ahead of the database's. 0 in production, moved by tests. */
  clockOffsetMs?: () => number
  /** A connection that is silent for so long counts as dead, and its statements fail. 20 s by default, longer than any statement may take. */
  socketTimeoutMs?: number
  /** Wraps each transaction with its retries, for example in a span of a trace. */
  aroundTransaction?: <T>(of: Pick<Database, 'dialect' | 'name'>, run: (totals: TransactionTotals) => Promise<T>) => Promise<T>
  /** Optimisation: sends a statement of a transaction before earlier ones are answered (`pipelining.ts`). True by default. */
  pipelining?: boolean
}

const lockWaitSec = 3
/** Longer than a lock wait: on MariaDB the limit includes waiting, and only a lock wait that ends as 1205 runs the transaction again. */
const statementSec = 4
const maxTries = 6

const createPool = (options: DatabaseOptions, dialect: Database['dialect'], autocommit: 0 | 1): Pool => {
  const limit = dialect === 'mysql' ? `max_execution_time=${statementSec * 1000}` : `max_statement_time=${statementSec}`
  return mariadb.createPool({
    ...connectionOptions(options.url),
    connectionLimit: options.poolSize ?? 10,
    minimumIdle: 1,
    idleTimeout: 60,
    acquireTimeout: 5000,
    socketTimeout: options.socketTimeoutMs ?? 20_000,
    prepareCacheLength: 0,
    initSql: [
      `SET SESSION sql_mode='${sqlMode}', time_zone='+00:00', innodb_lock_wait_timeout=${lockWaitSec}, ${limit}, autocommit=${autocommit}`,
      'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    ],
  })
}

const stateOf = (pools: readonly Pool[]): PoolState => {
  const sum = (count: (pool: Pool) => number) => pools.reduce((total, pool) => total + count(pool), 0)
  return {
    active: sum((pool) => pool.activeConnections()),
    idle: sum((pool) => pool.idleConnections()),
    waiting: sum((pool) => pool.taskQueueSize()),
  }
}

const createNow = (offsetMs: () => number) => (): Sql =>
  offsetMs() === 0
    ? { text: 'UTC_TIMESTAMP(6)', values: [] }
    : sql`(UTC_TIMESTAMP(6) + INTERVAL ${Math.round(offsetMs() * 1000)} MICROSECOND)`

const sendSingle =
  (source: ConnectionSource): Send =>
  async (text, values) => {
    try {
      return await source.query(text, values)
    } catch (error) {
      throw asConflict(error)
    }
  }

/** Runs a transaction again after a deadlock or a lock wait, with a random pause that grows. */
const runWithRetries = async <T>(
  context: TransactionContext,
  work: (tx: Tx) => Promise<T>,
  limits: TxLimits = {},
  totals: TransactionTotals | null = null,
): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await runAttempt(context, work, limits.timeoutMs, totals)
    } catch (error) {
      if (error instanceof ConflictError || !isRetryable(error) || tries >= (limits.maxTries ?? maxTries)) throw error
      await delay(Math.random() * 20 * 2 ** tries)
    }
  }
}

/** Opens the pools. Asks the server for its version first, because MySQL and MariaDB spell the statement limit differently. */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const probe = await connect(options.url)
  const dialect = await dialectOf(probe).finally(() => probe.end())
  const pool = createPool(options, dialect, 1)
  const autocommit = retryAcquire(createConnectionSource(pool))
  const transactionPool = createPool(options, dialect, 0)
  const transactions = retryAcquire(createConnectionSource(transactionPool))
  const signals = new EventEmitter().setMaxListeners(0)
  const name = new URL(options.url).pathname.slice(1)
  const scope = new Map<symbol, unknown>()
  const dbNow = createNow(options.clockOffsetMs ?? (() => 0))
  const { pipelining = true, aroundTransaction } = options
  const context = { transactions, autocommit, signals, databaseScope: scope, dbNow, pipelining }
  const { rows, one, run } = createQueryable(sendSingle(autocommit), dbNow)
  return {
    rows,
    one,
    run,
    get dbNow() {
      return dbNow()
    },
    tx: (work, limits) =>
      aroundTransaction
        ? aroundTransaction({ dialect, name }, (totals) => runWithRetries(context, work, limits, totals))
        : runWithRetries(context, work, limits),
    onSignal: (name, listener) => {
      signals.on(name, listener)
      return () => void signals.off(name, listener)
    },
    scope,
    pool,
    dialect,
    name,
    poolState: () => stateOf([pool, transactionPool]),
    ping: async () => {
      await autocommit.query('SELECT 1')
    },
    close: async () => {
      await Promise.all([autocommit.end(), transactions.end()])
    },
  }
}
