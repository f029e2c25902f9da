// Stripe's currencies as its documentation has them: how it counts them, and the least it charges. Own facts, so that a shop's mistakes show; which
// currencies there are is the one list of the contracts.
import { isCurrency } from '@cartwright/contracts'
import { refused } from './stripe-error.ts'

const whole = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
const thousandths = new Set('bhd jod kwd omr tnd'.split(' '))
/** Counted in hundredths for the sake of old callers, though there are none. */
const wholeInHundredths = new Set('isk ugx'.split(' '))

/** The least that Stripe charges. Elsewhere it is about half a dollar at the rate of the day; here, the smallest amount there is. */
const least: Readonly<Record<string, number>> = {
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
export const isPresented = (currency: string): boolean => isCurrency(currency.toUpperCase())

/** Digits behind the point in Stripe's amounts. */
export const digitsOf = (currency: string): number => {
  if (whole.has(currency)) return 0
  return thousandths.has(currency) ? 3 : 2
}

/** Digits behind the point as people write amounts: what is counted in hundredths for the sake of old callers has none. */
export const shownDigitsOf = (currency: string): number => (wholeInHundredths.has(currency) ? 0 : digitsOf(currency))

/** What an amount must be a multiple of. */
const stepOf = (currency: string): number => {
  if (thousandths.has(currency)) return 10
  return wholeInHundredths.has(currency) ? 100 : 1
}

/** @throws StripeFailure for an amount between two steps */
export const refuseBetweenSteps = (amount: number, currency: string, param: string): void => {
  const step = stepOf(currency)
  if (amount % step !== 0) throw refused(`Amounts in ${currency} must be multiples of ${step}`, param)
}

export const leastOf = (currency: string): number => least[currency] ?? stepOf(currency)
