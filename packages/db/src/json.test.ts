// JSON columns come out as their schema says, or not at all.
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { JsonColumnError, json } from './json.ts'

const lines = json('parcel.lines', Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer({ minimum: 1 }) })))

test('a value comes back as it was written, with members that the schema does not name', () => {
  const value = [{ sku: 'MUG-1', quantity: 2, note: 'blue' }]
  expect(lines.parse(lines.stringify(value))).toEqual(value)
  expect(lines.parseOrNull(null)).toBeNull()
})

test.each([
  ['[{"sku":"MUG-1","quantity":0}]', 'parcel.lines does not fit its schema: /0/quantity must be >= 1'],
  ['{}', 'parcel.lines does not fit its schema: / must be array'],
  ['[', 'parcel.lines does not fit its schema: not JSON'],
])('text that does not fit is refused with the column and the place: %s', (text, message) => {
  expect(() => lines.parse(text)).toThrow(new JsonColumnError('parcel.lines', message.replace(/^.*schema: /, '')))
  expect(() => lines.parseOrNull(text)).toThrow(message)
})
