// What an order costs and what Stripe is asked for are the same money in every currency, there and back, or it is refused.
import { currencyExponent, money } from '@cartwright/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromStripe, toStripe } from './stripe-amount.ts'
import { isPermanent } from './stripe-client.ts'

/** What Stripe documents, apart from the code: decimals of its amounts, and what they must be multiples of. */
const stripes: Record<string, { decimals: number; multiple: number }> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ').map((code) => [code, { decimals: 0, multiple: 1 }]),
  ),
  ...Object.fromEntries('BHD JOD KWD OMR TND'.split(' ').map((code) => [code, { decimals: 3, multiple: 10 }])),
  ...Object.fromEntries('ISK UGX'.split(' ').map((code) => [code, { decimals: 2, multiple: 100 }])),
  ...Object.fromEntries('EUR USD GBP HUF TWD IDR COP'.split(' ').map((code) => [code, { decimals: 2, multiple: 1 }])),
}
const currencies = fc.constantFrom(...Object.keys(stripes))
const amounts = fc.integer({ min: 0, max: 100_000_000_000 })
const rulesOf = (currency: string) => stripes[currency] ?? { decimals: Number.NaN, multiple: Number.NaN }

test('what Stripe is asked for is the same money, follows its rules, and comes back as it went', () => {
  const taken = fc.tuple(currencies, amounts).map(([currency, amount]) => money(amount * 100, currency))
  fc.assert(
    fc.property(taken, (ours) => {
      const { currency, amountMinor } = ours
      const asked = toStripe(ours)
      const { decimals, multiple } = rulesOf(currency)
      expect(asked % multiple).toBe(0)
      expect(BigInt(asked) * 10n ** BigInt(currencyExponent(currency))).toBe(BigInt(amountMinor) * 10n ** BigInt(decimals))
      expect(fromStripe(asked, currency.toLowerCase())).toBe(amountMinor)
    }),
  )
})

test('an amount is refused exactly when Stripe has no such amount, and for good', () => {
  fc.assert(
    fc.property(currencies, amounts, (currency, amountMinor) => {
      const { decimals, multiple } = rulesOf(currency)
      const exact = (BigInt(amountMinor) * 10n ** BigInt(decimals)) % 10n ** BigInt(currencyExponent(currency)) === 0n
      const asked = Math.trunc(amountMinor * 10 ** (decimals - currencyExponent(currency)))
      if (exact && asked % multiple === 0) expect(toStripe(money(amountMinor, currency))).toBe(asked)
      else {
        const refusal = (() => {
          try {
            return toStripe(money(amountMinor, currency))
          } catch (error) {
            return error
          }
        })()
        expect(isPermanent(refusal)).toBe(true)
      }
    }),
  )
})

test.each([
  ['USD', 1999, 1999],
  ['JPY', 500, 500],
  ['HUF', 199_900, 199_900],
  ['ISK', 5, 500],
  ['UGX', 700, 70_000],
  ['MGA', 12_300, 123],
  ['KWD', 5120, 5120],
])('%s %i is %i at Stripe', (currency, ours, theirs) => {
  expect(toStripe(money(ours, currency))).toBe(theirs)
  expect(fromStripe(theirs, currency.toLowerCase())).toBe(ours)
})

test('the refusal says which amounts can be paid', () => {
  const said = (amountMinor: number, currency: string) => () => toStripe(money(amountMinor, currency))
  expect(said(5124, 'KWD')).toThrow(/5\.124 cannot be paid by card: amounts must be multiples of KWD\s0\.010/)
  expect(said(12_345, 'MGA')).toThrow(/123\.45 cannot be paid by card: amounts must be multiples of MGA\s1\.00/)
})
