// What the people of the history do, through the gateway and the pages of the Stripe sandbox. Each action can be repeated.
import { setTimeout as delay } from 'node:timers/promises'
import { type Address, type AdminOrder, type Cart, cartApi, identityApi, type Order, orderApi } from '@cartwright/contracts'
import type { Action, Step } from './plan.ts'
import type { Session } from './session.ts'

export interface Scene {
  step: Step
  /** When the step happens. */
  at: Date
  /** Null until the order is placed. */
  orderId: string | null
  buyer: Session
  admin: Session
  sandboxUrl: string
}

const waitMs = 30_000
const pollMs = 50

const orderIdOf = ({ orderId, step }: Scene): string => {
  if (orderId === null) throw new Error(`the order ${step.order.name} was not placed`)
  return orderId
}

/** Waits until the order is as expected. @throws Error after 30 s */
const awaitOrder = async (scene: Scene, isReached: (order: AdminOrder) => boolean): Promise<AdminOrder> => {
  const until = performance.now() + waitMs
  for (;;) {
    const order = await scene.admin.call(orderApi.adminGetOrder, { params: { orderId: orderIdOf(scene) } })
    if (isReached(order)) return order
    if (performance.now() > until) {
      const { kind } = scene.step.action
      throw new Error(`the order ${scene.step.order.name} is ${order.status} and ${order.paymentStatus} long after ${kind}`)
    }
    await delay(pollMs)
  }
}

/** The order that an interrupted step has placed. */
const findPlaced = async ({ step, at, admin }: Scene): Promise<string | null> => {
  const query = { email: step.order.email, from: at.toISOString(), sort: 'createdAt', limit: 1 } as const
  const { items } = await admin.call(orderApi.adminListOrders, { query })
  return items[0]?.id ?? null
}

const homeOf = async ({ buyer, step }: Scene): Promise<Address> => {
  const { items } = await buyer.call(identityApi.listAddresses, {})
  const home = items.find(({ isDefault }) => isDefault)
  if (home === undefined) throw new Error(`${step.order.email} has no address`)
  const { id: _id, isDefault: _isDefault, ...address } = home
  return address
}

/** Fills the cart, and chooses how it is shipped. */
const fillCart = async ({ buyer, step }: Scene, { country, region, postalCode }: Address): Promise<Cart> => {
  const { name, lines, currency, shipping = 'Parcel', code } = step.order
  await buyer.call(cartApi.clearCart, {})
  for (const [sku, quantity] of lines) await buyer.call(cartApi.addLine, { body: { sku, quantity, currency } })
  if (code !== undefined) await buyer.call(cartApi.enterCode, { body: { code } })
  const destination = { country, postalCode, ...(region === undefined ? {} : { region }) }
  const { items } = await buyer.call(cartApi.listShippingOptions, { query: destination })
  const option = items.find((offer) => offer.name === shipping)
  if (option === undefined) throw new Error(`the order ${name} cannot be shipped as ${shipping}`)
  return buyer.call(cartApi.setShipping, { body: { ...destination, shippingOptionId: option.id } })
}

const placeOrder = async (scene: Scene): Promise<string> => {
  const shippingAddress = await homeOf(scene)
  const cart = await fillCart(scene, shippingAddress)
  const body = { cartVersion: cart.version, expectedTotal: cart.total, shippingAddress }
  const key = `history-${scene.step.order.name}-${cart.version}`
  const order = await scene.buyer.call(orderApi.placeOrder, { body, key })
  return order.id
}

const paymentOf = ({ buyer }: Scene, orderId: string, known: 'preparing' | 'open') =>
  buyer.call(orderApi.getPayment, { params: { orderId }, query: { waitSec: 20, known } })

/** The next step moves the clock, which must not pass the time limits of a payment that is still prepared. */
const place = async (scene: Scene): Promise<string> => {
  const orderId = (await findPlaced(scene)) ?? (await placeOrder(scene))
  const { state } = await paymentOf(scene, orderId, 'preparing')
  if (state === 'preparing') throw new Error(`the order ${scene.step.order.name} got no payment page in time`)
  return orderId
}

const pay = async (scene: Scene, cards: readonly string[]): Promise<void> => {
  const orderId = orderIdOf(scene)
  const { url, state } = await paymentOf(scene, orderId, 'preparing')
  if (state === 'open' && url !== null)
    for (const cardNumber of cards)
      await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ cardNumber }) })
  await awaitOrder(scene, ({ status }) => status !== 'pending')
}

interface Ledger {
  charges: { id: string; payment_intent: string; disputed: boolean }[]
  sessions: { client_reference_id: string; payment_intent: string | null }[]
}

const dispute = async (scene: Scene): Promise<void> => {
  const { sandboxUrl } = scene
  const ledger = (await (await fetch(`${sandboxUrl}/_sandbox/ledger`)).json()) as Ledger
  const intents = ledger.sessions.filter((session) => session.client_reference_id === orderIdOf(scene))
  const charge = ledger.charges.find((one) => intents.some((session) => session.payment_intent === one.payment_intent))
  if (charge === undefined) throw new Error(`the order ${scene.step.order.name} has no charge`)
  if (!charge.disputed)
    await fetch(`${sandboxUrl}/_sandbox/disputes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ charge: charge.id, reason: 'product_not_received' }),
    })
  await awaitOrder(scene, ({ paymentStatus }) => paymentStatus === 'disputed')
}

const linesWith = (order: Pick<Order, 'lines'>, skus: readonly string[]) => order.lines.filter(({ sku }) => skus.includes(sku))

const ship = async (scene: Scene, { tracking, skus }: Extract<Action, { kind: 'ship' }>, key: string): Promise<void> => {
  const params = { orderId: orderIdOf(scene) }
  const order = await scene.admin.call(orderApi.adminGetOrder, { params })
  const lines = skus && linesWith(order, skus).map(({ sku, quantity }) => ({ sku, quantity }))
  const body = { carrier: 'DHL', trackingNumber: tracking, ...(lines ? { lines } : {}) }
  await scene.admin.call(orderApi.shipOrder, { params, body, key })
}

const requestReturn = async (
  scene: Scene,
  { skus, reason, note }: Extract<Action, { kind: 'request-return' }>,
  key: string,
): Promise<void> => {
  const params = { orderId: orderIdOf(scene) }
  const order = await scene.buyer.call(orderApi.getOrder, { params })
  const lines = linesWith(order, skus).map(({ id, quantity }) => ({ lineId: id, quantity, reason }))
  await scene.buyer.call(orderApi.requestReturn, { params, body: { lines, note }, key })
}

/** An operator decides about the order's only return. */
const handleReturn = async (scene: Scene, kind: Action['kind'], key: string): Promise<void> => {
  const { admin } = scene
  const { items } = await admin.call(orderApi.adminListReturns, { query: { orderId: orderIdOf(scene) } })
  const [asked] = items
  if (asked === undefined) throw new Error(`the order ${scene.step.order.name} has no return`)
  const params = { returnId: asked.id }
  if (kind === 'approve-return') await admin.call(orderApi.approveReturn, { params, body: {}, key })
  const lines = asked.lines.map(({ lineId, quantity }) => ({ lineId, quantity, restock: true }))
  if (kind === 'receive-return') await admin.call(orderApi.receiveReturn, { params, body: { lines }, key })
  if (kind !== 'refund-return') return
  await admin.call(orderApi.refundReturn, { params, body: {}, key })
  await awaitOrder(scene, ({ refundStatus }) => refundStatus === 'partial' || refundStatus === 'full')
}

/** Does what the step says. @returns the order's id */
export const act = async (scene: Scene): Promise<string> => {
  const { step, buyer, admin } = scene
  const { action } = step
  if (action.kind === 'place') return place(scene)
  const params = { orderId: orderIdOf(scene) }
  const key = `history-${step.order.name}-${action.kind}`
  switch (action.kind) {
    case 'pay':
      await pay(scene, action.cards)
      break
    case 'expire':
      await awaitOrder(scene, ({ status }) => status === 'cancelled')
      break
    case 'cancel':
      await buyer.call(orderApi.cancelOrder, { params, body: { reason: action.reason }, key })
      await awaitOrder(scene, ({ status }) => status === 'cancelled')
      break
    case 'refuse':
      await admin.call(orderApi.adminCancelOrder, { params, body: { reason: action.reason, restock: false }, key })
      await awaitOrder(scene, ({ refundStatus }) => refundStatus === 'full')
      break
    case 'ship':
      await ship(scene, action, key)
      break
    case 'deliver':
      await admin.call(orderApi.deliverOrder, { params, body: {}, key })
      break
    case 'dispute':
      await dispute(scene)
      break
    case 'request-return':
      await requestReturn(scene, action, key)
      break
    default:
      await handleReturn(scene, action.kind, key)
  }
  return params.orderId
}
