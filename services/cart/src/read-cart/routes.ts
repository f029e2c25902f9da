// Shows the open cart at current prices; a principal without one gets an empty one, so that its id stays.
import { AppError, cartApi } from '@cartwright/contracts'
import { route } from '@cartwright/service-kit'
import { defaultCurrency, priceCart } from '../cart.ts'
import { findOpenCart, findOrOpenCart } from '../db/carts.ts'
import type { CartDeps } from '../deps.ts'

export const getCart = route(cartApi.getCart, async (req, deps: CartDeps) => {
  const { id } = req.principal
  const cached = await deps.cache.read(id)
  if (cached) return priceCart(cached.cart, cached.views, deps.shared.publicUrl)
  const open = await findOrOpenCart(deps.db, id, { id: deps.newId('crt'), currency: defaultCurrency })
  await deps.cache.fill(id, open)
  return priceCart(open.cart, open.views, deps.shared.publicUrl)
})

/** For order, on behalf of the shopper. Straight from MySQL: what is ordered is never read from a cache. */
export const internalOpenCart = route(cartApi.internalOpenCart, async (req, deps: CartDeps) => {
  const { principalId } = req.query
  if (req.principal?.id !== principalId) throw new AppError('not_found')
  const open = await findOpenCart(deps.db, principalId)
  if (open === null) throw new AppError('not_found')
  const { id, version, currency, lines } = open.cart
  return { id, version, currency, lines: lines.map(({ id: lineId, sku, quantity }) => ({ id: lineId, sku, quantity })) }
})
