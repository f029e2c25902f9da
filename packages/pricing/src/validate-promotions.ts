// Validation of promotions beyond their schema: no promotion that contradicts itself or can never apply.
import { type FieldError, type Money, type Promotion, paymentStep } from '@cartwright/contracts'
import { decreasing, error, offStep, percentErrors, repeated } from './validation.ts'

/** The least percentage that can be written. */
const leastPercent = 0.001

const amountErrors = (amounts: readonly Money[], at: string): FieldError[] => [
  ...repeated(amounts.map(({ currency }, index) => ({ path: `${at}/${index}/currency`, key: currency }))),
  ...amounts.flatMap(({ amountMinor, currency }, index) => [
    ...(amountMinor === 0 ? [error(`${at}/${index}/amountMinor`, 'must be more than 0')] : []),
    ...offStep(`${at}/${index}/amountMinor`, amountMinor, paymentStep(currency)),
  ]),
]

const effectErrors = ({ effect }: Promotion, at: string): FieldError[] => {
  switch (effect.kind) {
    case 'percent':
    case 'buy_x_get_y':
      return percentErrors(`${at}/percent`, effect.percent, leastPercent, 100)
    case 'fixed_amount':
      return amountErrors(effect.amounts, `${at}/amounts`)
    case 'free_shipping':
      return []
  }
}

/** Errors of conditions that no cart can meet. */
const conditionErrors = ({ conditions, effect }: Promotion, at: string): FieldError[] => {
  const { currencies, minimumSubtotals, startsAt, endsAt } = conditions
  const isListed = ({ currency }: Money): boolean => currencies?.includes(currency) ?? true
  const amounts = effect.kind === 'fixed_amount' ? effect.amounts : undefined
  const both = amounts?.filter(({ currency }) => minimumSubtotals?.some((minimum) => minimum.currency === currency) ?? true)
  return [
    ...amountErrors(minimumSubtotals ?? [], `${at}/minimumSubtotals`),
    ...(startsAt !== undefined && endsAt !== undefined && Date.parse(endsAt) <= Date.parse(startsAt)
      ? [error(`${at}/endsAt`, 'must be later than startsAt')]
      : []),
    ...(minimumSubtotals?.some(isListed) === false
      ? [error(`${at}/minimumSubtotals`, 'must hold an amount in one of the currencies')]
      : []),
    ...(amounts?.some(isListed) === false ? [error(`${at}/currencies`, 'must hold a currency of the amounts')] : []),
    ...(both?.length === 0 ? [error(`${at}/minimumSubtotals`, 'must hold a currency of the amounts')] : []),
  ]
}

/** @param at path of the promotion in the request; empty for a body that is one promotion */
export const promotionErrors = (promotion: Promotion, at = ''): FieldError[] => [
  ...effectErrors(promotion, `${at}/effect`),
  ...conditionErrors(promotion, `${at}/conditions`),
  ...decreasing(`${at}/limits/total`, promotion.limits?.perCustomer, promotion.limits?.total, 'perCustomer'),
]
