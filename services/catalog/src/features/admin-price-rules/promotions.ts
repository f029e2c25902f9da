// Routes by which operators read, create, change and remove promotions.
import { applyPatch, catalogApi, type PriceRules, type Promotion } from '@cartwright/contracts'
import { CursorError, decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { getPriceRules } from '../../db/price-rules.ts'
import { route } from '../../deps.ts'
import { changePromotion, getPromotionIn, refuseErrors } from '../../domain/price-rules.ts'

/** Each cart is priced under all promotions, so their number is bounded. Ended ones are to be removed. */
const promotionLimit = 200

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

export const createPromotion = route(catalogApi.createPromotion, async ({ request, deps: { db, newId } }) => {
  const { conditions = {}, priority = 0, exclusive = false, ...members } = request.body
  const id = newId('prm')
  const promotion = { id, ...members, conditions, priority, exclusive }
  const create = ({ promotions }: PriceRules): Promotion => {
    const message = `a shop takes at most ${promotionLimit} promotions: remove ended ones first`
    refuseErrors(promotions.length < promotionLimit ? [] : [{ path: '/', message }])
    return promotion
  }
  const change = { id, actor: request.principal.id, action: 'promotion.create' }
  await db.tx((tx) => changePromotion(tx, change, create))
  return promotion
})

export const updatePromotion = route(catalogApi.updatePromotion, async ({ request, deps: { db } }) => {
  const { promotionId: id } = request.params
  const update = (rules: PriceRules): Promotion => applyPatch(getPromotionIn(rules, id), request.body)
  const change = { id, actor: request.principal.id, action: 'promotion.update' }
  return getPromotionIn(await db.tx((tx) => changePromotion(tx, change, update)), id)
})

export const deletePromotion = route(catalogApi.deletePromotion, async ({ request, deps: { db } }) => {
  const { promotionId: id } = request.params
  const remove = (rules: PriceRules): null => {
    getPromotionIn(rules, id)
    return null
  }
  const change = { id, actor: request.principal.id, action: 'promotion.delete' }
  await db.tx((tx) => changePromotion(tx, change, remove))
  return null
})
