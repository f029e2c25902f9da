// Reserve throughput: prepared carts are ordered all at once through POST /v1/checkout, and catalog's stock tells when it holds the last piece.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Body } from './client.ts'
import { signIn, skuOf } from './fill-catalog.ts'
import { address, expectStatus, guestToken, withClients } from './scenarios.ts'

export const reserveName = 'reserve on one hot SKU'

/** Orders of one piece each, placed side by side. */
export interface Burst {
  skus: number
  orders: number
  /** Orders placed per second: what there was to reserve. */
  placedPerSec: number
  /** Reservations per second, from the first order's request until catalog held the last. */
  reservedPerSec: number
  /** How many were held already when the last order was placed; below 1 the reservations are what is slow. */
  heldAtEnd: number
}

const lookEveryMs = 20
const limitMs = 120_000

interface Prepared {
  token: string
  cart: Body
}

type Clients = ReturnType<typeof withClients>

/** Runs `work` for 0 … count-1 with `users` side by side. */
const sideBySide = async (users: number, count: number, work: (index: number, user: number) => Promise<void>): Promise<void> => {
  let next = 0
  const one = async (user: number) => {
    while (next < count) await work(next++, user)
  }
  await Promise.all(Array.from({ length: users }, (_, user) => one(user)))
}

const prepare = async (clients: Clients, user: number, sku: string): Promise<Prepared> => {
  const client = clients.of(user)
  const token = await guestToken(client)
  const cart = expectStatus(await client.call('POST', '/v1/cart/lines', { token, body: { sku, quantity: 1 } }), 200).json()
  return { token, cart }
}

const placeOrder = async (clients: Clients, user: number, { token, cart }: Prepared): Promise<string> => {
  const body = { cartVersion: cart.version, expectedTotal: cart.total, email: 'hot@example.net', shippingAddress: address }
  return expectStatus(await clients.of(user).call('POST', '/v1/checkout', { token, body, key: randomUUID() }), 201).json().id
}

/** Pieces that catalog holds for orders, of all these SKUs. */
const reserved = async (clients: Clients, watcher: number, token: string, skus: readonly string[]): Promise<number> => {
  let sum = 0
  for (const sku of skus)
    sum += expectStatus(await clients.of(watcher).call('GET', `/v1/admin/stock/${sku}`, { token }), 200).json().reserved
  return sum
}

const untilReserved = async (look: () => Promise<number>, enough: (held: number) => boolean): Promise<number> => {
  const until = performance.now() + limitMs
  while (performance.now() < until) {
    if (enough(await look())) return performance.now()
    await delay(lookEveryMs)
  }
  throw new Error('the reservations did not come to an end in time')
}

/** Orders `orders` pieces, spread evenly over `skus` SKUs. Afterwards everything is cancelled and given back. */
export const reserveBurst = async (
  gateway: string,
  { users, orders, skus }: { users: number; orders: number; skus: number },
): Promise<Burst> => {
  const clients = withClients(gateway)
  const watcher = users
  const wanted = Array.from({ length: skus }, (_, index) => skuOf(index, 0))
  try {
    const admin = await signIn(clients.of(watcher), 'admin@example.com')
    const held = () => reserved(clients, watcher, admin, wanted)
    const prepared: Prepared[] = []
    await sideBySide(users, orders, async (index, user) => {
      prepared[index] = await prepare(clients, user, wanted[index % skus] ?? '')
    })
    const before = await held()
    const placed: { id: string; token: string }[] = []
    const started = performance.now()
    const placing = sideBySide(users, orders, async (index, user) => {
      const wish = prepared[index]
      if (wish) placed.push({ id: await placeOrder(clients, user, wish), token: wish.token })
    }).then(() => performance.now())
    const [placedAt, heldAtEnd] = [await placing, (await held()) - before]
    const reservedAt = await untilReserved(held, (now) => now - before >= orders)
    await sideBySide(users, placed.length, async (index, user) => {
      const { id = '', token = '' } = placed[index] ?? {}
      expectStatus(await clients.of(user).call('POST', `/v1/orders/${id}/cancel`, { token, body: {}, key: randomUUID() }), 202)
    })
    await untilReserved(held, (now) => now <= before)
    return {
      skus,
      orders,
      placedPerSec: orders / ((placedAt - started) / 1000),
      reservedPerSec: orders / ((reservedAt - started) / 1000),
      heldAtEnd: heldAtEnd / orders,
    }
  } finally {
    await clients.close()
  }
}
