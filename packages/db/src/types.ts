// Types of a database and its transactions.
import type { Pool } from 'mariadb'
import type { Sql, SqlValue } from './sql.ts'

/** Result of a statement that writes. `insertId` is 0 when the table has no counter. */
export interface Written {
  affectedRows: number
  insertId: number
}

type Tagged<R> = (strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]) => Promise<R>

/** Sends one statement and resolves with the driver's result: rows, or what was written. */
export type Send = (text: string, values: readonly SqlValue[]) => Promise<unknown>

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
   * Sends a statement whose result the caller does not read, and does not wait for the answer. The server runs statements in the order of
   * the code. A statement that fails fails the transaction, at COMMIT at the latest.
   */
  write(strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]): void
  /** Runs `hook` in the transaction right before COMMIT, once per key. Hooks with `last` run after all other hooks. */
  beforeCommit(key: symbol, hook: () => Promise<void>, last?: boolean): void
  /** Runs `hook` after COMMIT succeeded. The hook must not throw. */
  afterCommit(hook: () => void): void
  /** Calls the listeners of `Database.onSignal` once, after COMMIT succeeded: "there is a new outbox row". */
  signal(name: string): void
  /** Interrupts the running statement of `work` after `milliseconds`: it fails with errno 1317, and the transaction fails with it. */
  withTimeout<T>(milliseconds: number, work: () => Promise<T>): Promise<T>
  /** Storage that lasts as long as this transaction. Each module uses its own symbol as key. */
  readonly scope: Map<symbol, unknown>
  /** The same as `Database.scope`. */
  readonly databaseScope: Map<symbol, unknown>
}

/** Narrower limits, for a transaction whose caller has another way to do the work. */
export interface TxLimits {
  /** Milliseconds until the running statement is interrupted, which fails the transaction. */
  timeoutMs?: number
  /** How often the transaction runs at most when it meets deadlocks or lock waits. */
  maxTries?: number
}

export interface PoolState {
  active: number
  idle: number
  waiting: number
}

/** What a transaction took, counted while it runs. */
export interface TransactionTotals {
  statements: number
  /** More than 1 after a deadlock or a lock wait. */
  attempts: number
}

export interface Database extends Queryable {
  /**
   * Runs `work` in one READ COMMITTED transaction of at most 10 s. Any database error aborts the whole transaction, even a caught one.
   * After a deadlock or a lock wait `work` runs again from its start, at most five more times. Therefore `work` keeps no state outside and
   * does no I/O besides SQL. Statements that do not need each other's results may be awaited together.
   * @throws ConflictError when a unique key is taken, TransactionTimeout
   */
  tx<T>(work: (tx: Tx) => Promise<T>, limits?: TxLimits): Promise<T>
  /** Calls `listener` after every commit whose transaction signalled `name`. @returns a function that removes the listener */
  onSignal(name: string, listener: () => void): () => void
  /** Storage that lasts as long as this database is open. Each module uses its own symbol as key. */
  readonly scope: Map<symbol, unknown>
  /** The driver's own pool of autocommit sessions, for Prisma's adapter. Its acquire timeout is 5 s and is not retried. */
  readonly pool: Pool
  readonly dialect: 'mysql' | 'mariadb'
  readonly name: string
  /** Connections of both pools, and the callers that wait for one. */
  poolState(): PoolState
  ping(): Promise<void>
  close(): Promise<void>
}
