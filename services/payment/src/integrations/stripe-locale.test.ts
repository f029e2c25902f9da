// Languages of the hosted page for the locales of orders.
import { expect, test } from 'vitest'
import { stripeLocale } from './stripe-locale.ts'

test.each([
  ['en', 'en'],
  ['en-GB', 'en-GB'],
  ['en-US', 'en'],
  ['de-AT', 'de'],
  ['fr-CA', 'fr-CA'],
  ['no', 'nb'],
  ['hi', 'hi-IN'],
  ['xx', 'auto'],
  ['', 'auto'],
])('an order in %s is paid on a page in %s', (locale, page) => {
  expect(stripeLocale(locale)).toBe(page)
})
