// Pipelining on and off: the same rows, the same failures, and no statement left on the connection.
import { testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import type { Database } from './types.ts'

const schema = testSchema('pipelining')
beforeAll(() => schema.create())
afterAll(() => schema.drop())

describe.each([true, false])('with pipelining %s', (pipelining) => {
  let db: Database
  beforeAll(async () => {
    db = await openDatabase({ url: schema.url, poolSize: 1, pipelining })
    await db.run`CREATE TABLE IF NOT EXISTS step (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, word VARCHAR(20) NOT NULL UNIQUE)`
  })
  afterAll(() => db.close())
  beforeEach(async () => {
    await db.run`DELETE FROM step`
  })
  const words = async () => (await db.rows<{ word: string }>`SELECT word FROM step ORDER BY id`).map(({ word }) => word)

  test('statements run in the order of the code, awaited or not', async () => {
    const last = await db.tx(async (tx) => {
      tx.write`INSERT INTO step (word) VALUES ('first')`
      tx.write`INSERT INTO step (word) VALUES ('second')`
      const [found] = await Promise.all([
        tx.one<{ word: string }>`SELECT word FROM step ORDER BY id DESC LIMIT 1`,
        tx.run`INSERT INTO step (word) VALUES ('third')`,
      ])
      tx.write`INSERT INTO step (word) VALUES ('fourth')`
      return found
    })
    expect(last).toEqual({ word: 'second' })
    expect(await words()).toEqual(['first', 'second', 'third', 'fourth'])
  })

  test('a write that fails fails the transaction with its error, even when a later statement succeeds', async () => {
    await db.run`INSERT INTO step (word) VALUES ('taken')`
    const failing = db.tx(async (tx) => {
      tx.write`INSERT INTO step (word) VALUES ('new')`
      tx.write`INSERT INTO step (word) VALUES ('taken')`
      tx.write`INSERT INTO step (word) VALUES ('newer')`
    })
    await expect(failing).rejects.toMatchObject({ name: 'ConflictError', key: 'word' })
    expect(await words()).toEqual(['taken'])
  })

  test('a transaction that fails before its writes are answered leaves none of them to the next transaction', async () => {
    const failing = db.tx(async (tx) => {
      for (const word of ['a', 'b', 'c']) tx.write`INSERT INTO step (word) VALUES (${word})`
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    await db.tx((tx) => tx.run`INSERT INTO step (word) VALUES ('kept')`)
    expect(await words()).toEqual(['kept'])
  })
})
