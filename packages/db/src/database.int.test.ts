// Transactions: what commits, what aborts, what runs again, and what happens when the server goes away.
import { eventually, proxyOf, testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { ConflictError, errnoOf, isTransient } from './errors.ts'
import { raw } from './sql.ts'
import type { Database, Tx } from './types.ts'

const schema = testSchema('db')
let db: Database
let offsetMs = 0

beforeAll(async () => {
  await schema.create()
  db = await openDatabase({ url: schema.url, clockOffsetMs: () => offsetMs })
  await db.run`CREATE TABLE account (
    id VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    balance BIGINT NOT NULL,
    email VARCHAR(60) NULL,
    UNIQUE KEY account_email (email)
  )`
})
afterAll(async () => {
  await db.close()
  await schema.drop()
})
beforeEach(async () => {
  offsetMs = 0
  await db.run`DELETE FROM account`
  await db.run`INSERT INTO account (id, balance) VALUES ('a', 100), ('b', 100)`
})

const balanceOf = async (id: string) => (await db.one<{ balance: number }>`SELECT balance FROM account WHERE id = ${id}`)?.balance
const add = (tx: Tx, id: string, amount: number) => tx.run`UPDATE account SET balance = balance + ${amount} WHERE id = ${id}`

test('a transaction commits everything or nothing', async () => {
  await db.tx(async (tx) => {
    await add(tx, 'a', -30)
    await add(tx, 'b', 30)
  })
  const broken = db.tx(async (tx) => {
    await add(tx, 'a', -30)
    throw new Error('changed my mind')
  })
  await expect(broken).rejects.toThrow('changed my mind')
  expect([await balanceOf('a'), await balanceOf('b')]).toEqual([70, 130])
})

test('a transaction reads what others have committed meanwhile', async () => {
  await db.tx(async (tx) => {
    const read = () => tx.one<{ balance: number }>`SELECT balance FROM account WHERE id = 'a'`
    expect((await read())?.balance).toBe(100)
    await db.run`UPDATE account SET balance = 55 WHERE id = 'a'`
    expect((await read())?.balance).toBe(55)
  })
})

test('two transactions that deadlock both commit in the end', async () => {
  const tries = { first: 0, second: 0 }
  const bothHold = Promise.withResolvers<void>()
  let holding = 0
  const move = (who: 'first' | 'second', from: string, to: string) =>
    db.tx(async (tx) => {
      tries[who] += 1
      await add(tx, from, -10)
      holding += 1
      if (holding === 2) bothHold.resolve()
      if (tries[who] === 1) await bothHold.promise
      await add(tx, to, 10)
    })
  await Promise.all([move('first', 'a', 'b'), move('second', 'b', 'a')])
  expect(tries.first + tries.second).toBeGreaterThan(2)
  expect([await balanceOf('a'), await balanceOf('b')]).toEqual([100, 100])
})

test('a transaction that waits 3 s for a lock runs again from its start', async () => {
  const release = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const holder = db.tx(async (tx) => {
    await add(tx, 'a', 1)
    locked.resolve()
    await release.promise
  })
  await locked.promise
  let tries = 0
  const waiter = db.tx(async (tx) => {
    tries += 1
    if (tries === 2) release.resolve()
    await add(tx, 'b', 1)
    await add(tx, 'a', 1)
  })
  await Promise.all([holder, waiter])
  expect(tries).toBe(2)
  expect([await balanceOf('a'), await balanceOf('b')]).toEqual([102, 101])
})

test('an error that the work swallows still aborts the transaction', async () => {
  const swallowing = db.tx(async (tx) => {
    await add(tx, 'a', 1)
    await tx.run`INSERT INTO account (id, balance) VALUES ('b', 0)`.catch(() => undefined)
    return 'done'
  })
  await expect(swallowing).rejects.toBeInstanceOf(ConflictError)
  expect(await balanceOf('a')).toBe(100)
})

test('a taken unique key throws a ConflictError that names the key', async () => {
  await db.run`UPDATE account SET email = 'x@example.com' WHERE id = 'a'`
  const taking = db.tx((tx) => tx.run`UPDATE account SET email = 'x@example.com' WHERE id = 'b'`)
  await expect(taking).rejects.toMatchObject({ name: 'ConflictError', key: 'account_email' })
  await expect(db.run`INSERT INTO account (id, balance) VALUES ('a', 1)`).rejects.toMatchObject({ key: 'PRIMARY' })
})

test('a transaction that has ended refuses statements', async () => {
  const escaped = await db.tx(async (tx) => ({ tx }))
  await expect(escaped.tx.run`DELETE FROM account`).rejects.toThrow('has ended')
})

test('a transaction that takes longer than 10 s is rolled back, and its late statements fail', async () => {
  const over = Promise.withResolvers<void>()
  const late = Promise.withResolvers<unknown>()
  const slow = db.tx(async (tx) => {
    await add(tx, 'a', 1)
    await over.promise
    await add(tx, 'b', 1).then(late.resolve, late.resolve)
  })
  const failure: unknown = await slow.then(
    () => null,
    (error: unknown) => error,
  )
  over.resolve()
  expect(failure).toMatchObject({ name: 'TransactionTimeout' })
  expect(isTransient(failure)).toBe(true)
  expect(await late.promise).toMatchObject({ message: 'this transaction has ended' })
  expect([await balanceOf('a'), await balanceOf('b')]).toEqual([100, 100])
})

test('a statement is interrupted after 4 s', async () => {
  const started = performance.now()
  const error: unknown = await db.rows`SELECT SLEEP(8) AS slept FROM account`.then(
    (rows) => rows,
    (failed: unknown) => failed,
  )
  expect(performance.now() - started).toBeLessThan(6000)
  expect([1969, 3024, 1317, undefined]).toContain(errnoOf(error))
})

test('hooks and signals run once, after COMMIT, and not after a rollback', async () => {
  const seen: string[] = []
  const unlisten = db.onSignal('news', () => seen.push('signal'))
  await db.tx(async (tx) => {
    tx.beforeCommit(Symbol.for('test'), async () => void seen.push('before'))
    tx.afterCommit(() => seen.push('after'))
    tx.signal('news')
    tx.signal('news')
    await add(tx, 'a', 1)
    expect(seen).toEqual([])
  })
  const broken = db.tx(async (tx) => {
    tx.signal('news')
    throw new Error('no')
  })
  await expect(broken).rejects.toThrow('no')
  unlisten()
  expect(seen).toEqual(['before', 'after', 'signal'])
})

test('a statement with a shorter limit fails with its transaction, and the connection stays usable', async () => {
  const one = await openDatabase({ url: schema.url, poolSize: 1 })
  const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holder = db.tx(async (tx) => {
    await tx.run`UPDATE account SET balance = balance + 1 WHERE id = 'a'`
    held.resolve()
    await release.promise
  })
  await held.promise
  const since = performance.now()
  const waiting = one.tx(async (tx) => {
    await tx.run`INSERT INTO account (id, balance) VALUES ('torn', 1)`
    await tx.withTimeout(200, () => tx.run`UPDATE account SET balance = balance + 1 WHERE id = 'a'`)
  })
  await expect(waiting).rejects.toMatchObject({ errno: 1317 })
  expect(performance.now() - since).toBeLessThan(2000)
  release.resolve()
  await holder
  await one.tx((tx) => tx.withTimeout(200, () => tx.run`UPDATE account SET balance = balance + 1 WHERE id = 'a'`))
  expect(await one.rows`SELECT id FROM account WHERE id = 'torn'`).toEqual([])
  await one.close()
})

test('a transaction whose first statement fails leaves no lock and no uncommitted row on its connection', async () => {
  const one = await openDatabase({ url: schema.url, poolSize: 1 })
  await expect(one.tx((tx) => tx.run`INSERT INTO account (id, balance) VALUES ('a', 1)`)).rejects.toBeInstanceOf(ConflictError)
  const broken = one.tx(async (tx) => {
    await tx.run`UPDATE account SET balance = 999 WHERE id = 'a'`
    throw new Error('no')
  })
  await expect(broken).rejects.toThrow('no')
  // A lock that was left over would make this statement wait until its limit.
  await db.tx((tx) => tx.withTimeout(1000, () => tx.run`DELETE FROM account WHERE id = 'a'`))
  await one.tx(async () => undefined)
  await one.tx((tx) => tx.run`INSERT INTO account (id, balance) VALUES ('a', 7)`)
  expect(await db.rows`SELECT balance FROM account WHERE id = 'a'`).toEqual([{ balance: 7 }])
  await one.close()
})

test('the service’s clock offset moves `dbNow`, in transactions and outside', async () => {
  const ahead = async () => {
    const sql = await db.one<{ micros: number }>`SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), ${db.dbNow}) AS micros`
    const inTx = await db.tx(
      (tx) => tx.one<{ micros: number }>`SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), ${tx.dbNow}) AS micros`,
    )
    return [sql?.micros, inTx?.micros]
  }
  expect(db.dbNow).toEqual(raw('UTC_TIMESTAMP(6)'))
  expect(await ahead()).toEqual([0, 0])
  offsetMs = 33 * 60_000 + 0.5
  expect(await ahead()).toEqual([1_980_000_500, 1_980_000_500])
})

test('dates, large integers and text come back as they were written', async () => {
  const at = new Date('2026-03-29T01:30:00.123Z')
  const row = await db.one<{
    at: Date
    big: number
    text: string
  }>`SELECT CAST(${at} AS DATETIME(6)) AS at, CAST(${9_007_199_254_740_991} AS SIGNED) AS big, ${'ü€😀'} AS text`
  expect(row).toEqual({ at, big: 9_007_199_254_740_991, text: 'ü€😀' })
})

test('the pool replaces a connection that the server killed during a transaction', async () => {
  const killed = db.tx(async (tx) => {
    const me = await tx.one<{ id: number }>`SELECT CONNECTION_ID() AS id`
    await add(tx, 'a', 1)
    await db.run`KILL ${raw(String(me?.id))}`
    await add(tx, 'b', 1)
  })
  const error: unknown = await killed.then(
    () => null,
    (failed: unknown) => failed,
  )
  expect(isTransient(error)).toBe(true)
  await Promise.all(Array.from({ length: 20 }, () => db.tx((tx) => add(tx, 'b', 1))))
  expect([await balanceOf('a'), await balanceOf('b')]).toEqual([100, 120])
})

test('the pool answers within 15 s after its server has returned', async () => {
  await using proxy = await proxyOf(schema.url)
  const remote = await openDatabase({ url: proxy.through(schema.url), poolSize: 4 })
  await Promise.all(Array.from({ length: 8 }, () => remote.ping()))
  proxy.refuse()
  const errors = await Promise.all(
    Array.from({ length: 6 }, () =>
      remote.ping().then(
        () => null,
        (failed: unknown) => failed,
      ),
    ),
  )
  expect(errors.every((error) => isTransient(error))).toBe(true)
  proxy.resume()
  const back = performance.now()
  await eventually('the pool answers', async () => {
    await Promise.all(Array.from({ length: 8 }, () => remote.ping()))
    return true
  })
  expect(performance.now() - back).toBeLessThan(15_000)
  await remote.close()
})

test('a transaction whose server falls silent fails as transient', async () => {
  await using proxy = await proxyOf(schema.url)
  const remote = await openDatabase({ url: proxy.through(schema.url), poolSize: 2 })
  const entered = Promise.withResolvers<void>()
  const hanging = remote.tx(async (tx) => {
    await add(tx, 'a', 1)
    proxy.freeze()
    entered.resolve()
    await add(tx, 'b', 1)
  })
  await entered.promise
  const error: unknown = await hanging.then(
    () => null,
    (failed: unknown) => failed,
  )
  expect(isTransient(error)).toBe(true)
  proxy.resume()
  await eventually('the pool answers', () => remote.ping().then(() => true))
  await eventually('the server has rolled back', async () => (await balanceOf('a')) === 100)
  await remote.close()
})
