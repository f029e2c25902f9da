// A guest or an operator at the gateway: what they can do, each with the patience of somebody who tries again.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Cart, Order, PaymentView } from '@cartwright/contracts'
import { anAddress } from '@cartwright/shop/test-shop'
import type { Journal } from '../journal.ts'
import { type Answer, type CallOptions, openClient, persist } from './client.ts'

interface Tokens {
  accessToken: string
  refreshToken: string
  principal: { id: string }
}

/** Without a deadline nobody waits for ever. @returns milliseconds on `performance.now()` */
export const inSeconds = (seconds: number): number => performance.now() + seconds * 1000

export const pause = (ms: number): Promise<void> => delay(ms)

export interface Person {
  actor: string
  principalId: string
  token: string
  refreshToken: string
  email: string
  /** Asks once; renewing nothing. */
  call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: CallOptions): Promise<Answer<T>>
  /** Asks until the trouble has passed, with the same key. */
  insist<T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    options?: CallOptions & { seconds?: number },
  ): Promise<Answer<T>>
}

const enter = async (
  url: string,
  actor: string,
  journal: Journal,
  path: string,
  body: object,
  email: string,
): Promise<Person> => {
  const client = openClient(url, actor, journal)
  const answer = await persist<Tokens>(() => client.call('POST', path, { body }), inSeconds(60), pause)
  if (answer.kind !== 'answer' || answer.status > 299)
    throw new Error(`${actor} could not sign in: ${answer.kind === 'lost' ? answer.why : answer.status}`)
  const { accessToken, refreshToken, principal } = answer.body
  const call: Person['call'] = (method, path, options = {}) => client.call(method, path, { token: accessToken, ...options })
  return {
    actor,
    principalId: principal.id,
    token: accessToken,
    refreshToken,
    email: email || `${principal.id.replace('_', '-')}@example.net`,
    call,
    insist: (method, path, { seconds = 60, ...options } = {}) =>
      persist(() => call(method, path, options), inSeconds(seconds), pause),
  }
}

export const aGuest = (url: string, actor: string, journal: Journal): Promise<Person> =>
  enter(url, actor, journal, '/v1/auth/guest', {}, '')

export const anOperator = (url: string, journal: Journal): Promise<Person> =>
  enter(url, 'admin', journal, '/v1/auth/login', { email: 'admin@example.com', password: 'cartwright-demo' }, 'admin@example.com')

/** The cart as it stands, or null when it cannot be had. */
export const readCart = async (who: Person): Promise<Cart | null> => {
  const answer = await who.insist<Cart>('GET', '/v1/cart', { quiet: true })
  return answer.kind === 'answer' && answer.status === 200 ? answer.body : null
}

export const checkoutBody = (who: Person, cart: Cart): object => ({
  cartVersion: cart.version,
  expectedTotal: cart.total,
  shippingAddress: anAddress,
  email: who.email,
})

/** What a checkout says: the order, which order it was already, or what there is too little of. */
export type CheckoutAnswer = Answer<Order & { orderId?: string; shortages?: { sku: string; available: number }[] }>

/** Asks for an order of what is in the cart, and insists. */
export const askCheckout = (who: Person, cart: Cart, key: string): Promise<CheckoutAnswer> =>
  who.insist('POST', '/v1/checkout', { key, body: checkoutBody(who, cart), action: 'checkout' })

/** The order that an answer to a checkout speaks of. */
export const orderIn = (answer: CheckoutAnswer): string | null => {
  if (answer.kind === 'lost') return null
  if (answer.status === 201) return answer.body.id
  // The answer that was lost had placed it: the shop says which order it was.
  return answer.code === 'cart_changed' ? (answer.body.orderId ?? null) : null
}

/** Orders what is in the cart and insists. @returns the order's id, or null with the reason in the journal */
export const checkout = async (who: Person, cart: Cart, key: string = randomUUID()): Promise<string | null> =>
  orderIn(await askCheckout(who, cart, key))

/** Waits for the payment page. @returns its address, or null when the order ends first or it takes too long */
export const payUrl = async (who: Person, orderId: string, seconds = 60): Promise<string | null> => {
  const until = inSeconds(seconds)
  while (performance.now() < until) {
    const answer = await who.call<PaymentView>('GET', `/v1/orders/${orderId}/payment?known=preparing&waitSec=5`, {
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

/** Sends a card to the hosted page, which is Stripe's and not ours to break. @returns whether the page was left as paid */
export const payOn = async (who: Person, orderId: string, url: string, card: string, journal: Journal): Promise<boolean> => {
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
    actor: who.actor,
    action: `pay with ${card.slice(-4)}`,
    orderId,
    status: response.status,
    detail: paid ? 'paid' : 'not paid',
    key: null,
    ms: Math.round(performance.now() - started),
  })
  return paid
}
