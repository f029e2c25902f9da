// Scenarios of the benchmark: browse, search, fill a cart, check out until the order is `processing`, sign in.
import { randomUUID } from 'node:crypto'
import { type Answer, type Body, type UserClient, userClient } from './client.ts'
import { productCount, skuOf, slugOf, wordOf } from './fill-catalog.ts'
import type { Operation } from './load.ts'

export interface Scenario {
  name: string
  /** Measured seconds; scenarios with long operations have more. */
  seconds: number
  operation(user: number, round: number): Promise<void>
  close(): Promise<void>
}

export const expectStatus = (answer: Answer, status: number): Answer => {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text.slice(0, 300)}`)
  return answer
}

/** Pseudo-random number below `limit`, the same in every run. */
const pick = (user: number, round: number, limit: number): number => (user * 7919 + round * 104_729) % limit

const withClients = (gateway: string) => {
  const clients = new Map<number, UserClient>()
  return {
    of: (user: number): UserClient => {
      const known = clients.get(user) ?? userClient(gateway)
      clients.set(user, known)
      return known
    },
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()))
    },
  }
}

const reading = (gateway: string, name: string, pathOf: (user: number, round: number) => string): Scenario => {
  const clients = withClients(gateway)
  return {
    name,
    seconds: 8,
    close: clients.close,
    operation: async (user, round) => {
      expectStatus(await clients.of(user).call('GET', pathOf(user, round)), 200)
    },
  }
}

const guestToken = async (client: UserClient): Promise<string> =>
  expectStatus(await client.call('POST', '/v1/auth/guest', { body: {} }), 201).json().accessToken

const addingToCart = (gateway: string): Scenario => {
  const clients = withClients(gateway)
  const tokens = new Map<number, string>()
  return {
    name: 'add to cart',
    seconds: 8,
    close: clients.close,
    operation: async (user, round) => {
      const client = clients.of(user)
      // A new guest every 20 lines, so that carts have a realistic size.
      if (round % 20 === 0) tokens.set(user, await guestToken(client))
      const body = { sku: skuOf(pick(user, round, productCount), 0), quantity: 1 }
      expectStatus(await client.call('POST', '/v1/cart/lines', { token: tokens.get(user) ?? '', body }), 200)
    },
  }
}

const address = { name: 'Bench Buyer', line1: '1 Load Lane', city: 'Bremen', postalCode: '28195', country: 'DE' }

/** Reads what shipping costs to the address, and chooses the cheapest option, when the shop ships what is in the cart. */
const chooseShipping = async (client: UserClient, token: string, cart: Body): Promise<Body> => {
  if (!cart.problems.some(({ code }) => code === 'shipping_required')) return cart
  const { country, postalCode } = address
  const { items } = expectStatus(
    await client.call('GET', `/v1/cart/shipping-options?country=${country}&postalCode=${postalCode}`, { token }),
    200,
  ).json()
  const body = { country, postalCode, shippingOptionId: items[0]?.id }
  return expectStatus(await client.call('PUT', '/v1/cart/shipping', { token, body }), 200).json()
}

/** Milliseconds from each checkout request to the address of its payment page. */
export interface CheckoutTimes {
  toUrlMs: number[]
}

/** Creates a guest, adds two lines, checks out, pays on the hosted page, and waits until the order is `processing`. */
const guestCheckout = (gateway: string, sandbox: string, times: CheckoutTimes): Operation & { close(): Promise<void> } => {
  const shopClients = withClients(gateway)
  const payClients = withClients(sandbox)
  const operation = async (user: number, round: number) => {
    const client = shopClients.of(user)
    const token = await guestToken(client)
    const index = pick(user, round, productCount)
    await client.call('POST', '/v1/cart/lines', { token, body: { sku: skuOf(index, 0), quantity: 1 } })
    const filled = expectStatus(
      await client.call('POST', '/v1/cart/lines', { token, body: { sku: skuOf(index, 1), quantity: 2 } }),
      200,
    ).json()
    const cart = await chooseShipping(client, token, filled)
    const started = performance.now()
    const body = {
      cartVersion: cart.version,
      expectedTotal: cart.total,
      email: `buyer-${user}@example.net`,
      shippingAddress: address,
    }
    const order = expectStatus(await client.call('POST', '/v1/checkout', { token, body, key: randomUUID() }), 201).json()
    const open = expectStatus(
      await client.call('GET', `/v1/orders/${order.id}/payment?waitSec=20&known=preparing`, { token }),
      200,
    ).json()
    if (open.state !== 'open') throw new Error(`the order has no payment page: its payment is ${open.state}`)
    times.toUrlMs.push(performance.now() - started)
    const page = new URL(open.url)
    expectStatus(await payClients.of(user).call('POST', page.pathname, { form: 'cardNumber=4242424242424242' }), 303)
    const paid = expectStatus(
      await client.call('GET', `/v1/orders/${order.id}/payment?waitSec=20&known=open`, { token }),
      200,
    ).json()
    if (paid.state !== 'paid') throw new Error(`the order is not paid: its payment is ${paid.state}`)
    const { status } = expectStatus(
      await client.call('GET', `/v1/orders/${order.id}?waitSec=20&known=pending`, { token }),
      200,
    ).json()
    if (status !== 'processing') throw new Error(`the order is ${status}`)
  }
  return Object.assign(operation, {
    close: async () => {
      await shopClients.close()
      await payClients.close()
    },
  })
}

const signingIn = (gateway: string): Scenario => {
  const clients = withClients(gateway)
  return {
    name: 'log in',
    seconds: 10,
    close: clients.close,
    operation: async (user) => {
      const body = { email: user % 2 === 0 ? 'alice@example.com' : 'bob@example.com', password: 'cartwright-demo' }
      expectStatus(await clients.of(user).call('POST', '/v1/auth/login', { body }), 200)
    },
  }
}

export const checkoutName = 'guest checkout until processing'

export const scenarios = (gateway: string, sandbox: string, times: CheckoutTimes): Scenario[] => {
  const checkout = guestCheckout(gateway, sandbox, times)
  return [
    reading(gateway, 'product by slug', (user, round) => `/v1/products/${slugOf(pick(user, round, productCount))}`),
    reading(gateway, 'list of 20 by name', (user, round) => `/v1/products?sort=name&limit=20&minPrice=${pick(user, round, 200)}`),
    reading(
      gateway,
      'list of 20 by price',
      (user, round) => `/v1/products?sort=price&limit=20&minPrice=${500 + pick(user, round, 200)}`,
    ),
    reading(gateway, 'search', (user, round) => `/v1/search?q=${wordOf(pick(user, round, 10))}&limit=20`),
    addingToCart(gateway),
    { name: checkoutName, seconds: 15, operation: checkout, close: checkout.close },
    signingIn(gateway),
  ]
}
