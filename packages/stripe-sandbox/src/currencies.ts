// Rules of Stripe per currency: decimal places, multiples and minimum amounts, from Stripe's documentation.
// They are kept apart from the shop's own rules, so that a mistake of the shop is noticed.
import { isCurrency } from '@cartwright/contracts'
import { refused } from './stripe-error.ts'

const whole = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
const thousandths = new Set('bhd jod kwd omr tnd'.split(' '))
/** Stripe counts these in hundredths for compatibility, although they have no decimal places. */
const wholeInHundredths = new Set('isk ugx'.split(' '))

/** Stripe's minimum charges. For other currencies the sandbox accepts the smallest amount. */
const minimumAmounts: Readonly<Record<string, number>> = {
  aed: 200,
  ars: 50,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  cop: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  idr: 50,
  ils: 50,
  inr: 50,
  jpy: 50,
  krw: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  php: 50,
  pln: 200,
  ron: 200,
  rub: 50,
  sek: 300,
  sgd: 50,
  thb: 1000,
  usd: 50,
  zar: 50,
}

/** @param currency in lower case, here and below */
export const isSupportedCurrency = (currency: string): boolean => isCurrency(currency.toUpperCase())

/** Decimal places of Stripe's amounts. */
export const digitsOf = (currency: string): number => {
  if (whole.has(currency)) return 0
  return thousandths.has(currency) ? 3 : 2
}

/** Decimal places of amounts on pages. */
export const shownDigitsOf = (currency: string): number => (wholeInHundredths.has(currency) ? 0 : digitsOf(currency))

/** The number that an amount must be a multiple of. */
const stepOf = (currency: string): number => {
  if (thousandths.has(currency)) return 10
  return wholeInHundredths.has(currency) ? 100 : 1
}

/** @throws StripeFailure for an amount that is no multiple of the step */
export const assertMultipleOfStep = (amount: number, currency: string, param: string): void => {
  const step = stepOf(currency)
  if (amount % step !== 0) throw refused(`Amounts in ${currency} must be multiples of ${step}`, param)
}

export const minimumAmount = (currency: string): number => minimumAmounts[currency] ?? stepOf(currency)
