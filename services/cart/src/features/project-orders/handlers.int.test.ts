// Events of order: carts are closed and lines restored once each, in any order of the events and under redelivery.
import { identityEvents, orderEvents } from '@cartwright/contracts'
import type { UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aCustomer, aGuest, cancellationOf, orderOf, publishProduct, quantities, startCart } from '../../fixtures.ts'

describe('following orders', () => {
  let t: UnderTest
  let sku: string
  let other: string
  beforeAll(async () => {
    t = await startCart()
    sku = await publishProduct(t)
    other = await publishProduct(t)
  })
  afterAll(() => t.stop())

  const aShopper = async (quantity = 2) => {
    const who = aGuest()
    const client = t.as(who)
    const cart = (await client.post('/v1/cart/lines', { sku, quantity })).body
    return { who, client, cart, order: orderOf(who, cart), read: async () => (await client.get('/v1/cart')).body }
  }

  test('a placed order closes exactly its cart, and a repeated event changes nothing', async () => {
    const { client, cart, order, read } = await aShopper()
    await t.receive(orderEvents.placed, order, { twice: true })
    const next = await read()
    expect(next).toMatchObject({ lines: [], total: { amountMinor: 0 } })
    expect(next.id).not.toBe(cart.id)
    const added = (await client.post('/v1/cart/lines', { sku, quantity: 1 })).body
    expect(added.version).toBeGreaterThan(cart.version)
    await t.receive(orderEvents.placed, order)
    expect(await read()).toEqual(added)
  })

  test('lines and quantities that were written after ordering move to a new cart', async () => {
    const { client, cart, order, read } = await aShopper(2)
    await client.post('/v1/cart/lines', { sku, quantity: 3 })
    const later = (await client.post('/v1/cart/lines', { sku: other, quantity: 1 })).body
    expect(later.id).toBe(cart.id)
    await t.receive(orderEvents.placed, order, { twice: true })
    const next = await read()
    expect(quantities(next)).toEqual({ [sku]: 3, [other]: 1 })
    expect(next.id).not.toBe(cart.id)
    expect(next.version).toBeGreaterThan(later.version)
    expect(next.lines.map(({ id }: { id: string }) => id)).toEqual(later.lines.map(({ id }: { id: string }) => id))
    expect((await client.patch(`/v1/cart/lines/${next.lines[0].id}`, { quantity: 1 })).status).toBe(200)
  })

  test('removing a line from an ordered cart leaves no line in the next cart', async () => {
    const { client, cart, order, read } = await aShopper(2)
    await client.patch(`/v1/cart/lines/${cart.lines[0].id}`, { quantity: 1 })
    await t.receive(orderEvents.placed, order)
    expect((await read()).lines).toEqual([])
  })

  test('adds that race with the event of the order are neither lost nor doubled', async () => {
    const { client, order, read } = await aShopper(1)
    const adds = Array.from({ length: 10 }, () => client.post('/v1/cart/lines', { sku: other, quantity: 1 }))
    const answers = await Promise.all([t.receive(orderEvents.placed, order), ...adds])
    expect(answers.slice(1)).toMatchObject(adds.map(() => ({ status: 200 })))
    expect(quantities(await read())).toEqual({ [other]: 10 })
  })

  test('concurrent writes, merges, orders and cancellations all succeed, and every item exists exactly once', async () => {
    const customer = aCustomer()
    const round = async () => {
      const { who, client, order } = await aShopper(1)
      const add = (person: { post: typeof client.post }) => person.post('/v1/cart/lines', { sku: other, quantity: 1 })
      const answers = await Promise.all([
        ...Array.from({ length: 3 }, () => add(client)),
        ...Array.from({ length: 3 }, () => add(t.as(customer))),
        t.as(customer).post('/v1/cart/merge', { guestAccessToken: await t.token(who) }),
        t.receive(orderEvents.placed, order, { twice: true }),
        t.receive(orderEvents.cancelled, cancellationOf(order)),
      ])
      expect(answers.slice(0, 7)).toMatchObject(Array.from({ length: 7 }, () => ({ status: 200 })))
      expect((await t.as(customer).post('/v1/cart/merge', { guestAccessToken: await t.token(who) })).status).toBe(200)
    }
    await Promise.all(Array.from({ length: 6 }, round))
    expect(quantities((await t.as(customer).get('/v1/cart')).body)).toEqual({ [sku]: 6, [other]: 36 })
    expect(await t.sql('SELECT id FROM dead_letter')).toEqual([])
  })

  test('the lines of a cancelled unpaid order are restored once, to a new cart or the open one', async () => {
    const { client, cart, order, read } = await aShopper(2)
    await t.receive(orderEvents.placed, order)
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    await t.receive(orderEvents.cancelled, cancellationOf(order))
    const back = await read()
    expect(quantities(back)).toEqual({ [sku]: 2 })
    expect(back.version).toBe(cart.version + 1)
    const second = orderOf(order.principal, back)
    await t.receive(orderEvents.placed, second)
    await client.post('/v1/cart/lines', { sku, quantity: 1 })
    await t.receive(orderEvents.cancelled, cancellationOf(second), { twice: true })
    expect(quantities(await read())).toEqual({ [sku]: 3 })
  })

  test('restored lines show a price that changed after the order', async () => {
    const { order, read } = await aShopper(1)
    const dearer = { ...order, lines: order.lines.map((line) => ({ ...line, unitPrice: { amountMinor: 900, currency: 'EUR' } })) }
    await t.receive(orderEvents.placed, dearer)
    await t.receive(orderEvents.cancelled, cancellationOf(dearer))
    expect((await read()).problems).toMatchObject([
      { code: 'price_changed', oldPrice: { amountMinor: 900 }, newPrice: { amountMinor: 1000 } },
    ])
  })

  test('lines that are restored to an empty cart set its currency', async () => {
    const dollars = await publishProduct(t, { prices: { USD: 1000 } })
    const who = aGuest()
    const client = t.as(who)
    await client.patch('/v1/cart', { currency: 'USD' })
    const order = orderOf(who, (await client.post('/v1/cart/lines', { sku: dollars, quantity: 2 })).body)
    await t.receive(orderEvents.placed, order)
    expect((await client.get('/v1/cart')).body.currency).toBe('EUR')
    await t.receive(orderEvents.cancelled, cancellationOf(order))
    expect((await client.get('/v1/cart')).body).toMatchObject({
      currency: 'USD',
      total: { amountMinor: 2000, currency: 'USD' },
      problems: [],
    })
  })

  test('a cancelled paid order restores no lines', async () => {
    const { order, read } = await aShopper()
    await t.receive(orderEvents.placed, order)
    await t.receive(orderEvents.cancelled, cancellationOf(order, true), { twice: true })
    expect((await read()).lines).toEqual([])
  })

  test('a cancellation that arrives before the placed event still restores the lines once', async () => {
    const { cart, order, read } = await aShopper(2)
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(await read()).toEqual(cart)
    await t.receive(orderEvents.placed, order, { twice: true })
    const back = await read()
    expect(quantities(back)).toEqual({ [sku]: 2 })
    expect(back.id).not.toBe(cart.id)
    await t.receive(orderEvents.cancelled, cancellationOf(order))
    expect(await read()).toEqual(back)
  })

  /** A guest orders two, writes on, and a customer who had one merges before the event of the order comes. */
  const aMergedOrder = async () => {
    const { who, client, order, read } = await aShopper(2)
    await client.post('/v1/cart/lines', { sku: other, quantity: 1 })
    const person = aCustomer()
    const customer = t.as(person)
    await customer.post('/v1/cart/lines', { sku, quantity: 1 })
    const merged = (await customer.post('/v1/cart/merge', { guestAccessToken: await t.token(who) })).body
    expect(quantities(merged)).toEqual({ [sku]: 3, [other]: 1 })
    return { order, person, customer, merged, readGuest: read, read: async () => (await customer.get('/v1/cart')).body }
  }

  test('an order of a cart that was merged removes the ordered lines from the customer’s cart once', async () => {
    const { order, merged, read, readGuest } = await aMergedOrder()
    await t.receive(orderEvents.placed, order, { twice: true })
    await t.receive(orderEvents.placed, order)
    const left = await read()
    expect(quantities(left)).toEqual({ [sku]: 1, [other]: 1 })
    expect(left).toMatchObject({ id: merged.id, version: merged.version + 1 })
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(quantities(await read())).toEqual({ [sku]: 3, [other]: 1 })
    expect((await readGuest()).lines).toEqual([])
  })

  test('a cancellation before the placed event leaves the merged cart with all lines once', async () => {
    const { order, read } = await aMergedOrder()
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    await t.receive(orderEvents.placed, order, { twice: true })
    await t.receive(orderEvents.cancelled, cancellationOf(order))
    expect(quantities(await read())).toEqual({ [sku]: 3, [other]: 1 })
  })

  test('lines that the customer has ordered or removed meanwhile are not removed again', async () => {
    const { order, person, customer, merged, read } = await aMergedOrder()
    await t.receive(orderEvents.placed, orderOf(person, merged))
    const again = (await customer.post('/v1/cart/lines', { sku, quantity: 4 })).body
    await t.receive(orderEvents.placed, order, { twice: true })
    expect(await read()).toEqual(again)
  })

  test('a merged cart whose lines were all ordered is empty, in MySQL and in Redis', async () => {
    const { who, order } = await aShopper(2)
    const customer = t.as(aCustomer())
    await customer.post('/v1/cart/merge', { guestAccessToken: await t.token(who) })
    await t.receive(orderEvents.placed, order, { twice: true })
    expect((await customer.get('/v1/cart')).body).toMatchObject({ version: 2, lines: [], total: { amountMinor: 0 } })
  })

  test('a closed account gets no lines back from a guest’s order', async () => {
    const { order, person, readGuest } = await aMergedOrder()
    await t.receive(orderEvents.placed, order)
    await t.receive(identityEvents.accountClosed, { userId: person.id, at: '2026-11-24T00:00:00.000Z' })
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(await t.sql(`SELECT id FROM cart WHERE principal_id = '${person.id}'`)).toEqual([])
    expect((await readGuest()).lines).toEqual([])
  })

  test('restored lines never exceed the limits of a cart', async () => {
    const { who, client, order, read } = await aShopper(2)
    await t.receive(orderEvents.placed, order)
    const dear = await publishProduct(t, { prices: { EUR: 99_999_000 } })
    await client.post('/v1/cart/lines', { sku: dear, quantity: 1 })
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(quantities(await read())).toEqual({ [dear]: 1 })
    expect(await t.sql(`SELECT COUNT(*) AS carts FROM cart WHERE open_for = '${who.id}'`)).toEqual([{ carts: 1 }])
  })

  test('closing an account deletes its carts, and a late cancellation restores none', async () => {
    const { who, client, order } = await aShopper()
    await t.receive(orderEvents.placed, order)
    await client.post('/v1/cart/lines', { sku, quantity: 1 })
    await t.receive(identityEvents.accountClosed, { userId: who.id, at: '2026-11-24T00:00:00.000Z' }, { twice: true })
    await t.receive(orderEvents.cancelled, cancellationOf(order))
    expect(await t.sql(`SELECT id FROM cart WHERE principal_id = '${who.id}'`)).toEqual([])
    expect(await t.sql(`SELECT order_id FROM cart_order WHERE closed_at IS NOT NULL AND order_id = '${order.orderId}'`)).toEqual(
      [],
    )
  })
})
