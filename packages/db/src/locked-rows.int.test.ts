// What a transaction has locked it reads once, and sees with its own changes.
import { testSchema } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { type LockedRows, type LockedRowsOptions, lockedRows } from './locked-rows.ts'
import { assignments } from './sql.ts'
import type { Database } from './types.ts'

interface ParcelRow {
  readonly id: string
  readonly state: string
  readonly tries: number
}

const schema = testSchema('locked_rows')
let db: Database
let read = 0

const lock: LockedRowsOptions<ParcelRow>['lock'] = (tx, id) => {
  read++
  return tx.one<ParcelRow>`SELECT id, state, tries FROM parcel WHERE id = ${id} FOR UPDATE`
}
const parcels: LockedRows<ParcelRow> = lockedRows({ keyOf: (row) => row.id, lock })
const saved: LockedRows<ParcelRow> = lockedRows({
  keyOf: (row) => row.id,
  lock,
  save: (tx, row, changes) => tx.write`UPDATE parcel SET ${assignments(changes)}, tries = tries + 1 WHERE id = ${row.id}`,
})

beforeAll(async () => {
  await schema.create()
  db = await openDatabase({ url: schema.url, poolSize: 2 })
  await db.run`CREATE TABLE parcel (id VARCHAR(10) PRIMARY KEY, state VARCHAR(10) NOT NULL, tries INT NOT NULL)`
})
afterAll(async () => {
  await db.close()
  await schema.drop()
})
beforeEach(async () => {
  await db.run`REPLACE INTO parcel VALUES ('p1', 'new', 0)`
  read = 0
})

const stored = () => db.one<ParcelRow>`SELECT id, state, tries FROM parcel WHERE id = 'p1'`

test('a row is read once per transaction, and an update gives a new row and leaves the old one alone', async () => {
  await db.tx(async (tx) => {
    const row = await parcels.get(tx, 'p1')
    if (row === null) throw new Error('p1 exists')
    expect(parcels.update(tx, row, { state: 'sent' })).toEqual({ id: 'p1', state: 'sent', tries: 0 })
    expect(row.state).toBe('new')
    expect(await parcels.get(tx, 'p1')).toEqual({ id: 'p1', state: 'sent', tries: 0 })
    expect(() => parcels.update(tx, row, { state: 'lost' })).toThrow('was changed since it was read')
    expect(await parcels.get(tx, 'p2')).toBeNull()
    expect(read).toBe(2)
    parcels.forget(tx, { ...row })
    expect(await parcels.get(tx, 'p1')).toEqual(row)
  })
  await db.tx((tx) => parcels.get(tx, 'p1'))
  expect(read).toBe(4)
})

test('changes that are saved at COMMIT are one statement for each row, whatever changed', async () => {
  await db.tx(async (tx) => {
    const row = await saved.get(tx, 'p1')
    if (row === null) throw new Error('p1 exists')
    saved.update(tx, saved.update(tx, row, { state: 'sent' }), { state: 'lost' })
  })
  expect(await stored()).toEqual({ id: 'p1', state: 'lost', tries: 1 })
})

test('a lock that fails fails the transaction', async () => {
  const broken = lockedRows<ParcelRow>({ keyOf: (row) => row.id, lock: (tx) => tx.one<ParcelRow>`SELECT * FROM no_such_table` })
  await expect(db.tx((tx) => broken.get(tx, 'p1'))).rejects.toThrow('no_such_table')
})
