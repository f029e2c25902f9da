// Taxes that a provider outside of the shop says, at a checkout: other rates are charged, and no order is placed while it cannot answer.
import type { TaxRate } from '@cartwright/contracts'
import { exampleRules, type FakeTaxProvider, startFakeTaxProvider } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { rulePublisher } from '../../promotions.fixture.ts'

let provider: FakeTaxProvider
let o: OrderUnderTest
const publish = rulePublisher(() => o)
beforeAll(async () => {
  provider = await startFakeTaxProvider()
  o = await startOrder({ TAX_PROVIDER_URL: provider.url, TAX_PROVIDER_CACHE_SEC: '0' })
  const { version: _, ...rules } = exampleRules(0)
  await publish(rules)
})
afterAll(async () => {
  await o?.stop()
  await provider[Symbol.asyncDispose]()
})

const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' })
const tenPercent: TaxRate = { name: 'Tax', country: 'US', region: 'CA', taxClass: 'standard', rate: 10 }
const address = { name: 'A', line1: '1', city: 'Los Angeles', postalCode: '90012', region: 'CA', country: 'US' }

/** A shopper with two things at 10.00 dollars that are shipped to California for 5.00. */
const aBuyer = () => {
  const shopper = o.aShopper()
  const choice = { currency: 'USD', destination: { country: 'US', region: 'CA' }, shippingOptionId: 'opt_coastal' }
  o.fillCart(shopper, [{ sku: o.anItem({ price: usd(1000) }).sku, quantity: 2 }], 3, choice)
  return (total: number) => o.checkout(shopper, { expectedTotal: usd(total), shippingAddress: address })
}

test('an order is charged by the rates of the provider, which are frozen with it', async () => {
  provider.say({ taxRates: [tenPercent] })
  const buy = aBuyer()
  expect(await buy(2706)).toMatchObject({ status: 409, body: { code: 'price_changed', total: usd(2750) } })
  const { status, body } = await buy(2750)
  expect(status).toBe(201)
  expect(body).toMatchObject({ tax: usd(250), total: usd(2750), taxes: [{ name: 'Tax', rate: 10, amount: usd(250) }] })
  expect(provider.asked.at(-1)?.destination).toEqual({ country: 'US', region: 'CA', postalCode: '90012' })
  const [{ input }] = await o.t.sql(`SELECT input FROM order_price_input WHERE order_id = '${body.id}'`)
  expect(JSON.parse(input).taxRates).toEqual([tenPercent])
})

test('while the provider cannot answer a checkout is 503, also one of the total without tax, and nothing is written', async () => {
  const buy = aBuyer()
  const count = async () => (await o.t.sql('SELECT COUNT(*) AS n FROM customer_order'))[0].n
  const before = await count()
  for (const failure of [{ status: 500 }, { body: '{}' }, { taxRates: [{ ...tenPercent, country: 'CA' }] }]) {
    provider.say(failure)
    for (const total of [2500, 2750]) {
      const answer = await buy(total)
      expect(answer).toMatchObject({ status: 503, body: { code: 'tax_unavailable' } })
      expect(answer.headers.get('retry-after')).toBe('5')
    }
  }
  expect(await count()).toBe(before)
  provider.say({ taxRates: [tenPercent] })
  await expect.poll(async () => (await buy(2750)).status, { timeout: 5000, interval: 300 }).toBe(201)
})
