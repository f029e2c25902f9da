// One transaction from its first statement to its end: on a session that never commits by itself, within limits, given back clean.
import type { EventEmitter } from 'node:events'
import type { Pool, PoolConnection } from 'mariadb'
import type { Queryable, Tx, Written } from './database.ts'
import { asConflict, TransactionTimeout } from './errors.ts'
import { type Sql, type SqlValue, sql } from './sql.ts'

const transactionMs = 10_000

export type Run = (text: string, values: readonly SqlValue[]) => Promise<unknown>

export const queryable = (run: Run, dbNow: () => Sql): Queryable => ({
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

/** Interrupts the statement under way when the time is up. @returns stops it; the connection is then nobody's target any more */
const interrupter = (plain: Pool, connection: PoolConnection, patienceMs: number | undefined): (() => Promise<void>) => {
  if (patienceMs === undefined || connection.threadId === null) return async () => undefined
  let interrupted: Promise<unknown> = Promise.resolve()
  const timer = setTimeout(() => {
    // When it cannot be sent, the limits of the statement and of the transaction hold all the same.
    interrupted = plain.query(`KILL QUERY ${connection.threadId}`).catch(() => undefined)
  }, patienceMs)
  return async () => {
    clearTimeout(timer)
    await interrupted
  }
}

export interface Surroundings {
  /** Sessions that never commit by themselves: a transaction begins with its first statement, and nothing in it can be torn off. */
  transactions: Pool
  /** Sessions in which each statement is a transaction. */
  plain: Pool
  signals: EventEmitter
  shared: Map<symbol, unknown>
  dbNow: () => Sql
}

interface OpenTx {
  tx: Tx
  /** Flushes the hooks and reports a statement that failed, even one whose error was caught. */
  finish(): Promise<void>
  committed(): void
  end(): void
  /** Whether any statement was sent. */
  used(): boolean
}

const openTx = (connection: PoolConnection, { plain, dbNow, signals, shared }: Surroundings): OpenTx => {
  const before = { first: new Map<symbol, () => Promise<void>>(), last: new Map<symbol, () => Promise<void>>() }
  const after: (() => void)[] = []
  const signalled = new Set<string>()
  let ended = false
  let used = false
  let failure: unknown
  const unread: Promise<unknown>[] = []
  const run: Run = async (text, values) => {
    if (ended) throw new Error('this transaction has ended')
    if (failure !== undefined) throw failure
    used = true
    try {
      return await connection.query(text, [...values])
    } catch (error) {
      const told = asConflict(error)
      // The first one is the cause; what was sent behind it may fail for it.
      failure ??= told
      throw told
    }
  }
  const base = queryable(run, dbNow)
  const tx = {
    rows: base.rows,
    one: base.one,
    run: base.run,
    write: (strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]) => {
      const { text, values } = sql(strings, ...parts)
      // A failure is remembered by `run`.
      unread.push(run(text, values).catch(() => undefined))
    },
    get dbNow() {
      return dbNow()
    },
    locals: new Map<symbol, unknown>(),
    shared,
    beforeCommit: (key: symbol, hook: () => Promise<void>, last = false) => void before[last ? 'last' : 'first'].set(key, hook),
    afterCommit: (hook: () => void) => void after.push(hook),
    signal: (name: string) => void signalled.add(name),
    within: async <T>(milliseconds: number, work: () => Promise<T>): Promise<T> => {
      const calm = interrupter(plain, connection, milliseconds)
      try {
        return await work()
      } finally {
        await calm()
      }
    },
  } as Tx
  return {
    tx,
    finish: async () => {
      for (const hook of before.first.values()) await hook()
      for (const hook of before.last.values()) await hook()
      await Promise.all(unread)
      if (failure !== undefined) throw failure
    },
    committed: () => {
      for (const hook of after) hook()
      for (const name of signalled) signals.emit(name)
    },
    end: () => {
      ended = true
    },
    used: () => used,
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Rejects when `work` takes too long. The work itself cannot be stopped, but its transaction is over, so its statements fail. */
const limited = <T>(work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new TransactionTimeout(transactionMs)), transactionMs)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

/** Gives a connection back as the pool expects it. One that cannot be brought there is dropped, and the server rolls back by itself. */
const giveBack = async (connection: PoolConnection, state: { done: boolean; hopeless: boolean }): Promise<void> => {
  try {
    if (state.hopeless || !connection.isValid()) return connection.destroy()
    // Said outright: the driver's own `rollback` says nothing when it believes that there is no transaction.
    if (!state.done) await connection.query('ROLLBACK')
    await connection.release()
  } catch {
    // It died meanwhile; what the caller must know, it has been told by the statement that failed.
    connection.destroy()
  }
}

/** Runs `work` once, in a transaction of its own. */
export const attempt = async <T>(
  surroundings: Surroundings,
  work: (tx: Tx) => Promise<T>,
  patienceMs: number | undefined,
): Promise<T> => {
  const connection = await surroundings.transactions.getConnection()
  const open = openTx(connection, surroundings)
  const calm = interrupter(surroundings.plain, connection, patienceMs)
  let done = false
  let hopeless = false
  const perform = async (): Promise<T> => {
    const result = await work(open.tx)
    await open.finish()
    open.end()
    if (open.used()) await connection.query('COMMIT')
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
    await giveBack(connection, { done: done || !open.used(), hopeless })
  }
}
