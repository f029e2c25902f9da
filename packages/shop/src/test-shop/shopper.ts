// A person at the gateway, as a frontend would speak for them: signs in, renews tokens, fills a cart, checks out and pays on the hosted page.
import { randomUUID } from 'node:crypto'
import type { Cart, Order, PaymentView } from '@cartwright/contracts'
import { type CallOptions, type TestClient, type TestResponse, testClient } from '@cartwright/testing'

interface Tokens {
  accessToken: string
  refreshToken: string
  expiresInSec: number
  principal: { id: string; role: string }
}

export interface CheckoutOptions {
  key?: string
  email?: string
  /** Instead of what the cart says. */
  cartVersion?: number
  expectedTotal?: { amountMinor: number; currency: string }
}

export interface Paid {
  status: number
  /** Where the page sends the shopper; null when it stays. */
  location: string | null
  html: string
}

export interface Shopper {
  id: string
  client: TestClient
  accessToken(): Promise<string>
  addToCart(sku: string, quantity: number): Promise<Cart>
  cart(): Promise<Cart>
  /** Checks out what is in the cart; the answer as it came. */
  checkout(options?: CheckoutOptions): Promise<TestResponse>
  /** Puts one thing in the cart and orders it. @throws Error unless 201 */
  placeOrder(sku: string, quantity: number, options?: CheckoutOptions): Promise<Order>
  order(orderId: string): Promise<Order>
  payment(orderId: string, wait?: { known: PaymentView['state']; waitSec: number }): Promise<PaymentView>
  /** Waits for the hosted page's address. @throws Error when the order ends first */
  payUrl(orderId: string): Promise<string>
  /** Opens the hosted page and sends a card number. */
  pay(orderId: string, card?: string): Promise<Paid>
  /** Cancels, with a fresh key. */
  cancel(orderId: string): Promise<TestResponse>
}

export const cards = { pays: '4242424242424242', declines: '4000000000000002', asks3ds: '4000002500003155' } as const
export const anAddress = { name: 'Gia Guest', line1: '1 Test Street', city: 'Bremen', postalCode: '28195', country: 'DE' }

const expect2xx = (response: TestResponse, what: string): TestResponse => {
  if (response.status < 200 || response.status > 299) throw new Error(`${what} answered ${response.status}: ${response.text}`)
  return response
}

/** Sends a card number to a hosted page. */
export const payOnPage = async (url: string, card: string = cards.pays): Promise<Paid> => {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ cardNumber: card }),
  })
  return { status: response.status, location: response.headers.get('location'), html: await response.text() }
}

/**
 * @param signIn gets the first tokens
 * @param now the clock by which tokens expire
 */
export const shopper = async (
  gatewayUrl: string,
  signIn: (client: TestClient) => Promise<TestResponse>,
  now: () => Date = () => new Date(),
): Promise<Shopper> => {
  const anonymous = testClient(gatewayUrl, async () => null)
  let tokens: Tokens = expect2xx(await signIn(anonymous), 'signing in').body
  let expiresMs = 0
  const remember = (fresh: Tokens) => {
    tokens = fresh
    expiresMs = now().getTime() + (fresh.expiresInSec - 30) * 1000
  }
  remember(tokens)
  const renew = async (): Promise<void> =>
    remember(
      expect2xx(await anonymous.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken }, { key: null }), 'refresh').body,
    )
  // One refresh for all calls that wait for it: a token that is used three times ends the session.
  let renewing: Promise<void> | null = null
  const accessToken = async (): Promise<string> => {
    if (now().getTime() >= expiresMs) {
      renewing ??= renew().finally(() => {
        renewing = null
      })
      await renewing
    }
    return tokens.accessToken
  }
  const client = testClient(gatewayUrl, accessToken)
  const get = async (path: string) => expect2xx(await client.get(path), path).body
  const cart = (): Promise<Cart> => get('/v1/cart')
  const addToCart = async (sku: string, quantity: number): Promise<Cart> =>
    expect2xx(await client.post('/v1/cart/lines', { sku, quantity }), 'adding to the cart').body
  const payment: Shopper['payment'] = (orderId, wait) =>
    get(`/v1/orders/${orderId}/payment${wait ? `?waitSec=${wait.waitSec}&known=${wait.known}` : ''}`)

  const checkout = async (options: CheckoutOptions = {}): Promise<TestResponse> => {
    const wanted = options.cartVersion !== undefined && options.expectedTotal ? null : await cart()
    const body = {
      cartVersion: options.cartVersion ?? wanted?.version,
      expectedTotal: options.expectedTotal ?? wanted?.total,
      shippingAddress: anAddress,
      ...(tokens.principal.role === 'guest' ? { email: options.email ?? `${tokens.principal.id}@example.net` } : {}),
    }
    const call: CallOptions = { key: options.key ?? randomUUID() }
    return client.post('/v1/checkout', body, call)
  }
  const payUrl = async (orderId: string): Promise<string> => {
    const view = await payment(orderId, { known: 'preparing', waitSec: 20 })
    if (view.url === null) throw new Error(`there is no payment page: the order is ${view.state}`)
    return view.url
  }
  return {
    id: tokens.principal.id,
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
