// How long a crowd waits for a connection: while the pool is only busy, longer than the driver would; when the server is away, no longer.
import { proxyOf, testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { isTransient } from './errors.ts'

const schema = testSchema('patience')
beforeAll(() => schema.create())
afterAll(() => schema.drop())

test('a crowd that takes longer than a wait for a connection may last is served to the last', { timeout: 40_000 }, async () => {
  const db = await openDatabase({ url: schema.url, poolSize: 1 })
  const started = performance.now()
  const one = () => db.tx((tx) => tx.one<{ slept: number }>`SELECT SLEEP(0.3) AS slept`)
  const single = () => db.one<{ slept: number }>`SELECT SLEEP(0.3) AS slept`
  const answers = await Promise.allSettled(Array.from({ length: 25 }, () => [one(), single()]).flat())
  expect(answers.filter(({ status }) => status === 'rejected')).toEqual([])
  expect(performance.now() - started).toBeGreaterThan(6000)
  await db.close()
})

test('a crowd whose server goes away is told so', { timeout: 40_000 }, async () => {
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
