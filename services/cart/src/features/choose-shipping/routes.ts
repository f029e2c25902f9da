// Routes by which shoppers say where their cart is shipped to and how.
import { cartApi } from '@cartwright/contracts'
import { findOpenCart, updateShipping } from '../../db/carts.ts'
import { route } from '../../deps.ts'
import { calculateCart } from '../../domain/cart.ts'
import { writeCart } from '../../domain/write-cart.ts'
import { assertOffered } from './decide.ts'

export const setShipping = route(cartApi.setShipping, async ({ request, deps }) => {
  const { shippingOptionId = null, ...destination } = request.body
  const pricing = { at: deps.clock.now(), rules: await deps.priceRules.read() }
  return writeCart(
    request,
    {
      apply: async (tx, { cart, views }) => {
        const after = { ...cart, destination, shippingOptionId }
        if (shippingOptionId !== null) assertOffered(shippingOptionId, calculateCart(after, views, pricing))
        updateShipping(tx, cart.id, after)
        return after
      },
    },
    deps,
  )
})

export const listShippingOptions = route(cartApi.listShippingOptions, async ({ request, deps }) => {
  const { id } = request.principal
  const open = (await deps.cache.read(id)) ?? (await findOpenCart(deps.db, id))
  if (open === null) return { items: [] }
  const cart = { ...open.cart, destination: request.query, shippingOptionId: null }
  const { shipping } = calculateCart(cart, open.views, { at: deps.clock.now(), rules: await deps.priceRules.read() })
  return { items: shipping.offers }
})
