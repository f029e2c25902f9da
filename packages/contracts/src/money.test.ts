// Money is whole minor units of one currency, with the digits, steps and minimum charges of each.
import { expect, test } from 'vitest'
import { currencyExponent, formatMoney, minimumCharge, money, paymentStep, plainMoney } from './money.ts'

test('money is a whole number of minor units', () => {
  expect(money(1999, 'EUR')).toEqual({ amountMinor: 1999, currency: 'EUR' })
  expect(() => money(19.99, 'EUR')).toThrow(RangeError)
  expect(() => money(Number.MAX_SAFE_INTEGER + 1, 'EUR')).toThrow(RangeError)
})

test.each([
  ['EUR', 2, 1999, '€19.99'],
  ['USD', 2, 1999, '$19.99'],
  ['JPY', 0, 1999, '¥1,999'],
  ['ISK', 0, 1999, 'ISK 1,999'],
  ['HUF', 2, 199_900, 'HUF 1,999.00'],
  ['IQD', 3, 1999, 'IQD 1.999'],
  ['CLF', 4, 19_999, 'CLF 1.9999'],
  ['KWD', 3, 1999, 'KWD 1.999'],
])('%s has %i digits behind the point', (currency, exponent, amount, text) => {
  expect(currencyExponent(currency)).toBe(exponent)
  expect(formatMoney(money(amount, currency)).replaceAll(/\s/g, ' ')).toBe(text)
})

test('cards are charged in hundredths where a currency has thousandths, and in whole ariary', () => {
  expect(['EUR', 'JPY', 'ISK', 'KWD', 'TND', 'MGA'].map(paymentStep)).toEqual([1, 1, 1, 10, 10, 100])
})

test.each([
  ['EUR', 50],
  ['USD', 50],
  ['GBP', 30],
  ['CZK', 1500],
  ['HUF', 17_500],
  ['JPY', 50],
  ['MXN', 1000],
  // Nothing is published: one step of the currency, as cards count it.
  ['TWD', 1],
  ['KWD', 10],
  ['MGA', 100],
])('in %s no less than %i minor units can be paid', (currency, least) => {
  expect(minimumCharge(currency)).toBe(least)
  expect(minimumCharge(currency, { [currency]: least + 7 })).toBe(least + 7)
  expect(minimumCharge(currency, { [currency]: 0, XXX: 9999 })).toBe(least)
})

test.each([
  [1250, 'USD', '12.50 USD'],
  [-5, 'EUR', '-0.05 EUR'],
  [1250, 'JPY', '1250 JPY'],
  [1250, 'ISK', '1250 ISK'],
  [1250, 'KWD', '1.250 KWD'],
  [7, 'KWD', '0.007 KWD'],
  [199_900, 'HUF', '1999.00 HUF'],
  [5_000_000, 'IDR', '50000.00 IDR'],
  [4_500_000, 'COP', '45000.00 COP'],
  [-300, 'UGX', '-300 UGX'],
  [99_999_999_999, 'EUR', '999999999.99 EUR'],
])('%i minor units are written %s: %s', (amountMinor, currency, text) => {
  expect(plainMoney({ amountMinor, currency })).toBe(text)
})
