// Simulated user: a guest or an operator who signs in at the gateway, checks out and pays, with retries.
import { randomUUID } from 'node:crypto'
import type { Cart, Order, PaymentView } from '@cartwright/contracts'
import { anAddress } from '@cartwright/shop/test-shop'
import { chooseShipping } from '@cartwright/testing/choose-shipping'
import type { Journal } from '../journal.ts'
import { deadlineIn, pause } from '../wait.ts'
import { type Answer, type CallOptions, openClient, retryWhileTransient } from './client.ts'

interface Tokens {
  accessToken: string
  refreshToken: string
  principal: { id: string }
}

export interface SimulatedUser {
  actor: string
  principalId: string
  token: string
  refreshToken: string
  email: string
  /** Sends one request. */
  call<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options?: CallOptions): Promise<Answer<T>>
  /** Repeats the request with the same key while the answer is transient. */
  callWithRetry<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: CallOptions & { seconds?: number },
  ): Promise<Answer<T>>
}

const signIn = async (
  url: string,
  actor: string,
  journal: Journal,
  path: string,
  body: object,
  email: string,
): Promise<SimulatedUser> => {
  const client = openClient(url, actor, journal)
  const answer = await retryWhileTransient<Tokens>(() => client.call('POST', path, { body }), deadlineIn(60), pause)
  if (answer.kind !== 'answer' || answer.status > 299)
    throw new Error(`${actor} could not sign in: ${answer.kind === 'lost' ? answer.why : answer.status}`)
  const { accessToken, refreshToken, principal } = answer.body
  const call: SimulatedUser['call'] = (method, path, options = {}) =>
    client.call(method, path, { token: accessToken, ...options })
  return {
    actor,
    principalId: principal.id,
    token: accessToken,
    refreshToken,
    email: email || `${principal.id.replace('_', '-')}@example.net`,
    call,
    callWithRetry: (method, path, { seconds = 60, ...options } = {}) =>
      retryWhileTransient(() => call(method, path, options), deadlineIn(seconds), pause),
  }
}

export const createGuest = (url: string, actor: string, journal: Journal): Promise<SimulatedUser> =>
  signIn(url, actor, journal, '/v1/auth/guest', {}, '')

export const signInOperator = (url: string, journal: Journal): Promise<SimulatedUser> =>
  signIn(
    url,
    'admin',
    journal,
    '/v1/auth/login',
    { email: 'admin@example.com', password: 'cartwright-demo' },
    'admin@example.com',
  )

const cartIn = (answer: Answer<Cart>): Cart | null => (answer.kind === 'answer' && answer.status === 200 ? answer.body : null)

/** The cart to check out, with shipping where the shop asks for it; null when it cannot be read. */
export const readCart = async (user: SimulatedUser): Promise<Cart | null> => {
  const cart = cartIn(await user.callWithRetry<Cart>('GET', '/v1/cart', { quiet: true }))
  if (cart === null) return null
  return chooseShipping(cart, anAddress, async (path, body) =>
    cartIn(await user.callWithRetry<Cart>('PUT', path, { body, action: 'choose shipping' })),
  )
}

/** Where the cart is shipped to instead of the address of the checkout. */
export const abroad = { country: 'AT', postalCode: '1010' }
export const addressAbroad: typeof anAddress = { ...anAddress, ...abroad, city: 'Wien' }

/** Names a destination and takes its cheapest option. */
export const shipTo = async (user: SimulatedUser, { country, postalCode }: typeof abroad): Promise<void> => {
  const put = async (more: object) =>
    cartIn(
      await user.callWithRetry<Cart>('PUT', '/v1/cart/shipping', {
        body: { country, postalCode, ...more },
        action: 'choose shipping',
      }),
    )
  const [cheapest] = (await put({}))?.shippingOptions ?? []
  if (cheapest !== undefined) await put({ shippingOptionId: cheapest.id })
}

/** Enters a promotion code. @returns whether the cart holds it */
export const enterCode = async (user: SimulatedUser, code: string): Promise<boolean> => {
  const cart = cartIn(await user.callWithRetry<Cart>('POST', '/v1/cart/codes', { body: { code }, action: 'enter a code' }))
  return cart?.codes.some((entered) => entered.code === code) ?? false
}

export const checkoutBody = (user: SimulatedUser, cart: Cart, address = anAddress): object => ({
  cartVersion: cart.version,
  expectedTotal: cart.total,
  shippingAddress: address,
  email: user.email,
})

/** The answer to a checkout: the order, the id of the order that the cart became, or the shortages. */
export type CheckoutAnswer = Answer<Order & { orderId?: string; shortages?: { sku: string; available: number }[] }>

/** Checks out with retries. @returns the answer */
export const askCheckout = (user: SimulatedUser, cart: Cart, key: string, address = anAddress): Promise<CheckoutAnswer> =>
  user.callWithRetry('POST', '/v1/checkout', { key, body: checkoutBody(user, cart, address), action: 'checkout' })

/** The order in an answer to a checkout. */
export const orderIn = (answer: CheckoutAnswer): string | null => {
  if (answer.kind === 'lost') return null
  if (answer.status === 201) return answer.body.id
  // An earlier checkout whose answer was lost has placed the order, and the shop names it.
  return answer.code === 'cart_changed' ? (answer.body.orderId ?? null) : null
}

/** Checks out with retries. @returns the order's id, or null with the reason in the journal */
export const checkout = async (user: SimulatedUser, cart: Cart, key: string = randomUUID()): Promise<string | null> =>
  orderIn(await askCheckout(user, cart, key))

/** Waits for the payment page. @returns its address, or null when the order ends first or the time is up */
export const waitForPageUrl = async (user: SimulatedUser, orderId: string, seconds = 60): Promise<string | null> => {
  const until = deadlineIn(seconds)
  while (performance.now() < until) {
    const answer = await user.call<PaymentView>('GET', `/v1/orders/${orderId}/payment?known=preparing&waitSec=5`, {
      quiet: true,
      timeoutMs: 12_000,
    })
    if (answer.kind === 'answer' && answer.status === 200 && answer.body.url !== null) return answer.body.url
    if (answer.kind === 'answer' && answer.status === 200 && answer.body.state !== 'preparing' && answer.body.state !== 'open')
      return null
    await pause(200)
  }
  return null
}

/** Submits a card on the hosted page, without the shop's faults. @returns whether the page reports the payment */
export const payOnPage = async (
  user: SimulatedUser,
  orderId: string,
  url: string,
  card: string,
  journal: Journal,
): Promise<boolean> => {
  const at = new Date()
  const started = performance.now()
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ cardNumber: card }),
  })
  await response.arrayBuffer()
  const paid = response.status === 303 && !(response.headers.get('location') ?? '').includes('/c/pay/')
  journal.operation({
    at,
    actor: user.actor,
    action: `pay with ${card.slice(-4)}`,
    orderId,
    status: response.status,
    detail: paid ? 'paid' : 'not paid',
    key: null,
    ms: Math.round(performance.now() - started),
  })
  return paid
}
