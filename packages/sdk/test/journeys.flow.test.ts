// The SDK against a whole shop: a guest from the first call to the refund, connections that are cut, tabs that share tokens.
import { anAddress, payOnPage, startTestShop, type TestShop } from '@cartwright/shop/test-shop'
import { proxyOf } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { guestToRefund } from '../examples/guest-to-refund.ts'
import { openAdmin, rename, shipAll } from '../examples/operator.ts'
import { cartSize, shopOf } from '../examples/server-rendering.ts'
import { browse, checkOut, enterCode, fillCart, follow, openShop } from '../examples/storefront.ts'
import { type AdminClient, createAdminClient } from '../src/admin.ts'
import {
  type Cart,
  type Client,
  ConnectionError,
  createClient,
  isApiError,
  type Order,
  type ShippingOptionInput,
  type WebStorage,
  webStorageTokens,
} from '../src/index.ts'

let shop: TestShop

const storage = (): WebStorage => {
  const values = new Map<string, string>()
  return {
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => void values.set(name, value),
    removeItem: (name) => void values.delete(name),
  }
}

/** A machine that runs many tests answers late; how late is not what these tests are about. */
const timeoutMs = 60_000
const alice = { email: 'alice@example.com', password: 'cartwright-demo' }

const operator = async (): Promise<AdminClient> => {
  const admin = createAdminClient({ baseUrl: shop.url, timeoutMs })
  await admin.auth.login({ email: 'admin@example.com', password: 'cartwright-demo' })
  return admin
}

beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'MUG-1', priceMinor: 1250, stock: 500, name: 'Stoneware mug' })
  const admin = await operator()
  const parcel: ShippingOptionInput = {
    id: 'opt_parcel',
    name: 'Parcel',
    kind: 'flat',
    rates: [{ currency: 'EUR', tiers: [{ from: 0, amountMinor: 490 }] }],
    estimateDays: { min: 1, max: 3 },
  }
  await admin.shippingZones.set({
    items: [{ id: 'zon_germany', name: 'Germany', countries: [{ code: 'DE' }], options: [parcel] }],
  })
  await shop.idle()
})
afterAll(() => shop?.stop())

test('the example takes a guest from the first call to a refunded order', async () => {
  const order = await guestToRefund(shop.url, async (url) => {
    expect((await payOnPage(url)).status).toBe(303)
  })
  expect(order).toMatchObject({ paymentStatus: 'paid', refundStatus: 'partial', returnStatus: 'full' })
  expect((await shop.ledger()).refunds).toMatchObject([{ amount: 1250, status: 'succeeded' }])
})

test('the examples of a storefront and of an operator bring a parcel on its way', async () => {
  const client = openShop(shop.url, storage())
  const admin = await openAdmin(shop.url, 'admin@example.com', 'cartwright-demo')
  const { id: categoryId } = await admin.categories.create({ name: 'Kitchen', slug: 'kitchen' })
  const mug = (await admin.products.list()).items[0]?.id ?? ''
  await admin.products.update(mug, { categoryIds: [categoryId] })
  await rename(admin, mug, 'Moss mug')
  await shop.idle()
  expect(await browse(client, 'kitchen')).toEqual(['Moss mug'])

  const cart = await fillCart(client, 'MUG-1')
  expect(cart).toMatchObject({ total: { amountMinor: 2990 }, problems: [] })
  expect(await enterCode(client, 'NOTHING')).toMatch(/./)
  const { order, url } = await checkOut(client, cart, 'gia@example.net', 'Gia Guest')
  const seen: string[] = []
  const controller = new AbortController()
  const followed = follow(
    client,
    order.id,
    (status) => seen.push(status) > 0 && status === 'shipped' && controller.abort(),
    controller.signal,
  )
  await payOnPage(url ?? '')
  await shop.idle()
  expect(await shipAll(admin, 'DHL', () => 'JJD000390007882823')).toBe(1)
  await expect(followed).rejects.toMatchObject({ name: 'AbortError' })
  expect(seen).toEqual(expect.arrayContaining(['payment paid', 'processing', 'shipped']))
})

test('the example of a server that renders pages keeps a cart from page to page', async () => {
  const jar = new Map<string, string>()
  const cookies = { get: (name: string) => jar.get(name), set: (name: string, value: string) => void jar.set(name, value) }
  expect(await cartSize(shopOf(shop.url, cookies))).toBe(0)
  expect(jar.size).toBe(0)
  await shopOf(shop.url, cookies).cart.add({ sku: 'MUG-1', quantity: 2 })
  expect(await cartSize(shopOf(shop.url, cookies))).toBe(2)
})

test('errors of the shop are narrowed by their code', async () => {
  const client = createClient({ baseUrl: shop.url, locale: 'de' })
  const error = await client.cart.addCode('NOTHING').catch((thrown: unknown) => thrown)
  expect(isApiError(error, 'code_unknown')).toBe(true)
  const invalid = await client.cart.add({ sku: 'MUG-1', quantity: 0 }).catch((thrown: unknown) => thrown)
  if (!isApiError(invalid, 'validation_failed')) throw invalid
  expect(Object.keys(invalid.fields)).toEqual(['/quantity'])
})

test('the events of an order follow it from the checkout to the payment, also when the stream is cut', async () => {
  await using proxy = await proxyOf(shop.url)
  const client = createClient({ baseUrl: proxy.through(shop.url), timeoutMs })
  const order = await placeOrder(client)
  const seen: string[] = []
  const ids: number[] = []
  for await (const event of client.orders.events(order.id)) {
    seen.push(event.type === 'order' ? event.data.status : event.data.state)
    ids.push(Number(event.id))
    if (event.type === 'payment' && event.data.url !== null) await payOnPage(event.data.url)
    if (event.type === 'order' && event.data.status === 'processing') break
    proxy.cut()
  }
  expect(seen).toEqual(expect.arrayContaining(['pending', 'open', 'processing']))
  // Only the stream gives ids: no event came by a long poll, and none came twice.
  expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other))
  expect(ids.every(Number.isInteger)).toBe(true)
})

/** Repeats work whose connection failed, as a person does who tries again. */
const untilConnected = async <T>(work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
    }
  }
}

/** A write without a key is never repeated blindly: the cart says whether the line has arrived. */
const addOne = async (client: Client): Promise<Cart> => {
  const cart = await client.cart.get()
  return cart.lines.length > 0 ? cart : client.cart.add({ sku: 'MUG-1', quantity: 1 })
}

const placeOrder = async (client: Client): Promise<Order> => {
  await untilConnected(() => addOne(client))
  const { country, postalCode } = anAddress
  const offered = await untilConnected(() => client.cart.setShipping({ country, postalCode }))
  const shippingOptionId = offered.shippingOptions[0]?.id ?? ''
  const cart = await untilConnected(() => client.cart.setShipping({ country, postalCode, shippingOptionId }))
  const idempotencyKey = crypto.randomUUID()
  const checkout = { cart, email: 'gia@example.net', shippingAddress: anAddress }
  return untilConnected(() => client.checkout.place(checkout, { idempotencyKey }))
}

/** A random number by a seed, so that a run can be repeated. */
const randomOf = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test('100 checkouts are 100 orders while 30 % of the connections are cut', async () => {
  const random = randomOf(7)
  const before = (await orderIds()).length
  let requests = 0
  let cuts = 0
  const isCut = (share: number): boolean => random() < share && ++cuts > 0
  await using proxy = await proxyOf(shop.url, {
    onRequest: () => void requests++,
    // Half of them before the shop has read the request, half after it has done what was asked.
    isLost: () => isCut(0.15),
    onAnswer: () => (isCut(0.15 / 0.85) ? 'cut' : 'pass'),
  })
  const baseUrl = proxy.through(shop.url)
  const placed: Order[] = []
  const buyer = async () => {
    while (placed.length + running < 100) {
      running++
      placed.push(await placeOrder(createClient({ baseUrl, timeoutMs })).finally(() => running--))
    }
  }
  let running = 0
  await Promise.all(Array.from({ length: 4 }, buyer))
  expect(cuts / requests).toBeGreaterThan(0.25)
  expect(new Set(placed.map(({ id }) => id)).size).toBe(100)
  expect((await orderIds()).length - before).toBe(100)
}, 300_000)

const orderIds = async (): Promise<string[]> => {
  const ids: string[] = []
  for await (const { id } of (await operator()).orders.list({ limit: 100 })) ids.push(id)
  return ids
}

test('20 calls of two tabs with an expired token refresh it once, and stay signed in', async () => {
  const shared = storage()
  const refreshes: string[] = []
  const tab = () =>
    createClient({
      baseUrl: shop.url,
      timeoutMs,
      tokens: webStorageTokens(shared),
      fetch: (input, init) => {
        if (String(input).endsWith('/v1/auth/refresh')) refreshes.push(String(init?.body))
        return fetch(input, init)
      },
    })
  const tabs = [tab(), tab()] as const
  await tabs[0].auth.login(alice)
  await shop.advance('11m')
  const profiles = await Promise.all(Array.from({ length: 20 }, (_, call) => tabs[call % 2]?.me.get()))
  expect(new Set(profiles.map((profile) => profile?.email))).toEqual(new Set([alice.email]))
  expect(refreshes).toHaveLength(1)
  expect((await tabs[1].me.sessions()).items.filter(({ current }) => current)).toHaveLength(1)
})

test('a guest who signs in keeps the cart', async () => {
  const client = createClient({ baseUrl: shop.url, timeoutMs })
  await client.cart.add({ sku: 'MUG-1', quantity: 3 })
  await client.auth.login(alice)
  expect((await client.cart.get()).lines).toMatchObject([{ sku: 'MUG-1', quantity: 3 }])
  await client.auth.logout()
  expect(await client.auth.session()).toBeNull()
})
