// INSERT statements follow the table's description, not the order in which a row was written down.
import { expect, test } from 'vitest'
import { raw } from './sql.ts'
import { insertIgnoreInto, insertInto, type Table } from './table.ts'

interface ParcelRow {
  readonly id: number
  readonly state: 'sent' | 'lost'
  readonly fragile: 0 | 1
  readonly note: string | null
}

const parcelTable: Table<ParcelRow, 'id' | 'note'> = {
  name: 'parcel',
  columns: { id: 'bigint not null default', state: 'varchar(12) not null', fragile: 'tinyint(1) not null', note: 'text' },
  keys: ['primary (id)'],
}

test('columns stand in the order of the table, and those that a row leaves out are not named', () => {
  expect(insertInto(parcelTable, { fragile: true, state: raw("'sent'") })).toEqual({
    text: "INSERT INTO parcel (state, fragile) VALUES ('sent', ?)",
    values: [true],
  })
})

test('a taken key may be ignored', () => {
  expect(insertIgnoreInto(parcelTable, { id: 1, state: 'sent', fragile: 0 }).text).toBe(
    'INSERT IGNORE INTO parcel (id, state, fragile) VALUES (?, ?, ?)',
  )
})

test('several rows are one statement with the columns of the first row', () => {
  expect(insertInto(parcelTable, { state: 'sent', fragile: 0, note: 'a' }, { state: 'lost', fragile: 1, note: null })).toEqual({
    text: 'INSERT INTO parcel (state, fragile, note) VALUES (?, ?, ?), (?, ?, ?)',
    values: ['sent', 0, 'a', 'lost', 1, null],
  })
})

test('types refuse an unknown column, a wrong value and a missing required column', () => {
  const statements = [
    // @ts-expect-error no such column
    insertInto(parcelTable, { state: 'sent', fragile: 0, colour: 'red' }),
    // @ts-expect-error no such state
    insertInto(parcelTable, { state: 'eaten', fragile: 0 }),
    // @ts-expect-error `fragile` has no default
    insertInto(parcelTable, { state: 'sent' }),
  ]
  expect(statements.map(({ values }) => values.length)).toEqual([2, 2, 1])
})
