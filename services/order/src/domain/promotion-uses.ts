// Uses of promotions: who holds them, which limits they have, and which promotions and codes are used up.
import { createHmac } from 'node:crypto'
import type { AppliedDiscount, InternalPromotionCode, Promotion } from '@cartwright/contracts'
import { type Counter, codeScope, countersOf, holderScope, type LimitedCounter, type NewUse } from '../db/promotion-uses.ts'

/** Whose uses are counted: a customer by id, a guest by e-mail address. The hash can only be compared. */
export const holderOf = (secret: string, principal: { id: string; role: string }, email: string): string =>
  principal.role === 'guest'
    ? createHmac('sha256', secret).update(`holder of promotion uses: ${email}`).digest('base64url')
    : principal.id

/** What limits uses beside the rules. */
interface Limits {
  promotions: readonly Promotion[]
  codes: readonly InternalPromotionCode[]
}

const limitOf = ({ promotionId, scope }: Counter, { promotions, codes }: Limits): number | null => {
  const limits = promotions.find(({ id }) => id === promotionId)?.limits
  if (scope === '') return limits?.total ?? null
  if (scope.startsWith(holderScope(''))) return limits?.perCustomer ?? null
  return codes.find(({ code }) => codeScope(code) === scope)?.maxUses ?? null
}

const withLimits = (counters: readonly Counter[], limits: Limits): LimitedCounter[] =>
  counters.map((counter) => ({ ...counter, limit: limitOf(counter, limits) }))

/** The counters that could keep this holder from a promotion or a code. @param holder null while it is not known */
export const limitedCounters = (holder: string | null, limits: Limits): LimitedCounter[] => {
  const scopes = ['', ...(holder === null ? [] : [holderScope(holder)])]
  const ofPromotions = limits.promotions.flatMap(({ id }) => scopes.map((scope) => ({ promotionId: id, scope })))
  const ofCodes = limits.codes.map(({ code, promotionId }) => ({ promotionId, scope: codeScope(code) }))
  return withLimits([...ofPromotions, ...ofCodes], limits).filter(({ limit }) => limit !== null)
}

/** Promotions and codes that a holder cannot use any more. */
interface UsedUp {
  promotionIds: readonly string[]
  codes: readonly string[]
}

/** What decides promotions beside the rules. */
export interface PromotionFacts {
  /** The codes of the cart that are known. */
  codes: readonly InternalPromotionCode[]
  usedUp: UsedUp
  /** Null when no promotion asks for it. */
  isFirstOrder: boolean | null
}

export const usedUpBy = (full: readonly Counter[], codes: readonly InternalPromotionCode[]): UsedUp => {
  const promotionIds = full.filter(({ scope }) => !scope.startsWith(codeScope(''))).map(({ promotionId }) => promotionId)
  const scopes = full.map(({ scope }) => scope)
  return {
    promotionIds: [...new Set(promotionIds)],
    codes: codes
      .filter(({ code, promotionId }) => promotionIds.includes(promotionId) || scopes.includes(codeScope(code)))
      .map(({ code }) => code),
  }
}

/** The uses of an order, one for each promotion that took something off, with the counters that they add to. */
export const usesOf = (
  order: { orderId: string; holder: string; discounts: readonly AppliedDiscount[] },
  limits: Limits,
): { uses: NewUse[]; counters: LimitedCounter[] } => {
  const uses = order.discounts.map(({ promotionId, code }) => ({
    order_id: order.orderId,
    promotion_id: promotionId,
    holder: order.holder,
    code: code ?? null,
  }))
  return { uses, counters: withLimits(uses.flatMap(countersOf), limits) }
}
