// Routes by which shoppers change their own cart. No route takes the id of a cart, so no other cart can be reached.
import { cartApi } from '@cartwright/contracts'
import { deleteLine, deleteLines, saveLines } from '../../db/carts.ts'
import { deleteCodes } from '../../db/codes.ts'
import { route } from '../../deps.ts'
import { asSeen, withLines } from '../../domain/cart.ts'
import { writeCart } from '../../domain/write-cart.ts'
import { decideAdd, inCurrency, lineIn } from './decide.ts'

export const addLine = route(cartApi.addLine, async ({ request, deps }) => {
  const { sku, quantity, currency } = request.body
  const newLineId = deps.newId('lin')
  return writeCart(
    request,
    {
      sku,
      currency,
      apply: async (tx, { cart: before, views }) => {
        const cart = inCurrency(before, views, currency ?? before.currency)
        const line = decideAdd(cart, views, { sku, quantity, newLineId })
        const after = withLines(cart, [line])
        saveLines(tx, cart.id, cart === before ? [line] : after.lines)
        return after
      },
    },
    deps,
  )
})

export const setCurrency = route(cartApi.setCurrency, async ({ request, deps }) => {
  const { currency } = request.body
  return writeCart(
    request,
    {
      currency,
      apply: async (tx, { cart, views }) => {
        const after = inCurrency(cart, views, currency)
        if (after !== cart) saveLines(tx, cart.id, after.lines)
        return after
      },
    },
    deps,
  )
})

export const updateLine = route(cartApi.updateLine, async ({ request, deps }) => {
  const { lineId } = request.params
  return writeCart(
    request,
    {
      apply: async (tx, { cart, views }) => {
        const current = lineIn(cart, lineId)
        const line = asSeen({ ...current, quantity: request.body.quantity }, views.get(current.sku), cart.currency)
        saveLines(tx, cart.id, [line])
        return withLines(cart, [line])
      },
    },
    deps,
  )
})

export const removeLine = route(cartApi.removeLine, async ({ request, deps }) => {
  const { lineId } = request.params
  return writeCart(
    request,
    {
      apply: async (tx, { cart }) => {
        const { sku } = lineIn(cart, lineId)
        deleteLine(tx, cart.id, sku)
        return { ...cart, lines: cart.lines.filter((line) => line.id !== lineId) }
      },
    },
    deps,
  )
})

export const clearCart = route(cartApi.clearCart, async ({ request, deps }) =>
  writeCart(
    request,
    {
      apply: async (tx, { cart }) => {
        deleteLines(tx, cart.id)
        deleteCodes(tx, cart.id, cart.codes)
        return { ...cart, lines: [], codes: [] }
      },
    },
    deps,
  ),
)
