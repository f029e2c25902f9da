// Choice of a locale: what a header asks for, and what the shop falls back to.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acceptedLocales, chooseLocale, languageOf } from './locales.ts'

const chosen = (header: string | undefined, fallback = 'en') => chooseLocale(acceptedLocales(header), fallback)

test.each([
  ['de', 'de'],
  ['de-AT,de;q=0.9,en;q=0.5', 'de-AT'],
  ['DE-at', 'de-AT'],
  ['de-Latn-CH', 'de-CH'],
  ['en;q=0.4, de;q=0.8', 'de'],
  ['fr-CA, fr;q=0.9, de;q=0.2', 'de'],
  ['de;q=0, en-GB', 'en-GB'],
  ['fr', 'en'],
  ['*', 'en'],
  ['', 'en'],
  ['del, english, d', 'en'],
])('Accept-Language %j selects %s', (header, locale) => {
  expect(chosen(header)).toBe(locale)
})

test('a language that the shop does not speak falls back to the default locale, whichever that is', () => {
  expect(chosen('fr-CA', 'de-CH')).toBe('de-CH')
  expect(chosen(undefined, 'de-CH')).toBe('de-CH')
  expect(chooseLocale([undefined, null, 'fr', 'de-AT'], 'en')).toBe('de-AT')
})

test('a locale uses the texts of its language', () => {
  expect(['en', 'en-GB', 'de', 'de-AT', 'fr', 'fr-CA'].map(languageOf)).toEqual(['en', 'en', 'de', 'de', 'en', 'en'])
})

test('whatever a header holds, the locale can be formatted with', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('d', 'e', 'n', '-', 'A', 'T', ',', ';', 'q', '=', '.', '1', '0', ' ', '*') }),
      (header) => {
        for (const locale of acceptedLocales(header)) {
          expect(locale).toMatch(/^[a-z]{2}(-[A-Z]{2})?$/)
          expect(new Intl.NumberFormat(locale).format(1)).toBeTypeOf('string')
        }
      },
    ),
  )
})
