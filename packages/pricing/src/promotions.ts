// Promotions: which ones apply, in which order, and why a code does not.
import type { CodeProblem, Promotion } from '@cartwright/contracts'
import { meantLines, type Payable, type Reduction, reductionOf } from './promotion-effects.ts'
import type { EnteredCode, PriceProblem, PriceRequest } from './types.ts'

/** A promotion with what it takes off. */
export interface AppliedPromotion extends Reduction {
  promotion: Promotion
  code: string | undefined
}

interface Candidate {
  promotion: Promotion
  code: string | undefined
}

type CodeRefusal = Extract<PriceProblem, { code: 'code_not_applicable' }>

type Circumstances = Pick<PriceRequest, 'currency' | 'customer' | 'at'> & {
  /** Ids of promotions without a use left. */
  usedUp: readonly string[]
  /** Of all lines, before discounts: whether one promotion applies does not depend on the others. */
  subtotal: number
}

/** The condition that does not hold; null when all hold. */
const unmetCondition = (
  { id, conditions, effect }: Promotion,
  { currency, customer, at, subtotal, usedUp }: Circumstances,
): CodeProblem | null => {
  if (usedUp.includes(id)) return 'used_up'
  const { currencies, minimumSubtotals, firstOrder, startsAt, endsAt } = conditions
  const isPriced = (amounts: readonly { currency: string }[] | undefined): boolean =>
    amounts?.some((amount) => amount.currency === currency) ?? true
  if (startsAt !== undefined && at.getTime() < Date.parse(startsAt)) return 'not_started'
  if (endsAt !== undefined && at.getTime() >= Date.parse(endsAt)) return 'ended'
  if (currencies !== undefined && !currencies.includes(currency)) return 'currency'
  if (!isPriced(minimumSubtotals) || (effect.kind === 'fixed_amount' && !isPriced(effect.amounts))) return 'currency'
  const minimum = minimumSubtotals?.find((amount) => amount.currency === currency)?.amountMinor ?? 0
  if (subtotal < minimum) return 'minimum_subtotal'
  return firstOrder === true && customer?.isFirstOrder !== true ? 'first_order_only' : null
}

const refusal = (promotionCode: string, reason: CodeProblem): CodeRefusal => ({
  code: 'code_not_applicable',
  promotionCode,
  reason,
})

const byPriority = (a: Candidate, b: Candidate): number =>
  b.promotion.priority - a.promotion.priority || (a.promotion.id < b.promotion.id ? -1 : 1)

/** Promotions that apply by themselves or whose code was entered, by falling priority. A second code of one promotion adds nothing. */
const candidatesOf = (
  promotions: readonly Promotion[],
  codes: readonly EnteredCode[],
): { candidates: Candidate[]; problems: CodeRefusal[] } => {
  const keyOf = ({ code, promotionId }: EnteredCode) => `${code} ${promotionId}`
  const sorted = codes.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const firstCodes = new Map(sorted.toReversed().map(({ promotionId, code }) => [promotionId, code]))
  const candidates = promotions
    .filter(({ id, trigger }) => trigger === 'automatic' || firstCodes.has(id))
    .map((promotion) => ({ promotion, code: firstCodes.get(promotion.id) }))
    .sort(byPriority)
  const known = new Set(candidates.map(({ promotion }) => promotion.id))
  const problems = sorted.flatMap(({ code, promotionId }) => {
    if (!known.has(promotionId)) return [refusal(code, 'not_available')]
    return firstCodes.get(promotionId) === code ? [] : [refusal(code, 'not_combinable')]
  })
  return { candidates, problems }
}

const isEmpty = ({ lines, shipping }: Reduction): boolean => shipping === 0 && lines.every((amount) => amount === 0)

const withReduction = (cart: Payable, { lines, shipping }: Reduction): Payable => ({
  ...cart,
  left: cart.left.map((amount, index) => amount - (lines[index] ?? 0)),
  shippingLeft: cart.shippingLeft - shipping,
})

/** Applies promotions one after the other, each to what the earlier ones have left. */
export const applyPromotions = (
  promotions: readonly Promotion[],
  codes: readonly EnteredCode[],
  start: Payable,
  circumstances: Circumstances,
): { applied: AppliedPromotion[]; problems: CodeRefusal[]; cart: Payable } => {
  const { candidates, problems } = candidatesOf(promotions, codes)
  const applied: AppliedPromotion[] = []
  let cart = start
  /** @returns why the promotion does not apply; null when it was applied */
  const apply = ({ promotion, code }: Candidate): CodeProblem | null => {
    const unmet = unmetCondition(promotion, circumstances)
    if (unmet !== null) return unmet
    const meant = meantLines(promotion, cart.lines)
    if (!meant.includes(true)) return 'no_matching_lines'
    if (applied.length > 0 && (promotion.exclusive || applied[0]?.promotion.exclusive)) return 'not_combinable'
    const reduction = reductionOf(promotion, meant, cart)
    if (isEmpty(reduction)) return 'no_effect'
    applied.push({ promotion, code, ...reduction })
    cart = withReduction(cart, reduction)
    return null
  }
  for (const candidate of candidates) {
    const reason = apply(candidate)
    if (reason !== null && candidate.code !== undefined) problems.push(refusal(candidate.code, reason))
  }
  return { applied, problems, cart }
}
