// Money is whole minor units of one currency, and sums are exact or refused.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addMoney, currencyExponent, formatMoney, lineTotal, money, paymentStep, totalsOf } from './money.ts'

test('money is a whole number of minor units', () => {
  expect(money(1999, 'EUR')).toEqual({ amountMinor: 1999, currency: 'EUR' })
  expect(() => money(19.99, 'EUR')).toThrow(RangeError)
  expect(() => money(Number.MAX_SAFE_INTEGER + 1, 'EUR')).toThrow(RangeError)
})

test('currencies are never mixed', () => {
  expect(() => addMoney('EUR', money(1, 'EUR'), money(1, 'USD'))).toThrow('cannot add USD to EUR')
})

test('the total of a cart is the sum of its lines, whatever they are', () => {
  const line = fc.record({
    unitPrice: fc.integer({ min: 0, max: 100_000_000 }).map((amount) => money(amount, 'EUR')),
    quantity: fc.integer({ min: 1, max: 99 }),
  })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 50 }), (lines) => {
      const totals = totalsOf('EUR', lines)
      expect(totals.subtotal.amountMinor).toBe(lines.reduce((sum, next) => sum + lineTotal(next).amountMinor, 0))
      expect(totals.total.amountMinor).toBe(
        totals.subtotal.amountMinor + totals.shipping.amountMinor + totals.tax.amountMinor - totals.discount.amountMinor,
      )
    }),
  )
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
