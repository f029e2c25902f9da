// Operators see how often a promotion and its codes are used, and by which orders.
import { AppError, orderApi } from '@cartwright/contracts'
import { codeScope } from '../../db/promotion-uses.ts'
import { route } from '../../deps.ts'
import { findCounter, listCodeCounters, listUses } from './queries.ts'

/** Codes that are listed with their uses. A promotion with more, such as 100,000 single-use ones, is asked for one code. */
const mostCodes = 100

export const listPromotionUses = route(orderApi.listPromotionUses, async ({ request, deps: { db, priceRules } }) => {
  const { promotionId } = request.params
  const { limit = 20, cursor, code } = request.query
  const promotion = (await priceRules.read()).promotions.find(({ id }) => id === promotionId)
  const counter = await findCounter(db, promotionId)
  if (promotion === undefined && counter === null) throw new AppError('not_found')
  const one = code === undefined ? null : await findCounter(db, promotionId, code)
  const codes = code === undefined ? await listCodeCounters(db, promotionId, mostCodes) : one === null ? [] : [one]
  return {
    promotionId,
    used: counter?.used ?? 0,
    limit: promotion === undefined ? (counter?.max_uses ?? null) : (promotion.limits?.total ?? null),
    byCode:
      codes.length > mostCodes
        ? null
        : codes.map(({ scope, used, max_uses }) => ({ code: scope.slice(codeScope('').length), used, limit: max_uses })),
    ...(await listUses(db, { promotionId, code, limit, cursor })),
  }
})
