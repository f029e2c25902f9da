// Values never become text, and fragments nest.
import { expect, test } from 'vitest'
import { join, list, raw, rowsOf, sql, where } from './sql.ts'

test('values become placeholders, and fragments are spliced in with their values', () => {
  const condition = sql`price < ${5} AND name = ${"'; DROP TABLE x; --"}`
  expect(sql`SELECT * FROM t WHERE ${condition} LIMIT ${2}`).toEqual({
    text: 'SELECT * FROM t WHERE price < ? AND name = ? LIMIT ?',
    values: [5, "'; DROP TABLE x; --", 2],
  })
})

test('an empty list matches nothing, and no condition matches everything', () => {
  expect(sql`id IN (${list([])})`).toEqual({ text: 'id IN (NULL)', values: [] })
  expect(where([null, false, undefined])).toEqual(raw('TRUE'))
})

test('conditions are put in brackets, so that an OR cannot escape', () => {
  expect(where([sql`a = ${1} OR b = ${2}`, sql`c = ${3}`])).toEqual({ text: '(a = ? OR b = ?) AND (c = ?)', values: [1, 2, 3] })
})

test('rows for an insert may hold values and fragments', () => {
  expect(
    rowsOf([
      [1, raw('NOW()')],
      [2, null],
    ]),
  ).toEqual({ text: '(?, NOW()), (?, ?)', values: [1, 2, null] })
  expect(join([sql`${1}`, sql`${2}`], ' + ')).toEqual({ text: '? + ?', values: [1, 2] })
})
