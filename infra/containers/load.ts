// Guests who look around and order for half a minute: the load under which the memory of the containers is measured.
import { randomUUID } from 'node:crypto'
import type { Cart } from '../../packages/contracts/src/index.ts'
import { chooseShipping } from '../../packages/testing/src/choose-shipping.ts'

const loadMs = 30_000
const readers = 10
const buyers = 10
const shippingAddress = { name: 'Gia Guest', line1: '1 Harbour Street', city: 'Bremen', postalCode: '28195', country: 'DE' }

export interface Load {
  reads: number
  orders: number
  /** Status of each request that failed, and how many did: `503` or the message of a broken connection. */
  failures: ReadonlyMap<string, number>
}

/** @throws Error that names the status of an answer that is none of a working shop */
const call = async <T>(url: string, token: string | null = null, body?: object, method?: 'PUT'): Promise<T> => {
  const answer = await fetch(url, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(String(answer.status))
  return JSON.parse(text) as T
}

interface Page {
  items: { slug: string }[]
}

const look = async (gateway: string): Promise<void> => {
  await call(`${gateway}/v1/products?limit=20&sort=price&minPrice=${Math.floor(Math.random() * 3000)}`)
  await call(`${gateway}/v1/search?q=mug&limit=3`)
}

const order = async (gateway: string): Promise<void> => {
  const { accessToken } = await call<{ accessToken: string }>(`${gateway}/v1/auth/guest`, null, {})
  const { items } = await call<Page>(`${gateway}/v1/products?inStock=true&limit=20`)
  const { slug } = items[Math.floor(Math.random() * items.length)] ?? { slug: '' }
  const { variants } = await call<{ variants: { sku: string }[] }>(`${gateway}/v1/products/${slug}`)
  const line = { sku: variants[0]?.sku, quantity: 1 }
  const filled = await call<Cart>(`${gateway}/v1/cart/lines`, accessToken, line)
  const cart = await chooseShipping(filled, shippingAddress, (path, body) => call<Cart>(gateway + path, accessToken, body, 'PUT'))
  const checkout = { cartVersion: cart.version, expectedTotal: cart.total, email: 'gia@example.net', shippingAddress }
  await call(`${gateway}/v1/checkout`, accessToken, checkout)
}

export const runLoad = async (gateway: string): Promise<Load> => {
  const until = performance.now() + loadMs
  const failures = new Map<string, number>()
  const repeat = async (once: (gateway: string) => Promise<void>): Promise<number> => {
    let done = 0
    while (performance.now() < until) {
      try {
        await once(gateway)
        done += 1
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        failures.set(message, (failures.get(message) ?? 0) + 1)
      }
    }
    return done
  }
  const [read, ordered] = await Promise.all([
    Promise.all(Array.from({ length: readers }, () => repeat(look))),
    Promise.all(Array.from({ length: buyers }, () => repeat(order))),
  ])
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
  return { reads: sum(read), orders: sum(ordered), failures }
}
