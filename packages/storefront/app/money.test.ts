// Amounts as people read them, with the digits of their currency.
import { expect, test } from 'vitest'
import { decimalOf, formatMoney } from './money.ts'

test.each([
  [{ amountMinor: 1450, currency: 'EUR' }, 'en', '€14.50'],
  [{ amountMinor: 1450, currency: 'EUR' }, 'de', '14,50\u00a0€'],
  [{ amountMinor: 1450, currency: 'JPY' }, 'en', '¥1,450'],
  [{ amountMinor: 1450, currency: 'KWD' }, 'en', 'KWD\u00a01.450'],
  [{ amountMinor: -5, currency: 'USD' }, 'en', '-$0.05'],
])('%j is read in %s as %s', (price, locale, text) => {
  expect(formatMoney(price, locale)).toBe(text)
})

test.each([
  [{ amountMinor: 1450, currency: 'EUR' }, '14.50'],
  [{ amountMinor: 1450, currency: 'JPY' }, '1450'],
  [{ amountMinor: 1450, currency: 'KWD' }, '1.450'],
])('%j is %s for programs', (price, text) => {
  expect(decimalOf(price)).toBe(text)
})
