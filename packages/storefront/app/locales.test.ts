// Addresses in both languages.
import { expect, test } from 'vitest'
import { localeOf, pathIn, plainPath } from './locales.ts'

test.each([
  ['/', '/de'],
  ['/cart', '/de/cart'],
  ['/p/harbour-mug', '/de/p/harbour-mug'],
  // A slug that begins with the letters of a language is no language.
  ['/desk', '/de/desk'],
])('%s is %s in German, and back', (english, german) => {
  expect(pathIn('en', english)).toBe(english)
  expect(pathIn('de', english)).toBe(german)
  expect(plainPath(german)).toBe(english)
  expect(plainPath(english)).toBe(english)
  expect(localeOf(german)).toBe('de')
  expect(localeOf(english)).toBe('en')
})
