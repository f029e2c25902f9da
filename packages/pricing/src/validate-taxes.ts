// Validation of tax rates beyond their schema: no absurd rate, no rate twice, no rate for goods that are not taxed.
import type { FieldError, TaxRate } from '@cartwright/contracts'
import { error, percentErrors, repeated } from './validation.ts'

/** No country taxes goods more; a greater rate is a mistake in writing, such as 1900 for 19.00. */
const highest = 50

const placeOf = ({ country, region, taxClass }: TaxRate): string =>
  `${region === undefined ? country : `${country}-${region}`} ${taxClass}`

/** The rates of one place add up, and so their sum has the same limit. */
const sumErrors = (rates: readonly TaxRate[], at: string): FieldError[] => {
  const numbered = rates.map((rate, index) => ({ rate, index }))
  return [...Map.groupBy(numbered, ({ rate }) => placeOf(rate)).values()].flatMap((group) => {
    const last = group.at(-1)
    const sum = group.reduce((total, { rate }) => total + rate.rate, 0)
    const isWrongAlone = group.some(({ rate }) => !(rate.rate >= 0 && rate.rate <= highest))
    return last === undefined || isWrongAlone || sum <= highest
      ? []
      : [error(`${at}/${last.index}/rate`, `makes the rates of ${placeOf(last.rate)} more than ${highest} percent`)]
  })
}

/** @param at path of the list in the request, such as `/rates` */
export const taxRateErrors = (rates: readonly TaxRate[], at: string): FieldError[] => [
  ...rates.flatMap(({ taxClass, rate }, index) => [
    ...percentErrors(`${at}/${index}/rate`, rate, 0, highest),
    ...(taxClass === 'zero' && rate !== 0 ? [error(`${at}/${index}/rate`, 'must be 0 for goods that are not taxed')] : []),
  ]),
  ...repeated(rates.map((rate, index) => ({ path: `${at}/${index}/name`, key: `${placeOf(rate)} ${rate.name}` }))),
  ...sumErrors(rates, at),
]
