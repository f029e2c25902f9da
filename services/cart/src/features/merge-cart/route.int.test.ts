// Merges through the API: the guest's cart is taken once, also under repeated and concurrent calls.
import { catalogEvents } from '@cartwright/contracts'
import type { UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aCustomer, aGuest, aProduct, publishProduct, quantities, startCart } from '../../fixtures.ts'

describe('merging after sign-in', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startCart()
  })
  afterAll(() => t.stop())

  const pair = () => {
    const [guest, customer] = [aGuest(), aCustomer()]
    const merge = async () => t.as(customer).post('/v1/cart/merge', { guestAccessToken: await t.token(guest) })
    return { guest, customer, asGuest: t.as(guest), asCustomer: t.as(customer), merge }
  }

  test('a merge sums quantities, caps them to stock and closes the guest’s cart', async () => {
    const [shared, scarce, own] = [await publishProduct(t), await publishProduct(t, { available: 4 }), await publishProduct(t)]
    const { asGuest, asCustomer, merge } = pair()
    for (const sku of [shared, scarce]) await asGuest.post('/v1/cart/lines', { sku, quantity: 3 })
    for (const sku of [shared, scarce, own]) await asCustomer.post('/v1/cart/lines', { sku, quantity: 2 })
    const answer = await merge()
    expect(answer).toMatchObject({
      status: 200,
      body: { version: 4, problems: [{ code: 'out_of_stock', sku: scarce, requested: 5, available: 4 }] },
    })
    expect(quantities(answer.body)).toEqual({ [shared]: 5, [scarce]: 4, [own]: 2 })
    expect((await asGuest.get('/v1/cart')).body.lines).toEqual([])
    expect(quantities((await asCustomer.get('/v1/cart')).body)).toEqual(quantities(answer.body))
  })

  test('a second merge changes nothing and answers the problems of the first', async () => {
    const [plenty, scarce] = [await publishProduct(t), await publishProduct(t, { available: 2 })]
    const { asGuest, asCustomer, merge } = pair()
    for (const sku of [plenty, scarce]) await asGuest.post('/v1/cart/lines', { sku, quantity: 3 })
    const first = await merge()
    expect(first.body.problems).toMatchObject([{ code: 'out_of_stock', sku: scarce, requested: 3, available: 2 }])
    expect(quantities(first.body)).toEqual({ [plenty]: 3, [scarce]: 2 })
    expect((await merge()).body).toEqual(first.body)
    expect((await asCustomer.get('/v1/cart')).body).toMatchObject({ version: 1, problems: [] })
  })

  test.each([
    { guest: 'EUR', customer: 'USD' },
    { guest: 'USD', customer: 'EUR' },
    { guest: 'JPY', customer: 'EUR' },
  ])('a guest’s cart in $guest loses nothing in a customer’s in $customer, as after a change of currency', async (input) => {
    const both = await publishProduct(t, { prices: { [input.guest]: 1000, [input.customer]: 900 } })
    const only = await publishProduct(t, { prices: { [input.guest]: 700 } })
    const own = await publishProduct(t, { prices: { [input.customer]: 500 } })
    const { asGuest, asCustomer, merge } = pair()
    for (const sku of [both, only]) await asGuest.post('/v1/cart/lines', { sku, quantity: 2, currency: input.guest })
    await asCustomer.post('/v1/cart/lines', { sku: own, quantity: 1, currency: input.customer })
    const merged = (await merge()).body
    expect(merged).toMatchObject({ currency: input.customer, total: { amountMinor: 2300 } })
    expect(quantities(merged)).toEqual({ [both]: 2, [only]: 2, [own]: 1 })
    expect(merged.problems).toMatchObject([{ code: 'unavailable', sku: only }])
    const other = await asCustomer.patch('/v1/cart', { currency: input.guest })
    expect(other.body).toMatchObject({ total: { amountMinor: 3400 }, problems: [{ code: 'unavailable', sku: own }] })
    expect(quantities(other.body)).toEqual({ [both]: 2, [only]: 2, [own]: 1 })
  })

  test('lines that are not sold any more or sold out stay in the cart with a problem', async () => {
    const [gone, empty] = [await publishProduct(t), await publishProduct(t, { available: 0 })]
    const { asGuest, asCustomer, merge } = pair()
    for (const sku of [gone, empty]) await asGuest.post('/v1/cart/lines', { sku, quantity: 4 })
    await t.receive(catalogEvents.productChanged, aProduct({ sku: gone, version: 2, status: 'archived' }))
    const problems = [
      { code: 'unavailable', sku: gone },
      { code: 'out_of_stock', sku: empty, requested: 4, available: 0 },
    ]
    expect((await merge()).body.problems).toMatchObject(problems)
    const read = (await asCustomer.get('/v1/cart')).body
    expect(quantities(read)).toEqual({ [gone]: 4, [empty]: 4 })
    expect(read.problems).toMatchObject(problems)
  })

  test('ten concurrent merges merge once', async () => {
    const sku = await publishProduct(t)
    const { asGuest, asCustomer, merge } = pair()
    await asGuest.post('/v1/cart/lines', { sku, quantity: 3 })
    const answers = await Promise.all(Array.from({ length: 10 }, merge))
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
    expect((await asCustomer.get('/v1/cart')).body).toMatchObject({ version: 1, lines: [{ sku, quantity: 3 }] })
  })

  test('of two customers with the same guest’s token one gets the lines', async () => {
    const sku = await publishProduct(t)
    const { guest, asGuest, asCustomer, merge } = pair()
    const other = t.as(aCustomer())
    await asGuest.post('/v1/cart/lines', { sku, quantity: 3 })
    await Promise.all([merge(), other.post('/v1/cart/merge', { guestAccessToken: await t.token(guest) })])
    const carts = await Promise.all([asCustomer, other].map(async (client) => (await client.get('/v1/cart')).body.lines.length))
    expect(carts.sort()).toEqual([0, 1])
  })

  test('merging an empty cart changes nothing, and an empty customer’s cart takes the guest’s currency', async () => {
    const sku = await publishProduct(t, { prices: { EUR: 1000, USD: 1100 } })
    const empty = pair()
    expect((await empty.merge()).body).toMatchObject({ version: 0, lines: [], problems: [] })
    const { asGuest, merge } = pair()
    await asGuest.post('/v1/cart/lines', { sku, quantity: 1, currency: 'USD' })
    expect((await merge()).body).toMatchObject({ currency: 'USD', total: { amountMinor: 1100, currency: 'USD' } })
  })

  test('only a customer merges, only a guest’s cart, and only with a valid token', async () => {
    const { guest, customer, asGuest, asCustomer } = pair()
    expect(await asGuest.post('/v1/cart/merge', { guestAccessToken: await t.token(guest) })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
    expect(await asCustomer.post('/v1/cart/merge', { guestAccessToken: await t.token(aCustomer()) })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
    expect(await asCustomer.post('/v1/cart/merge', { guestAccessToken: await t.token(customer) })).toMatchObject({ status: 403 })
    expect(await asCustomer.post('/v1/cart/merge', { guestAccessToken: guest.id })).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    })
  })
})
