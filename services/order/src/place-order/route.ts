// Places an order: reads the cart, prices and stock now, and commits order, saga, key and events in one transaction.
import { randomBytes } from 'node:crypto'
import { AppError, cartApi, catalogApi, type InternalVariant, type OpenCart, orderApi, orderEvents, type PlaceOrder } from '@cartwright/contracts'
import { ConflictError, sql, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { type Principal, route } from '@cartwright/service-kit'
import { checkoutSaga } from '../checkout-saga/effects.ts'
import { findOrder, insertOrder, viewOrder } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { orderNumber } from '../order.ts'
import { type DecidedLine, decideOrder } from './decide.ts'
import { returnUrls } from './return-urls.ts'

const emailOf = (principal: Principal, body: PlaceOrder): string => {
  const email = principal.email ?? body.email
  if (email === undefined) throw new AppError('validation_failed', 'a guest must give an e-mail address', { errors: [{ path: '/email', message: 'is required for guests' }] })
  return email
}

const alreadyOrdered = (orderId: string) => new AppError('cart_changed', 'this cart was already ordered', { orderId })

/** The open cart. When it is gone because it was ordered, the answer names the order. */
const readCart = async (principal: Principal, cartVersion: number, deps: OrderDeps): Promise<OpenCart> => {
  const cart = await deps.services.cart.read(cartApi.internalOpenCart, { query: { principalId: principal.id } }, { onBehalfOf: principal })
  const ordered = cart ? await findOrder(deps.db, sql`cart_id = ${cart.id}`) : null
  if (ordered) throw alreadyOrdered(ordered.id)
  if (cart === null || cart.lines.length === 0) {
    const last = await findOrder(deps.db, sql`principal_id = ${principal.id} ORDER BY id DESC LIMIT 1`)
    if (last?.cart_version === cartVersion) throw alreadyOrdered(last.id)
    throw new AppError('cart_empty')
  }
  return cart
}

const readVariants = async (cart: OpenCart, principal: Principal, deps: OrderDeps): Promise<InternalVariant[]> => {
  const query = { skus: cart.lines.map((line) => line.sku).join(','), currency: cart.currency }
  const answer = await deps.services.catalog.read(catalogApi.internalVariants, { query }, { onBehalfOf: principal })
  if (answer === null) throw new AppError('upstream_unavailable')
  return answer.items
}

interface Placement {
  orderId: string
  principal: Principal
  cart: OpenCart
  body: PlaceOrder
  email: string
  lines: DecidedLine[]
  totals: ReturnType<typeof decideOrder>['totals']
  urls: ReturnType<typeof returnUrls>
}

const save = async (tx: Tx, placement: Placement, deps: OrderDeps) => {
  const { orderId, principal, cart, body, lines, totals, urls } = placement
  const placedAt = deps.clock.now()
  const number = orderNumber(randomBytes(10))
  await insertOrder(tx, {
    id: orderId, number, principal_id: principal.id, principal_role: principal.role, cart_id: cart.id, cart_version: cart.version, reservation_id: deps.newId('res'),
    status: 'pending', payment_status: 'awaiting', fulfilment_status: 'none', refund_status: 'none', email: placement.email, locale: body.locale ?? 'en', currency: cart.currency,
    subtotal_minor: totals.subtotal.amountMinor, shipping_minor: totals.shipping.amountMinor, tax_minor: totals.tax.amountMinor, discount_minor: totals.discount.amountMinor, total_minor: totals.total.amountMinor,
    order_lines: JSON.stringify(lines), addresses: JSON.stringify({ shipping: body.shippingAddress, billing: body.billingAddress ?? null }),
    success_url: urls.successUrl, cancel_url: urls.cancelUrl, hold_until: new Date(placedAt.getTime() + deps.config.holdSec * 1000),
  })
  await publish(tx, orderEvents.placed, {
    orderId, number, principal: { id: principal.id, role: principal.role }, cartId: cart.id, cartVersion: cart.version, currency: cart.currency, lines, totals, placedAt: placedAt.toISOString(),
  })
  await checkoutSaga.start(tx, orderId, deps, ['requestStock'])
}

export const placeOrder = route(orderApi.placeOrder, async (req, deps: OrderDeps) => {
  const { principal, body } = req
  const email = emailOf(principal, body)
  const orderId = deps.newId('ord')
  const urls = returnUrls(body, orderId, { publicUrl: deps.shared.publicUrl, allowedOrigins: deps.config.returnOrigins, production: deps.shared.environment === 'production' })
  const cart = await readCart(principal, body.cartVersion, deps)
  const { lines, totals } = decideOrder(body, cart, await readVariants(cart, principal, deps))
  try {
    return await req.once(async (tx) => {
      await save(tx, { orderId, principal, cart, body, email, lines, totals, urls }, deps)
      const row = await findOrder(tx, sql`id = ${orderId}`)
      if (row === null) throw new Error('the order that was just written is not there')
      return viewOrder(tx, row)
    })
  } catch (error) {
    // Another key was faster on the same cart: its unique key names the order.
    if (!(error instanceof ConflictError && error.key === 'customer_order_cart')) throw error
    const winner = await findOrder(deps.db, sql`cart_id = ${cart.id}`)
    throw winner ? alreadyOrdered(winner.id) : error
  }
})
