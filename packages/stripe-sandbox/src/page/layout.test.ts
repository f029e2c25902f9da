// Amounts on the hosted pages: Stripe's minor units with the usual decimal places of the currency.
import { expect, test } from 'vitest'
import { amountText } from './layout.ts'

test.each([
  ['usd', 1250, '$12.50'],
  ['jpy', 1250, '¥1,250'],
  ['kwd', 1250, 'KWD 1.250'],
  ['huf', 199_900, 'HUF 1,999.00'],
  ['idr', 5_000_000, 'IDR 50,000.00'],
  ['cop', 4_500_000, 'COP 45,000.00'],
  ['isk', 190_000, 'ISK 1,900'],
  ['ugx', 700_000, 'UGX 7,000'],
])('the amount %s %i is shown as %s', (currency, minor, text) => {
  expect(amountText(minor, currency).replace(/\u00a0/g, ' ')).toBe(text)
})
