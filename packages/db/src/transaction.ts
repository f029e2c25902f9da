// Transaction runner: runs work once on a connection that never commits by itself, within its limits, and releases the connection clean.
import type { EventEmitter } from 'node:events'
import { withTimeout } from '@cartwright/concurrency'
import type { ConnectionSource, PoolConnection } from './connection-source.ts'
import { isRetryable, TransactionTimeout } from './errors.ts'
import { sendOneByOne, sendPipelined } from './pipelining.ts'
import { createQueryable } from './queryable.ts'
import { type Sql, type SqlValue, sql } from './sql.ts'
import { startStatementTimeout } from './statement-timeout.ts'
import { createHooks, type TransactionHooks } from './transaction-hooks.ts'
import { createStatements, type TransactionStatements } from './transaction-statements.ts'
import type { Send, TransactionTotals, Tx } from './types.ts'

const transactionMs = 10_000

export interface TransactionContext {
  /** Sessions with `autocommit=0`: a transaction begins with its first statement, and no statement can run outside of it. */
  transactions: ConnectionSource
  /** Sessions in which each statement is a transaction. */
  autocommit: ConnectionSource
  signals: EventEmitter
  databaseScope: Map<symbol, unknown>
  dbNow: () => Sql
  pipelining: boolean
}

interface OpenTx {
  tx: Tx
  /** Sends a statement behind those of the transaction, also after its end: COMMIT and ROLLBACK. */
  send: Send
  statements: TransactionStatements
  hooks: TransactionHooks
}

const openTx = (connection: PoolConnection, context: TransactionContext): OpenTx => {
  const { autocommit, dbNow, signals, databaseScope, pipelining } = context
  const sendOnConnection: Send = (text, values) => connection.query(text, [...values])
  const send = pipelining ? sendPipelined(sendOnConnection) : sendOneByOne(sendOnConnection)
  const statements = createStatements(send)
  const hooks = createHooks(signals)
  const { rows, one, run } = createQueryable(statements.send, dbNow)
  const tx = {
    rows,
    one,
    run,
    get dbNow() {
      return dbNow()
    },
    write: (strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]) => {
      const { text, values } = sql(strings, ...parts)
      statements.write(text, values)
    },
    beforeCommit: hooks.beforeCommit,
    afterCommit: hooks.afterCommit,
    signal: hooks.signal,
    withTimeout: async <T>(milliseconds: number, work: () => Promise<T>): Promise<T> => {
      const clear = startStatementTimeout(autocommit, connection, milliseconds)
      try {
        return await work()
      } finally {
        await clear()
      }
    },
    scope: new Map<symbol, unknown>(),
    databaseScope,
  } as Tx
  return { tx, send, statements, hooks }
}

interface Outcome {
  /** COMMIT succeeded, or nothing was sent. */
  isFinished: boolean
  hasTimedOut: boolean
}

/** Leaves no open transaction on the connection. A connection that cannot be cleaned is destroyed, and the server rolls back. */
const endTransaction = async (
  connection: PoolConnection,
  source: ConnectionSource,
  send: Send,
  outcome: Outcome,
): Promise<void> => {
  try {
    if (outcome.hasTimedOut || !connection.isValid()) return connection.destroy()
    // As a statement: the driver's own `rollback` sends nothing when the driver believes that there is no transaction.
    if (!outcome.isFinished) await send('ROLLBACK', [])
    await source.release(connection)
  } catch {
    // The connection died meanwhile. The caller knows the cause from the statement that failed.
    connection.destroy()
  }
}

/** Runs `work` once in a transaction of its own. */
export const runAttempt = async <T>(
  context: TransactionContext,
  work: (tx: Tx) => Promise<T>,
  timeoutMs: number | undefined,
  totals: TransactionTotals | null,
): Promise<T> => {
  const { autocommit, transactions } = context
  const connection = await transactions.acquire()
  const { tx, send, statements, hooks } = openTx(connection, context)
  const clear = startStatementTimeout(autocommit, connection, timeoutMs)
  let isCommitted = false
  let hasTimedOut = false
  const runToCommit = async (): Promise<T> => {
    const result = await work(tx)
    await hooks.runBeforeCommit()
    await statements.settle()
    statements.end()
    if (statements.count() > 0) await send('COMMIT', [])
    isCommitted = true
    return result
  }
  try {
    // The work itself cannot be stopped. Its transaction ends, so its later statements fail.
    const result = await withTimeout(transactionMs, runToCommit(), () => new TransactionTimeout(transactionMs))
    hooks.runAfterCommit()
    return result
  } catch (error) {
    hasTimedOut = error instanceof TransactionTimeout
    // After a deadlock the server has rolled back: the work's next reads miss its own writes, and what it concludes is wrong.
    throw !hasTimedOut && isRetryable(statements.failure()) ? statements.failure() : error
  } finally {
    statements.end()
    if (totals) {
      totals.attempts += 1
      totals.statements += statements.count()
    }
    const cleared = clear()
    // A connection that is about to be destroyed may be interrupted later without harm.
    if (!hasTimedOut) await cleared
    await endTransaction(connection, transactions, send, { isFinished: isCommitted || statements.count() === 0, hasTimedOut })
  }
}
