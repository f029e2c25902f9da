// Connections in trouble: destroyed ones, silent ones, and the types of their values.
import { eventually, proxyOf, testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from './connection.ts'
import { openDatabase } from './database.ts'
import { isTransient } from './errors.ts'

const schema = testSchema('connection')
beforeAll(() => schema.create())
afterAll(() => schema.drop())

test('a connection that is destroyed while the server goes away does not end the process', async () => {
  const killed = Promise.withResolvers<void>()
  await using proxy = await proxyOf(schema.url, {
    onRequest: (chunk) => {
      if (!chunk.includes('KILL ')) return
      proxy.refuse()
      killed.resolve()
    },
  })
  const connection = await connect(proxy.through(schema.url))
  const sleeping = connection.query('SELECT SLEEP(3)').catch((error: unknown) => error)
  connection.destroy()
  await killed.promise
  expect(isTransient(await sleeping)).toBe(true)
})

test('statements on a silent connection fail as transient: single statements and a rollback alike', async () => {
  await using proxy = await proxyOf(schema.url)
  const db = await openDatabase({ url: proxy.through(schema.url), poolSize: 2, socketTimeoutMs: 1500 })
  await db.ping()
  const entered = Promise.withResolvers<void>()
  const rolledBack = db.tx(async (tx) => {
    await tx.rows`SELECT 1`
    proxy.freeze()
    entered.resolve()
    throw new Error('changed my mind')
  })
  const rollbackError = rolledBack.catch((error: unknown) => error)
  await entered.promise
  const single = await db.ping().catch((error: unknown) => error)
  expect(isTransient(single)).toBe(true)
  expect(await rollbackError).toMatchObject({ message: 'changed my mind' })
  proxy.resume()
  await eventually('the pool answers', () => db.ping().then(() => true))
  await db.close()
})

test('values come back as the types that generated row interfaces promise', async () => {
  const connection = await connect(schema.url)
  await connection.query(
    `CREATE TABLE typed (a BIGINT, b DECIMAL(12,2), c DATETIME(6), d BOOLEAN, e LONGTEXT, f BINARY(2), g INT UNSIGNED)`,
  )
  await connection.query(
    `INSERT INTO typed VALUES (9007199254740991, 1.25, '2026-11-29 12:00:00.123456', TRUE, '{"a":1}', X'0102', 7)`,
  )
  expect(await connection.query('SELECT * FROM typed')).toEqual([
    { a: 9007199254740991, b: 1.25, c: new Date('2026-11-29T12:00:00.123Z'), d: 1, e: '{"a":1}', f: Buffer.from([1, 2]), g: 7 },
  ])
  await connection.end()
})
