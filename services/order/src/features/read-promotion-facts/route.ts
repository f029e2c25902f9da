// Internal route by which cart learns, for its preview, what a checkout would know about promotions besides the rules.
import { AppError, identityApi, orderApi, type PriceRules } from '@cartwright/contracts'
import type { Principal } from '@cartwright/service-kit'
import { findLastEmail } from '../../db/orders.ts'
import { type OrderDeps, route } from '../../deps.ts'
import { asksForFirstOrder, readPromotionFacts } from '../../domain/promotion-facts.ts'

/**
 * The address by which the checkout would count. A guest has not given one yet: that of the session's last order is the best guess. That of
 * a customer decides first orders only.
 */
const emailFor = async (principal: Principal, rules: PriceRules, { db, services }: OrderDeps): Promise<string | null> => {
  if (principal.role === 'guest') return findLastEmail(db, principal.id)
  if (!asksForFirstOrder(rules.promotions)) return null
  const input = { params: { userId: principal.id } }
  return (await services.identity.read(identityApi.internalUser, input, { onBehalfOf: principal }))?.email ?? null
}

export const internalPromotionFacts = route(orderApi.internalPromotionFacts, async ({ request, deps }) => {
  const { principal, query } = request
  if (!principal) throw new AppError('not_found')
  const rules = await deps.priceRules.read()
  const email = await emailFor(principal, rules, deps)
  const entered = query.codes?.split(',') ?? []
  const { codes, usedUp, isFirstOrder } = await readPromotionFacts(entered, { principal, email }, rules, deps)
  return {
    codes: codes.map(({ code, promotionId }) => ({ code, promotionId })),
    usedUpCodes: [...usedUp.codes],
    usedUpPromotionIds: [...usedUp.promotionIds],
    isFirstOrder,
  }
})
