// Acquire retry: callers of a busy pool wait longer than the driver's timeout, callers of a pool without a server do not.
import { proxyOf, testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { isTransient } from './errors.ts'

const schema = testSchema('acquire_retry')
beforeAll(() => schema.create())
afterAll(() => schema.drop())

test("callers that wait longer than the pool's timeout are all served while the pool serves others", {
  timeout: 40_000,
}, async () => {
  const db = await openDatabase({ url: schema.url, poolSize: 1 })
  const started = performance.now()
  const inTransaction = () => db.tx((tx) => tx.one<{ slept: number }>`SELECT SLEEP(0.3) AS slept`)
  const single = () => db.one<{ slept: number }>`SELECT SLEEP(0.3) AS slept`
  const answers = await Promise.allSettled(Array.from({ length: 25 }, () => [inTransaction(), single()]).flat())
  expect(answers.filter(({ status }) => status === 'rejected')).toEqual([])
  expect(performance.now() - started).toBeGreaterThan(6000)
  await db.close()
})

test('callers that wait for a connection fail as transient when the server goes away', { timeout: 40_000 }, async () => {
  const proxy = await proxyOf(schema.url)
  const db = await openDatabase({ url: proxy.through(schema.url), poolSize: 2 })
  await db.one`SELECT 1 AS one`
  proxy.refuse()
  const started = performance.now()
  const answers = await Promise.allSettled(Array.from({ length: 50 }, () => db.tx((tx) => tx.one`SELECT 1 AS one`)))
  expect(answers.every((answer) => answer.status === 'rejected' && isTransient(answer.reason))).toBe(true)
  expect(performance.now() - started).toBeLessThan(12_000)
  await db.close()
  await proxy.stop()
})
