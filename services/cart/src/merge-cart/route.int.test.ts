// Merging through the face: the guest's cart is taken once, whoever asks however often.
import { catalogEvents } from '@cartwright/contracts'
import type { UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aCustomer, aGuest, announce, aProduct, quantities, startCart } from '../fixtures.ts'

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

  test('quantities sum, are capped to stock, and the guest’s cart is closed', async () => {
    const [shared, scarce, own] = [await announce(t), await announce(t, { available: 4 }), await announce(t)]
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

  test('a second merge changes nothing and tells again what was left out', async () => {
    const [kept, gone] = [await announce(t), await announce(t)]
    const { asGuest, asCustomer, merge } = pair()
    for (const sku of [kept, gone]) await asGuest.post('/v1/cart/lines', { sku, quantity: 1 })
    await t.receive(catalogEvents.productChanged, aProduct({ sku: gone, version: 2, status: 'archived' }))
    const first = await merge()
    expect(first.body.problems).toMatchObject([{ code: 'unavailable', sku: gone }])
    expect(quantities(first.body)).toEqual({ [kept]: 1 })
    expect((await merge()).body).toEqual(first.body)
    expect((await asCustomer.get('/v1/cart')).body).toMatchObject({ version: 1, problems: [] })
  })

  test('ten merges at the same moment merge once', async () => {
    const sku = await announce(t)
    const { asGuest, asCustomer, merge } = pair()
    await asGuest.post('/v1/cart/lines', { sku, quantity: 3 })
    const answers = await Promise.all(Array.from({ length: 10 }, merge))
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
    expect((await asCustomer.get('/v1/cart')).body).toMatchObject({ version: 1, lines: [{ sku, quantity: 3 }] })
  })

  test('two customers with the same guest’s token: one of them gets the lines', async () => {
    const sku = await announce(t)
    const { guest, asGuest, asCustomer, merge } = pair()
    const other = t.as(aCustomer())
    await asGuest.post('/v1/cart/lines', { sku, quantity: 3 })
    await Promise.all([merge(), other.post('/v1/cart/merge', { guestAccessToken: await t.token(guest) })])
    const carts = await Promise.all([asCustomer, other].map(async (client) => (await client.get('/v1/cart')).body.lines.length))
    expect(carts.sort()).toEqual([0, 1])
  })

  test('merging nothing changes nothing, and an empty customer’s cart takes the guest’s currency', async () => {
    const sku = await announce(t, { prices: { EUR: 1000, USD: 1100 } })
    const empty = pair()
    expect((await empty.merge()).body).toMatchObject({ version: 0, lines: [], problems: [] })
    const { asGuest, merge } = pair()
    await asGuest.post('/v1/cart/lines', { sku, quantity: 1, currency: 'USD' })
    expect((await merge()).body).toMatchObject({ currency: 'USD', total: { amountMinor: 1100, currency: 'USD' } })
  })

  test('only a customer takes over, only a guest’s cart, and only with a true token', async () => {
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
