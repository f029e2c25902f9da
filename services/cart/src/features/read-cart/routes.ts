// Routes that read the open cart at current prices. A principal without a cart gets an empty one with a stable id.
import { AppError, cartApi } from '@cartwright/contracts'
import { findOpenCart } from '../../db/carts.ts'
import { route } from '../../deps.ts'
import { defaultCurrency } from '../../domain/cart.ts'
import { findOrOpenCart } from '../../domain/open-cart.ts'
import { showCart } from '../../domain/show-cart.ts'

export const getCart = route(cartApi.getCart, async ({ request, deps }) => {
  const { id } = request.principal
  const cached = await deps.cache.read(id)
  if (cached) return showCart(cached, request, deps)
  const open = await findOrOpenCart(deps.db, id, { id: deps.newId('crt'), currency: defaultCurrency })
  await deps.cache.fill(id, open)
  return showCart(open, request, deps)
})

/** For order, on behalf of the shopper. Always read from MySQL: an order never uses cached lines. */
export const internalOpenCart = route(cartApi.internalOpenCart, async ({ request, deps }) => {
  const { principalId } = request.query
  if (request.principal?.id !== principalId) throw new AppError('not_found')
  const open = await findOpenCart(deps.db, principalId)
  if (open === null) throw new AppError('not_found')
  const { lines, codes, ...cart } = open.cart
  return {
    ...cart,
    lines: lines.map(({ id, sku, quantity }) => ({ id, sku, quantity })),
    codes: codes.map(({ code, promotionId }) => ({ code, promotionId })),
  }
})
