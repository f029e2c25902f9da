// Keyset paging on a table that changes meanwhile: whatever stays is seen exactly once, in order.
import { testSchema } from '@cartwright/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { after, CursorError, decodeCursor, encodeCursor, orderBy, pageOf, type SortKey } from './keyset.ts'
import { list, rowsOf, where } from './sql.ts'
import type { Database } from './types.ts'

const schema = testSchema('keyset')
let db: Database

beforeAll(async () => {
  await schema.create()
  db = await openDatabase({ url: schema.url })
  await db.run`CREATE TABLE item (id INT NOT NULL PRIMARY KEY, price INT NOT NULL)`
})
afterAll(async () => {
  await db.close()
  await schema.drop()
})

interface Item {
  id: number
  price: number
}
const keys = (descending: boolean): SortKey[] => [
  { column: 'price', descending },
  { column: 'id', descending },
]

const readPage = async (descending: boolean, limit: number, cursor: string | null) => {
  const behind = cursor === null ? null : after(keys(descending), decodeCursor('price', cursor, 2))
  const rows =
    await db.rows<Item>`SELECT id, price FROM item WHERE ${where([behind])} ORDER BY ${orderBy(keys(descending))} LIMIT ${limit + 1}`
  return pageOf(rows, limit, (last) => encodeCursor('price', [last.price, last.id]))
}

const scenario = fc.record({
  items: fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 200 }), price: fc.integer({ min: 1, max: 5 }) }), {
    selector: (item) => item.id,
    minLength: 1,
    maxLength: 40,
  }),
  arrivals: fc.uniqueArray(fc.record({ id: fc.integer({ min: 201, max: 300 }), price: fc.integer({ min: 1, max: 5 }) }), {
    selector: (item) => item.id,
    maxLength: 10,
  }),
  leaving: fc.nat({ max: 10 }),
  limit: fc.integer({ min: 1, max: 7 }),
  descending: fc.boolean(),
})

test('pages lose no remaining row and repeat no row while rows come and go', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ items, arrivals, leaving, limit, descending }) => {
      await db.run`DELETE FROM item`
      await db.run`INSERT INTO item (id, price) VALUES ${rowsOf(items.map(({ id, price }) => [id, price]))}`
      const gone = items.slice(0, leaving).map(({ id }) => id)
      const seen: Item[] = []
      let cursor: string | null = null
      for (let page = 0; page === 0 || cursor !== null; page++) {
        const { items: found, nextCursor }: { items: Item[]; nextCursor: string | null } = await readPage(
          descending,
          limit,
          cursor,
        )
        seen.push(...found)
        cursor = nextCursor
        const arrival = arrivals[page]
        if (arrival) await db.run`INSERT INTO item (id, price) VALUES (${arrival.id}, ${arrival.price})`
        if (page < gone.length) await db.run`DELETE FROM item WHERE id IN (${list(gone.slice(page, page + 1))})`
      }
      const ids = seen.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const { id } of items.slice(leaving)) expect(ids).toContain(id)
      const sorted = seen.toSorted((a, b) => (a.price - b.price || a.id - b.id) * (descending ? -1 : 1))
      expect(seen).toEqual(sorted)
    }),
    { numRuns: 40 },
  )
}, 60_000)

test.each([
  ['nonsense', 'not base64 json'],
  [encodeCursor('name', ['x', 1]), 'made for another order'],
  [encodeCursor('price', [1]), 'too short'],
  [Buffer.from(JSON.stringify(['price', 1, { a: 1 }])).toString('base64url'), 'holds an object'],
  [encodeCursor('price', [1, 'ü']), 'an id that no column can hold'],
])('the cursor %s is refused: %s', (cursor) => {
  expect(() => decodeCursor('price', cursor, 2)).toThrow(CursorError)
})
