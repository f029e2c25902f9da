// A tax provider outside of the shop, through cart, checkout and payment: its rates are shown and charged, and nothing is sold without them.
import type { Cart, Order } from '@cartwright/contracts'
import { type FakeTaxProvider, startFakeTaxProvider } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let provider: FakeTaxProvider
let shop: TestShop
beforeAll(async () => {
  provider = await startFakeTaxProvider()
  shop = await startTestShop({ env: { TAX_PROVIDER_URL: provider.url, TAX_PROVIDER_CACHE_SEC: '0' } })
  await shop.admin.stockUp({ sku: 'LAMP', stock: 100, priceMinor: 10_000, currency: 'USD' })
  // The table of the shop has another rate, which must never be used.
  const table = [{ name: 'Table', country: 'DE', taxClass: 'standard', rate: 50 }]
  await shop.admin.client.put('/v1/admin/tax-rates', { items: table, taxExcluded: ['USD'] })
  await shop.idle()
})
afterAll(async () => {
  await shop?.stop()
  await provider?.[Symbol.asyncDispose]()
})

const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' })
const says = (rate: number) => provider.say({ taxRates: [{ name: 'Tax', country: 'DE', taxClass: 'standard', rate }] })

const aShopper = async () => {
  const guest = await shop.guest()
  await guest.client.post('/v1/cart/lines', { sku: 'LAMP', quantity: 1, currency: 'USD' })
  const { body: cart } = await guest.client.put('/v1/cart/shipping', { country: 'DE', postalCode: '28195' })
  return { guest, cart: cart as Cart }
}

test('the cart shows, the order charges and the buyer pays the rates of the provider', async () => {
  says(12.5)
  const { guest, cart } = await aShopper()
  expect(cart).toMatchObject({ tax: usd(1250), taxKnown: true, total: usd(11_250), problems: [] })
  const placed = await guest.checkout()
  expect(placed).toMatchObject({ status: 201, body: { tax: usd(1250), total: usd(11_250) } })
  expect((await guest.pay(placed.body.id)).status).toBe(303)
  await shop.idle()
  const order: Order = await shop.admin.order(placed.body.id)
  expect(order).toMatchObject({ status: 'processing', captured: usd(11_250), taxes: [{ name: 'Tax', rate: 12.5 }] })
})

test('a rate that changes between cart and checkout is told with both totals', async () => {
  says(10)
  const { guest, cart } = await aShopper()
  says(20)
  expect(await guest.checkout({ expectedTotal: cart.total, cartVersion: cart.version })).toMatchObject({
    status: 409,
    body: { code: 'price_changed', expected: usd(11_000), total: usd(12_000) },
  })
  expect(await guest.checkout()).toMatchObject({ status: 201, body: { total: usd(12_000) } })
})

test('while the provider cannot answer, carts are served with the problem, and a checkout is refused with the same code', async () => {
  provider.say({ status: 500 })
  const { guest, cart } = await aShopper()
  expect(cart).toMatchObject({ tax: usd(0), taxes: [], taxKnown: false, problems: [{ code: 'tax_unavailable' }] })
  const refused = await guest.checkout({ expectedTotal: cart.total, cartVersion: cart.version })
  expect(refused).toMatchObject({ status: 503, body: { code: 'tax_unavailable' } })
  says(10)
  await expect.poll(async () => (await guest.cart()).taxKnown, { timeout: 5000 }).toBe(true)
  expect(await guest.checkout()).toMatchObject({ status: 201, body: { total: usd(11_000) } })
})
