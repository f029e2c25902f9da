// Routes by which shoppers enter and remove promotion codes.
import { AppError, cartApi, catalogApi, type InternalPromotionCode } from '@cartwright/contracts'
import { deleteCodes, insertCodes } from '../../db/codes.ts'
import { type CartDeps, route } from '../../deps.ts'
import { calculateCart, withCodes, withoutCode } from '../../domain/cart.ts'
import { writeCart } from '../../domain/write-cart.ts'
import { decideCode } from './decide.ts'

/** @throws AppError code_unknown, the same for a code that never was, is switched off, or belonged to a promotion that is gone */
const readCode = async (code: string, { services }: CartDeps): Promise<InternalPromotionCode> => {
  const answer = await services.catalog.read(catalogApi.internalPromotionCodes, { query: { codes: code } })
  if (answer === null) throw new AppError('upstream_unavailable')
  const [found] = answer.items
  if (found === undefined) throw new AppError('code_unknown')
  return found
}

export const enterCode = route(cartApi.enterCode, async ({ request, deps }) => {
  const found = await readCode(request.body.code, deps)
  const promotions = await deps.promotionFacts.read(request.principal, [found.code])
  const pricing = { at: deps.clock.now(), rules: await deps.priceRules.read(), promotions }
  return writeCart(
    request,
    {
      apply: async (tx, { cart, views }) => {
        const others = withoutCode(cart, found.code)
        const entered = decideCode(cart, found, (code) => calculateCart(withCodes(others, [code]), views, pricing))
        if (entered === null) return cart
        deleteCodes(tx, cart.id, [entered])
        insertCodes(tx, cart.id, [entered])
        return withCodes(others, [entered])
      },
    },
    deps,
  )
})

export const removeCode = route(cartApi.removeCode, async ({ request, deps }) =>
  writeCart(
    request,
    {
      apply: async (tx, { cart }) => {
        const removed = cart.codes.filter(({ code }) => code === request.params.code)
        if (removed.length === 0) throw new AppError('not_found')
        deleteCodes(tx, cart.id, removed)
        return withoutCode(cart, request.params.code)
      },
    },
    deps,
  ),
)
