// Property tests of amount conversion: it preserves the money in every currency, both ways, or refuses it.
import { currencyExponent, money } from '@cartwright/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPermanent } from '../integrations/stripe-client.ts'
import { fromStripeAmount, toStripeAmount } from './stripe-amount.ts'

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

test('a converted amount is the same money, follows Stripe’s rules, and converts back', () => {
  const taken = fc.tuple(currencies, amounts).map(([currency, amount]) => money(amount * 100, currency))
  fc.assert(
    fc.property(taken, (amount) => {
      const { currency, amountMinor } = amount
      const converted = toStripeAmount(amount)
      const { decimals, multiple } = rulesOf(currency)
      expect(converted % multiple).toBe(0)
      expect(BigInt(converted) * 10n ** BigInt(currencyExponent(currency))).toBe(BigInt(amountMinor) * 10n ** BigInt(decimals))
      expect(fromStripeAmount(converted, currency.toLowerCase())).toBe(amountMinor)
    }),
  )
})

test('an amount is refused permanently exactly when Stripe has no such amount', () => {
  fc.assert(
    fc.property(currencies, amounts, (currency, amountMinor) => {
      const { decimals, multiple } = rulesOf(currency)
      const exact = (BigInt(amountMinor) * 10n ** BigInt(decimals)) % 10n ** BigInt(currencyExponent(currency)) === 0n
      const converted = Math.trunc(amountMinor * 10 ** (decimals - currencyExponent(currency)))
      if (exact && converted % multiple === 0) expect(toStripeAmount(money(amountMinor, currency))).toBe(converted)
      else {
        const refusal = (() => {
          try {
            return toStripeAmount(money(amountMinor, currency))
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
])('%s %i converts to %i at Stripe and back', (currency, minor, atStripe) => {
  expect(toStripeAmount(money(minor, currency))).toBe(atStripe)
  expect(fromStripeAmount(atStripe, currency.toLowerCase())).toBe(minor)
})

test('the refusal names the step of payable amounts', () => {
  const said = (amountMinor: number, currency: string) => () => toStripeAmount(money(amountMinor, currency))
  expect(said(5124, 'KWD')).toThrow(/5\.124 cannot be paid by card: amounts must be multiples of KWD\s0\.010/)
  expect(said(12_345, 'MGA')).toThrow(/123\.45 cannot be paid by card: amounts must be multiples of MGA\s1\.00/)
})
