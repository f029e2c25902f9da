// What decides promotions beside the rules: codes that are known, uses that are left, and whether this is the first order.
import { AppError, catalogApi, type InternalPromotionCode, type PriceRules, type Promotion } from '@cartwright/contracts'
import type { Principal } from '@cartwright/service-kit'
import { hasOrderedBefore } from '../db/orders.ts'
import { findFull } from '../db/promotion-uses.ts'
import type { OrderDeps } from '../deps.ts'
import { holderOf, limitedCounters, type PromotionFacts, usedUpBy } from './promotion-uses.ts'

/** Who may use a promotion: uses and first orders are counted by it. */
interface Shopper {
  principal: Principal
  /** Null for a guest who has not given an address yet. */
  email: string | null
}

const readCodes = async (codes: readonly string[], principal: Principal, deps: OrderDeps): Promise<InternalPromotionCode[]> => {
  if (codes.length === 0) return []
  const query = { codes: codes.join(',') }
  const answer = await deps.services.catalog.read(catalogApi.internalPromotionCodes, { query }, { onBehalfOf: principal })
  if (answer === null) throw new AppError('upstream_unavailable')
  return answer.items
}

const holderIf = ({ principal, email }: Shopper, { shared }: OrderDeps): string | null => {
  if (principal.role === 'guest' && email === null) return null
  return holderOf(shared.internalAuthSecret, principal, email ?? '')
}

export const asksForFirstOrder = (promotions: readonly Promotion[]): boolean =>
  promotions.some(({ conditions }) => conditions.firstOrder)

/** The promotions that can apply to a cart. Those of other codes cannot, so nothing is read about them. */
const applicable = ({ promotions }: PriceRules, codes: readonly InternalPromotionCode[]): Promotion[] =>
  promotions.filter(({ id, trigger }) => trigger === 'automatic' || codes.some(({ promotionId }) => promotionId === id))

/**
 * @param entered the codes of the cart, in their normal form
 * @throws AppError upstream_unavailable when catalog cannot look the codes up
 */
export const readPromotionFacts = async (
  entered: readonly string[],
  shopper: Shopper,
  rules: PriceRules,
  deps: OrderDeps,
): Promise<PromotionFacts> => {
  const codes = await readCodes(entered, shopper.principal, deps)
  const promotions = applicable(rules, codes)
  const limited = limitedCounters(holderIf(shopper, deps), { promotions, codes })
  return {
    codes,
    usedUp: usedUpBy(await findFull(deps.db, limited), codes),
    isFirstOrder: asksForFirstOrder(promotions) ? !(await hasOrderedBefore(deps.db, shopper.principal.id, shopper.email)) : null,
  }
}
