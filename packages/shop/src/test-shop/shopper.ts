// Shopper for tests: signs in at the gateway, refreshes tokens, fills a cart, checks out and pays on the hosted page.
import { randomUUID } from 'node:crypto'
import type { Cart, Order, PaymentView } from '@cartwright/contracts'
import { chooseShipping, type TestClient, type TestResponse, testClient } from '@cartwright/testing'

interface Tokens {
  accessToken: string
  refreshToken: string
  expiresInSec: number
  principal: { id: string; role: string }
}

export interface CheckoutOptions {
  key?: string
  email?: string
  locale?: string
  /** Version to send instead of the cart's. */
  cartVersion?: number
  expectedTotal?: { amountMinor: number; currency: string }
}

export interface Paid {
  status: number
  /** Address that the page redirects to; null without a redirect. */
  location: string | null
  html: string
}

export interface Shopper {
  id: string
  client: TestClient
  accessToken(): Promise<string>
  addToCart(sku: string, quantity: number): Promise<Cart>
  cart(): Promise<Cart>
  /** Chooses shipping to the address where the shop asks for it, checks out the cart and returns the response, whatever its status. */
  checkout(options?: CheckoutOptions): Promise<TestResponse>
  /** Adds one product to the cart and checks out. @throws Error unless the response is 2xx */
  placeOrder(sku: string, quantity: number, options?: CheckoutOptions): Promise<Order>
  order(orderId: string): Promise<Order>
  payment(orderId: string, wait?: { known: PaymentView['state']; waitSec: number }): Promise<PaymentView>
  /** Waits for the address of the hosted payment page. @throws Error when the payment ends first */
  payUrl(orderId: string): Promise<string>
  /** Waits for the hosted payment page and sends a card number to it. */
  pay(orderId: string, card?: string): Promise<Paid>
  /** Cancels the order, with a new idempotency key. */
  cancel(orderId: string): Promise<TestResponse>
}

export const cards = { pays: '4242424242424242', declines: '4000000000000002', asks3ds: '4000002500003155' } as const
export const anAddress = { name: 'Gia Guest', line1: '1 Test Street', city: 'Bremen', postalCode: '28195', country: 'DE' }

const expect2xx = (response: TestResponse, what: string): TestResponse => {
  if (response.status < 200 || response.status > 299) throw new Error(`${what} answered ${response.status}: ${response.text}`)
  return response
}

/** Sends a card number to a hosted payment page. */
export const payOnPage = async (url: string, card: string = cards.pays): Promise<Paid> => {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ cardNumber: card }),
  })
  return { status: response.status, location: response.headers.get('location'), html: await response.text() }
}

interface Session {
  principal: Tokens['principal']
  client: TestClient
  accessToken(): Promise<string>
}

const openSession = async (
  gatewayUrl: string,
  signIn: (client: TestClient) => Promise<TestResponse>,
  now: () => Date,
): Promise<Session> => {
  const anonymous = testClient(gatewayUrl, async () => null)
  let tokens: Tokens = expect2xx(await signIn(anonymous), 'signing in').body
  let expiresMs = 0
  const store = (fresh: Tokens) => {
    tokens = fresh
    expiresMs = now().getTime() + (fresh.expiresInSec - 30) * 1000
  }
  store(tokens)
  const refresh = async (): Promise<void> => {
    const body = { refreshToken: tokens.refreshToken }
    store(expect2xx(await anonymous.post('/v1/auth/refresh', body, { key: null }), 'refreshing').body)
  }
  // Concurrent calls share one refresh: identity ends a session whose refresh token is used three times.
  let refreshing: Promise<void> | null = null
  const accessToken = async (): Promise<string> => {
    if (now().getTime() >= expiresMs) {
      refreshing ??= refresh().finally(() => {
        refreshing = null
      })
      await refreshing
    }
    return tokens.accessToken
  }
  return { principal: tokens.principal, client: testClient(gatewayUrl, accessToken), accessToken }
}

const checkoutBody = async ({ role, id }: Tokens['principal'], options: CheckoutOptions, readCart: () => Promise<Cart>) => {
  const cart = options.cartVersion !== undefined && options.expectedTotal ? null : await readCart()
  return {
    cartVersion: options.cartVersion ?? cart?.version,
    expectedTotal: options.expectedTotal ?? cart?.total,
    shippingAddress: anAddress,
    locale: options.locale,
    ...(role === 'guest' ? { email: options.email ?? `${id}@example.net` } : {}),
  }
}

/**
 * @param signIn requests the first tokens
 * @param now the clock by which tokens expire
 */
export const shopper = async (
  gatewayUrl: string,
  signIn: (client: TestClient) => Promise<TestResponse>,
  now: () => Date = () => new Date(),
): Promise<Shopper> => {
  const { principal, client, accessToken } = await openSession(gatewayUrl, signIn, now)
  const get = async (path: string) => expect2xx(await client.get(path), path).body
  const cart = (): Promise<Cart> => get('/v1/cart')
  const addToCart = async (sku: string, quantity: number): Promise<Cart> =>
    expect2xx(await client.post('/v1/cart/lines', { sku, quantity }), 'adding to the cart').body
  const shippedCart = async (): Promise<Cart> =>
    chooseShipping(await cart(), anAddress, async (path, body) => expect2xx(await client.put(path, body), path).body)
  const payment: Shopper['payment'] = (orderId, wait) =>
    get(`/v1/orders/${orderId}/payment${wait ? `?waitSec=${wait.waitSec}&known=${wait.known}` : ''}`)
  const checkout = async (options: CheckoutOptions = {}): Promise<TestResponse> =>
    client.post('/v1/checkout', await checkoutBody(principal, options, shippedCart), { key: options.key ?? randomUUID() })
  const payUrl = async (orderId: string): Promise<string> => {
    const view = await payment(orderId, { known: 'preparing', waitSec: 20 })
    if (view.url === null) throw new Error(`the order has no payment page: its payment is ${view.state}`)
    return view.url
  }
  return {
    id: principal.id,
    client,
    accessToken,
    addToCart,
    cart,
    checkout,
    placeOrder: async (sku, quantity, options) => {
      await addToCart(sku, quantity)
      return expect2xx(await checkout(options), 'checkout').body
    },
    order: (orderId) => get(`/v1/orders/${orderId}`),
    payment,
    payUrl,
    pay: async (orderId, card) => payOnPage(await payUrl(orderId), card),
    cancel: (orderId) => client.post(`/v1/orders/${orderId}/cancel`, {}),
  }
}

export const guest = (gatewayUrl: string, now?: () => Date): Promise<Shopper> =>
  shopper(gatewayUrl, (client) => client.post('/v1/auth/guest', {}, { key: null }), now)

export const signedIn = (gatewayUrl: string, email: string, password: string, now?: () => Date): Promise<Shopper> =>
  shopper(gatewayUrl, (client) => client.post('/v1/auth/login', { email, password }, { key: null }), now)
