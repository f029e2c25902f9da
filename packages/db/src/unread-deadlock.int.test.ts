// A deadlock that the work of a transaction does not hear of, because it does not read the result of its write.
import { testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import type { Database } from './types.ts'

const schema = testSchema('db')
let db: Database
beforeAll(async () => {
  await schema.create()
  db = await openDatabase({ url: schema.url })
  await db.run`CREATE TABLE account (id CHAR(1) NOT NULL PRIMARY KEY, balance BIGINT NOT NULL)`
  await db.run`INSERT INTO account (id, balance) VALUES ('a', 100), ('b', 100)`
})
afterAll(async () => {
  await db.close()
  await schema.drop()
})

test('a transaction runs again when its unread write deadlocks and the work fails on what it reads next', async () => {
  const tries = { first: 0, second: 0 }
  const bothHold = Promise.withResolvers<void>()
  let holding = 0
  const move = (who: 'first' | 'second', from: string, to: string) =>
    db.tx(async (tx) => {
      tries[who] += 1
      await tx.run`UPDATE account SET balance = balance - 10 WHERE id = ${from}`
      const before = await tx.one<{ balance: number }>`SELECT balance FROM account WHERE id = ${from}`
      holding += 1
      if (holding === 2) bothHold.resolve()
      if (tries[who] === 1) await bothHold.promise
      tx.write`UPDATE account SET balance = balance + 10 WHERE id = ${to}`
      const after = await tx.one<{ balance: number }>`SELECT balance FROM account WHERE id = ${from}`
      if (after?.balance !== before?.balance) throw new Error('the own write is gone')
    })
  await Promise.all([move('first', 'a', 'b'), move('second', 'b', 'a')])
  expect(tries.first + tries.second).toBeGreaterThan(2)
  const balances = await db.rows<{ balance: number }>`SELECT balance FROM account ORDER BY id`
  expect(balances.map(({ balance }) => Number(balance))).toEqual([100, 100])
})
