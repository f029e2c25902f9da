// Amounts as Stripe counts them: mostly ISO 4217's minor units, but not for every currency. Nothing else here knows the difference.
import { currencyExponent, formatMoney, type Money, paymentStep } from '@cartwright/contracts'
import Stripe from 'stripe'

/** Where Stripe counts other digits than ISO 4217: krónur and Ugandan shillings by hundredths that are always 00, ariary whole. */
const digitsAtStripe: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 }

/** How many digits Stripe has more than we have; negative when it has fewer. */
const shiftOf = (currency: string): number =>
  (digitsAtStripe[currency] ?? currencyExponent(currency)) - currencyExponent(currency)

/**
 * Our amount as Stripe wants it.
 * @throws StripeInvalidRequestError for an amount between two steps of the currency: as final as Stripe's own refusal of it
 */
export const toStripe = ({ amountMinor, currency }: Money): number => {
  const step = paymentStep(currency)
  if (amountMinor % step !== 0) {
    const [amount, least] = [amountMinor, step].map((minor) => formatMoney({ amountMinor: minor, currency }))
    throw new Stripe.errors.StripeInvalidRequestError({
      type: 'invalid_request_error',
      message: `${amount} cannot be paid by card: amounts must be multiples of ${least}`,
      param: 'amount',
      statusCode: 400,
    })
  }
  const shift = shiftOf(currency)
  return shift < 0 ? amountMinor / 10 ** -shift : amountMinor * 10 ** shift
}

/** Stripe's amount in our minor units. @param currency as Stripe writes it, in lower case */
export const fromStripe = (amount: number, currency: string): number => {
  const shift = shiftOf(currency.toUpperCase())
  // Stripe makes no amounts between our units; should it ever, the nearest one is money, and a fraction is not.
  return shift < 0 ? amount * 10 ** -shift : Math.round(amount / 10 ** shift)
}
