// Internal route that looks up promotion codes, for cart and order.
import { catalogApi } from '@cartwright/contracts'
import { listActiveCodes } from '../../db/promotion-codes.ts'
import { route } from '../../deps.ts'

/** Codes of removed promotions and of those that apply by themselves are left out, like codes that never were. */
export const internalPromotionCodes = route(catalogApi.internalPromotionCodes, async ({ request, deps }) => {
  const rows = await listActiveCodes(deps.db, [...new Set(request.query.codes.split(','))])
  const byCode = rows.length === 0 ? new Set() : await deps.codePromotions.read()
  return {
    items: rows
      .filter(({ promotion_id }) => byCode.has(promotion_id))
      .map(({ code, promotion_id, max_uses }) => ({ code, promotionId: promotion_id, maxUses: max_uses })),
  }
})
