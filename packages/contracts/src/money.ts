// Money: integer minor units, the digits of each currency, what can be charged, and how amounts are written.
import type { Static } from 'typebox'
import { Closed, Money } from './common.ts'

/** Builds money. @param amountMinor integer minor units (cents, yen, fils) */
export const money = (amountMinor: number, currency: string): Money => {
  if (!Number.isSafeInteger(amountMinor)) throw new RangeError(`not a whole number of minor units: ${amountMinor}`)
  return { amountMinor, currency }
}

/** total = subtotal + shipping − discount, and + tax where prices do not include it. */
export const Totals = Closed({ subtotal: Money, shipping: Money, tax: Money, discount: Money, total: Money })
export type Totals = Static<typeof Totals>

/** Currencies whose minor unit is not a hundredth, as ISO 4217 has them: what the runtime knows are habits of display, and those differ. */
export const unusualExponents: Readonly<Record<string, number>> = Object.fromEntries([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3]),
  ...'CLF UYW'.split(' ').map((code) => [code, 4]),
])

/** Digits after the decimal point of a currency, by ISO 4217: 2 for EUR and HUF, 0 for JPY, 3 for KWD. */
export const currencyExponent = (currency: string): number => unusualExponents[currency] ?? 2

const steps: Readonly<Record<string, number>> = { BHD: 10, JOD: 10, KWD: 10, OMR: 10, TND: 10, MGA: 100 }

/**
 * The smallest step in which a card can be charged, in minor units: cards know no thousandths, and no fifths of an ariary.
 * A price that is no multiple of it cannot be paid.
 */
export const paymentStep = (currency: string): number => steps[currency] ?? 1

/**
 * The least that Stripe charges, in its minor units, as its documentation publishes it ("Minimum and maximum charge amounts",
 * https://docs.stripe.com/currencies). For these currencies its minor units are those of ISO 4217.
 */
const leastCharges: Readonly<Record<string, number>> = {
  AED: 200,
  ARS: 50,
  AUD: 50,
  BGN: 100,
  BRL: 50,
  CAD: 50,
  CHF: 50,
  COP: 50,
  CZK: 1500,
  DKK: 250,
  EUR: 50,
  GBP: 30,
  HKD: 400,
  HUF: 17_500,
  IDR: 50,
  ILS: 50,
  INR: 50,
  JPY: 50,
  KRW: 50,
  MXN: 1000,
  MYR: 200,
  NOK: 300,
  NZD: 50,
  PHP: 50,
  PLN: 200,
  RON: 200,
  RUB: 50,
  SEK: 300,
  SGD: 50,
  THB: 1000,
  USD: 50,
  ZAR: 50,
}

/**
 * The smallest total that can be paid, in minor units. Stripe publishes none for the other currencies: there the amount counts that reaches
 * the shop's bank account after conversion, which only the shop can know. Without its word it is one step of the currency.
 * @param own minimum amounts of the shop by currency; they can raise what Stripe asks for, and never lower it
 */
export const minimumCharge = (currency: string, own: Readonly<Record<string, number>> = {}): number =>
  Math.max(leastCharges[currency] ?? paymentStep(currency), own[currency] ?? 0)

/** An amount as programs and operators write it, by the digits of ISO 4217: `12.50 EUR`, `1250 JPY`, `1.250 KWD`. */
export const plainMoney = ({ amountMinor, currency }: Money): string => {
  const digits = currencyExponent(currency)
  const signs = String(Math.abs(amountMinor)).padStart(digits + 1, '0')
  const whole = signs.slice(0, signs.length - digits)
  return `${amountMinor < 0 ? '-' : ''}${digits === 0 ? whole : `${whole}.${signs.slice(-digits)}`} ${currency}`
}

/** Formats money for a person, for example `€19.99`. */
export const formatMoney = (amount: Money, locale = 'en'): string => {
  const digits = currencyExponent(amount.currency)
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: amount.currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount.amountMinor / 10 ** digits)
}
