// Which totals can be paid: Stripe's and the shop's minimum, the limit, the steps of a currency, and totals of nothing.
import { money } from '@cartwright/contracts'
import { expect, test } from 'vitest'
import { payabilityOf } from './payment.ts'

test.each([
  ['EUR', 0, 'not_required'],
  ['EUR', 49, 'below_minimum'],
  ['EUR', 50, 'required'],
  ['EUR', 99_999_999, 'required'],
  ['EUR', 100_000_000, 'above_limit'],
  ['JPY', 49, 'below_minimum'],
  ['JPY', 50, 'required'],
  ['KWD', 1255, 'off_step'],
  ['KWD', 1250, 'required'],
])('%s %i: %s', (currency, amountMinor, expected) => {
  expect(payabilityOf({ lines: [], totals: { total: money(amountMinor, currency) } }).payment).toBe(expected)
})

test('the shop can raise a minimum', () => {
  const cart = { lines: [], totals: { total: money(140, 'KWD') } }
  expect(payabilityOf(cart).payment).toBe('required')
  expect(payabilityOf(cart, { KWD: 150 })).toMatchObject({ payment: 'below_minimum', minimum: 150 })
})

test('a unit price off the steps of its currency cannot be paid, even when the total could', () => {
  const lines = [{ unitPrice: money(5, 'KWD') }, { unitPrice: money(5, 'KWD') }]
  expect(payabilityOf({ lines, totals: { total: money(1000, 'KWD') } })).toMatchObject({ payment: 'off_step', step: 10 })
})
