// Places an order: reads the cart, prices and stock now, and commits order, saga, key and events in one transaction.
import { randomBytes } from 'node:crypto'
import {
  AppError,
  cartApi,
  cartLimit,
  catalogApi,
  type InternalVariant,
  type OpenCart,
  orderApi,
  orderEvents,
  type PlaceOrder,
} from '@cartwright/contracts'
import { ConflictError, type Tx } from '@cartwright/db'
import { hasErased, publish } from '@cartwright/messaging'
import { clientAddressOf, networkOf, type Principal, type RouteRequest, route } from '@cartwright/service-kit'
import { checkoutSaga, stockRequestOf } from '../checkout-saga/effects.ts'
import { viewPlaced } from '../db/order-view.ts'
import { insertOrder, type OrderRow } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { orderNumber } from '../order.ts'
import { signTicket, ticketKey } from '../return-ticket.ts'
import { type Decided, decideOrder } from './decide.ts'
import { findOrdered } from './find-ordered.ts'
import { orderAddress } from './order-address.ts'
import { returnUrls } from './return-urls.ts'
import { clientHash, refuseTooManyUnpaid } from './unpaid.ts'

const readVariants = async (cart: OpenCart, principal: Principal, deps: OrderDeps): Promise<InternalVariant[]> => {
  const query = { skus: cart.lines.map((line) => line.sku).join(','), currency: cart.currency }
  const answer = await deps.services.catalog.read(catalogApi.internalVariants, { query }, { onBehalfOf: principal })
  if (answer === null) throw new AppError('upstream_unavailable')
  return answer.items
}

/** The two reads of a checkout, one after the other: what to ask catalog for stands in the cart. */
const readAndDecide = async (
  principal: Principal,
  body: PlaceOrder,
  cart: OpenCart | null,
  deps: OrderDeps,
): Promise<{ cart: OpenCart; decided: Decided }> => {
  if (cart === null || cart.lines.length === 0) throw new AppError('cart_empty')
  // The page that takes the money lists no more.
  if (cart.lines.length > cartLimit)
    throw new AppError('cart_limit', `an order takes at most ${cartLimit} lines`, { limit: cartLimit })
  return { cart, decided: decideOrder(body, cart, await readVariants(cart, principal, deps), deps.minimums) }
}

interface Placement {
  orderId: string
  principal: Principal
  cart: OpenCart
  body: PlaceOrder
  email: string
  decided: Decided
  urls: ReturnType<typeof returnUrls>
  /** A guest's client address, hashed; null for customers. */
  client: string | null
}

const rowFrom = (
  { orderId, principal, cart, body, email, decided: { lines, totals }, urls, client }: Placement,
  placedAt: Date,
  deps: OrderDeps,
) => ({
  id: orderId,
  number: orderNumber(randomBytes(8)),
  principal_id: principal.id,
  principal_role: principal.role,
  cart_id: cart.id,
  cart_version: cart.version,
  reservation_id: deps.newId('res'),
  email,
  locale: body.locale ?? 'en',
  currency: cart.currency,
  subtotal_minor: totals.subtotal.amountMinor,
  shipping_minor: totals.shipping.amountMinor,
  tax_minor: totals.tax.amountMinor,
  discount_minor: totals.discount.amountMinor,
  total_minor: totals.total.amountMinor,
  order_lines: JSON.stringify(lines),
  addresses: JSON.stringify({ shipping: body.shippingAddress, billing: body.billingAddress ?? null }),
  success_url: urls.successUrl,
  cancel_url: urls.cancelUrl,
  client_hash: client,
  hold_until: new Date(placedAt.getTime() + deps.config.holdSec * 1000),
  created_at: placedAt,
})

const save = async (tx: Tx, placement: Placement, deps: OrderDeps): Promise<OrderRow> => {
  const { cart, principal, decided, client } = placement
  // The token may be older than the end of its account.
  if (await hasErased(tx, principal.id)) throw new AppError('unauthenticated', 'the account is closed')
  await refuseTooManyUnpaid(tx, { principalId: principal.id, client }, deps)
  const row = insertOrder(tx, rowFrom(placement, deps.clock.now(), deps))
  await publish(tx, orderEvents.placed, {
    orderId: row.id,
    number: row.number,
    principal: { id: principal.id, role: principal.role },
    cartId: cart.id,
    cartVersion: cart.version,
    currency: cart.currency,
    ...decided,
    placedAt: row.created_at.toISOString(),
  })
  await publish(tx, orderEvents.stockRequested, stockRequestOf(row))
  await checkoutSaga.start(tx, row.id, deps, [])
  return row
}

const isTaken = (error: unknown, key: string): boolean => error instanceof ConflictError && error.key === key

/** One number in ten thousand million is drawn twice: then another one is drawn. */
const withFreshNumber = async <T>(place: () => Promise<T>): Promise<T> => {
  try {
    return await place()
  } catch (error) {
    if (!isTaken(error, 'customer_order_number')) throw error
    return place()
  }
}

const ticketFor = (orderId: string, { shared, clock, config }: OrderDeps): string =>
  signTicket(ticketKey(shared.internalAuthSecret), orderId, new Date(clock.now().getTime() + config.returnTicketSec * 1000))

/** Customers are known by their account, so only guests are counted by where they come from. */
const clientOf = ({ principal, ip, headers }: RouteRequest<typeof orderApi.placeOrder>, { shared }: OrderDeps): string | null =>
  principal.role === 'guest' ? clientHash(shared.internalAuthSecret, networkOf(clientAddressOf({ ip, headers }))) : null

const place = async (req: RouteRequest<typeof orderApi.placeOrder>, deps: OrderDeps) => {
  const { principal, body } = req
  const { publicUrl, environment } = deps.shared
  const orderId = deps.newId('ord')
  const urls = returnUrls(body, orderId, {
    publicUrl,
    allowedOrigins: deps.config.returnOrigins,
    production: environment === 'production',
    ticket: ticketFor(orderId, deps),
  })
  const [email, open] = await Promise.all([
    orderAddress(principal, body.email, deps),
    deps.services.cart.read(cartApi.internalOpenCart, { query: { principalId: principal.id } }, { onBehalfOf: principal }),
  ])
  try {
    const { cart, decided } = await readAndDecide(principal, body, open, deps)
    const client = clientOf(req, deps)
    const placement = { orderId, principal, cart, body, email, decided, urls, client }
    return await withFreshNumber(() => req.once(async (tx) => viewPlaced(await save(tx, placement, deps))))
  } catch (error) {
    if (!isTaken(error, 'customer_order_cart') && !(error instanceof AppError && error.status < 500)) throw error
    // Whatever a second checkout of a cart stumbles over, the answer that helps is: it was ordered, and this is the order.
    const ordered = await findOrdered(deps.db, { principalId: principal.id, body, open })
    throw ordered ? new AppError('cart_changed', 'this cart was already ordered', { orderId: ordered.id }) : error
  }
}

export const placeOrder = route(orderApi.placeOrder, place, { turns: ({ checkoutTurns }) => checkoutTurns })
