// Routes by which operators read, create, change and remove promotions.
import { applyPatch, catalogApi, type PriceRules, type Promotion } from '@cartwright/contracts'
import { CursorError, decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { promotionErrors } from '@cartwright/pricing'
import { getPriceRules } from '../../db/price-rules.ts'
import { type CatalogDeps, route } from '../../deps.ts'
import { changePriceRules, findPromotionIn, getPromotionIn, refuseErrors } from '../../domain/price-rules.ts'

/** Each cart is priced under all promotions, so their number is bounded. Ended ones are to be removed. */
const promotionLimit = 200

/** @param next the promotion after the change, from the one before; null removes it */
const changePromotion = (
  { id, actor, action }: { id: string; actor: string; action: string },
  next: (rules: PriceRules) => Promotion | null,
  { db }: CatalogDeps,
): Promise<PriceRules> => {
  const apply = (rules: PriceRules): PriceRules => {
    const changed = next(rules)
    if (changed !== null) refuseErrors(promotionErrors(changed))
    const others = rules.promotions.filter((one) => one.id !== id)
    return { ...rules, promotions: [...others, ...(changed ? [changed] : [])].sort((a, b) => (a.id < b.id ? -1 : 1)) }
  }
  const part = (rules: PriceRules) => ({ promotion: findPromotionIn(rules, id) })
  return db.tx((tx) => changePriceRules(tx, { actor, action, target: id, part, apply }))
}

const idOf = (cursor: string): string => {
  const [id] = decodeCursor('id', cursor, 1)
  if (typeof id !== 'string') throw new CursorError()
  return id
}

export const listPromotions = route(catalogApi.listPromotions, async ({ request, deps: { db } }) => {
  const { limit = 20, cursor } = request.query
  const before = cursor === undefined ? null : idOf(cursor)
  const { promotions } = await getPriceRules(db)
  const rest = promotions.toReversed().filter(({ id }) => before === null || id < before)
  return pageOf(rest.slice(0, limit + 1), limit, (last) => encodeCursor('id', [last.id]))
})

export const getPromotion = route(catalogApi.getPromotion, async ({ request, deps: { db } }) =>
  getPromotionIn(await getPriceRules(db), request.params.promotionId),
)

export const createPromotion = route(catalogApi.createPromotion, async ({ request, deps }) => {
  const { conditions = {}, priority = 0, exclusive = false, ...members } = request.body
  const id = deps.newId('prm')
  const promotion = { id, ...members, conditions, priority, exclusive }
  const create = ({ promotions }: PriceRules): Promotion => {
    const message = `a shop takes at most ${promotionLimit} promotions: remove ended ones first`
    refuseErrors(promotions.length < promotionLimit ? [] : [{ path: '/', message }])
    return promotion
  }
  await changePromotion({ id, actor: request.principal.id, action: 'promotion.create' }, create, deps)
  return promotion
})

export const updatePromotion = route(catalogApi.updatePromotion, async ({ request, deps }) => {
  const { promotionId: id } = request.params
  const update = (rules: PriceRules): Promotion => applyPatch(getPromotionIn(rules, id), request.body)
  const rules = await changePromotion({ id, actor: request.principal.id, action: 'promotion.update' }, update, deps)
  return getPromotionIn(rules, id)
})

export const deletePromotion = route(catalogApi.deletePromotion, async ({ request, deps }) => {
  const { promotionId: id } = request.params
  const remove = (rules: PriceRules): null => {
    getPromotionIn(rules, id)
    return null
  }
  await changePromotion({ id, actor: request.principal.id, action: 'promotion.delete' }, remove, deps)
  return null
})
