// Deferred batch writes: one statement for all rows, in the transaction, in order.
import { testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batchBeforeCommit } from './batch-before-commit.ts'
import { openDatabase } from './database.ts'
import { rowsOf } from './sql.ts'
import type { Database, Tx } from './types.ts'

const schema = testSchema('batch_before_commit')
let db: Database
beforeAll(async () => {
  await schema.create()
  db = await openDatabase({ url: schema.url })
  await db.run`CREATE TABLE note (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, word VARCHAR(20) NOT NULL)`
})
afterAll(async () => {
  await db.close()
  await schema.drop()
})

const words = async () => (await db.rows<{ word: string }>`SELECT word FROM note ORDER BY id`).map(({ word }) => word)
const key = Symbol('notes')
let writes = 0
const write = async (tx: Tx, notes: readonly string[]) => {
  writes += 1
  await tx.run`INSERT INTO note (word) VALUES ${rowsOf(notes.map((word) => [word]))}`
}

test('batched rows are written once, in order, and commit or fail with their transaction', async () => {
  await db.tx(async (tx) => {
    for (const word of ['one', 'two', 'three']) batchBeforeCommit(tx, key, word, write)
  })
  expect(writes).toBe(1)
  const broken = db.tx(async (tx) => {
    batchBeforeCommit(tx, key, 'lost', write)
    throw new Error('no')
  })
  await expect(broken).rejects.toThrow('no')
  expect(await words()).toEqual(['one', 'two', 'three'])
})
