// A connection that is dropped in trouble: whatever happens to it then is nobody's end.
import { eventually, proxyOf, testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from './connection.ts'
import { openDatabase } from './database.ts'
import { isTransient } from './errors.ts'

const schema = testSchema('connection')
beforeAll(() => schema.create())
afterAll(() => schema.drop())

test('a connection that is given up while the server goes away takes nobody with it', async () => {
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

test('what waits for a connection that fell silent is told so: single statements, a rollback and an interruption alike', async () => {
  await using proxy = await proxyOf(schema.url)
  const db = await openDatabase({ url: proxy.through(schema.url), poolSize: 2, silenceMs: 1500 })
  await db.ping()
  const entered = Promise.withResolvers<void>()
  const rolledBack = db.tx(async (tx) => {
    await tx.rows`SELECT 1`
    proxy.freeze()
    entered.resolve()
    throw new Error('changed my mind')
  })
  const told = rolledBack.catch((error: unknown) => error)
  await entered.promise
  const single = await db.ping().catch((error: unknown) => error)
  expect(isTransient(single)).toBe(true)
  expect(await told).toMatchObject({ message: 'changed my mind' })
  proxy.resume()
  await eventually('the pool answers', () => db.ping().then(() => true))
  await db.close()
})
