// If-None-Match of RFC 9110: weak comparison, lists, `*`.
import { expect, test } from 'vitest'
import { etagOf, isCurrent } from './etag.ts'

test.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['"b",W/"a" , "c"', true],
  ['"x,y", "a"', true],
  ['*', true],
  [' * ', true],
  ['"b"', false],
  ['a', false],
  ['W/a', false],
  ['w/"b"', false],
  ['"*"', false],
  ['"a,b"', false],
  ['"b", *', false],
  ['', false],
  [undefined, false],
])('If-None-Match %s matches the tag "a" only when it lists it', (header, expected) => {
  expect(isCurrent(header, '"a"')).toBe(expected)
})

test('different bytes have different tags, and a tag matches inside a list', () => {
  expect(etagOf('a')).not.toBe(etagOf('b'))
  expect(etagOf(Buffer.from('a'))).toBe(etagOf('a'))
  expect(isCurrent(`"other", W/${etagOf('a')}`, etagOf('a'))).toBe(true)
})
