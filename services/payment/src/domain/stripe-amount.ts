// Conversion between ISO 4217 minor units and Stripe's amounts, which differ for a few currencies.
import { currencyExponent, formatMoney, type Money, paymentStep } from '@cartwright/contracts'
import { invalidRequest } from '../integrations/stripe-client.ts'

/** Currencies whose digits at Stripe differ from ISO 4217: ISK and UGX in hundredths that are always 00, MGA without decimals. */
const digitsAtStripe: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 }

/** Digits at Stripe minus digits of ISO 4217. */
const shiftOf = (currency: string): number =>
  (digitsAtStripe[currency] ?? currencyExponent(currency)) - currencyExponent(currency)

/**
 * Converts minor units to Stripe's amount.
 * @throws a permanent Stripe error for an amount that is no multiple of the currency's step
 */
export const toStripeAmount = ({ amountMinor, currency }: Money): number => {
  const step = paymentStep(currency)
  if (amountMinor % step !== 0) {
    const [amount, least] = [amountMinor, step].map((minor) => formatMoney({ amountMinor: minor, currency }))
    throw invalidRequest(`${amount} cannot be paid by card: amounts must be multiples of ${least}`, 'amount')
  }
  const shift = shiftOf(currency)
  return shift < 0 ? amountMinor / 10 ** -shift : amountMinor * 10 ** shift
}

/** Converts Stripe's amount to minor units. @param currency in lower case, as Stripe writes it */
export const fromStripeAmount = (amount: number, currency: string): number => {
  const shift = shiftOf(currency.toUpperCase())
  // Stripe has no amounts between minor units today; rounding keeps the result an integer if that changes.
  return shift < 0 ? amount * 10 ** -shift : Math.round(amount / 10 ** shift)
}
