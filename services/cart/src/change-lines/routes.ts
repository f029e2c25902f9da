// What a shopper does to her own cart; no route takes a cart's id, so there is no other cart to reach.
import { cartApi } from '@cartwright/contracts'
import { route } from '@cartwright/service-kit'
import { asSeen, withLines } from '../cart.ts'
import { deleteLine, deleteLines, saveLines } from '../db/carts.ts'
import type { CartDeps } from '../deps.ts'
import { decideAdd, inCurrency, lineIn } from './decide.ts'
import { writeCart } from './write-cart.ts'

export const addLine = route(cartApi.addLine, async (req, deps: CartDeps) => {
  const { sku, quantity, currency } = req.body
  const newLineId = deps.newId('lin')
  return writeCart(
    req.principal,
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

export const setCurrency = route(cartApi.setCurrency, async (req, deps: CartDeps) => {
  const { currency } = req.body
  return writeCart(
    req.principal,
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

export const updateLine = route(cartApi.updateLine, async (req, deps: CartDeps) => {
  const { lineId } = req.params
  return writeCart(
    req.principal,
    {
      apply: async (tx, { cart, views }) => {
        const held = lineIn(cart, lineId)
        const line = asSeen({ ...held, quantity: req.body.quantity }, views.get(held.sku), cart.currency)
        saveLines(tx, cart.id, [line])
        return withLines(cart, [line])
      },
    },
    deps,
  )
})

export const removeLine = route(cartApi.removeLine, async (req, deps: CartDeps) => {
  const { lineId } = req.params
  return writeCart(
    req.principal,
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

export const clearCart = route(cartApi.clearCart, async (req, deps: CartDeps) =>
  writeCart(
    req.principal,
    {
      apply: async (tx, { cart }) => {
        deleteLines(tx, cart.id)
        return { ...cart, lines: [] }
      },
    },
    deps,
  ),
)
