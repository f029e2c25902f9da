// Carts with promotion codes through orders, merges and the erasure of an account.
import { identityEvents, orderEvents } from '@cartwright/contracts'
import type { Principal } from '@cartwright/service-kit'
import type { TestClient } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aCodePromotion, aCustomer, cancellationOf, orderOf } from '../../fixtures.ts'
import { type CodesUnderTest, codesIn, promotions, startCodes } from './codes.fixture.ts'

let c: CodesUnderTest
beforeAll(async () => {
  c = await startCodes()
})
beforeEach(() => c.reset())
afterAll(() => c.t.stop())

describe('a code of the first order', () => {
  const first = aCodePromotion('prm_first000', 30, { conditions: { firstOrder: true } })
  beforeEach(async () => {
    c.learn('FIRST', first.id)
    await c.publishPromotions(first, ...promotions)
  })

  test('applies until the shopper has ordered, and again when the order was cancelled unpaid', async () => {
    const { who, client, enter, read } = await c.aShopper()
    const cart = (await enter('FIRST')).body
    expect(cart.discount.amountMinor).toBe(600)
    const order = orderOf(who, cart)
    await c.t.receive(orderEvents.placed, order, { twice: true })
    await client.post('/v1/cart/lines', { sku: c.sku, quantity: 1 })
    expect(await enter('FIRST')).toMatchObject({ status: 409, body: { reason: 'first_order_only' } })
    await c.t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(await read()).toMatchObject({ codes: [{ code: 'FIRST' }], discount: { amountMinor: 900 }, problems: [] })
  })

  test('does not apply after an order that was cancelled paid', async () => {
    const { who, client, enter, read } = await c.aShopper()
    const order = orderOf(who, await read())
    await c.t.receive(orderEvents.placed, order)
    await c.t.receive(orderEvents.cancelled, cancellationOf(order, true))
    await client.post('/v1/cart/lines', { sku: c.sku, quantity: 1 })
    expect(await enter('FIRST')).toMatchObject({ status: 409, body: { reason: 'first_order_only' } })
  })

  test('applies when the cancellation comes before the placed event', async () => {
    const { who, enter, read } = await c.aShopper()
    const order = orderOf(who, await read())
    await c.t.receive(orderEvents.cancelled, cancellationOf(order))
    await c.t.receive(orderEvents.placed, order)
    expect((await enter('FIRST')).status).toBe(200)
  })
})

describe('orders', () => {
  test('take the codes along, and an unpaid cancellation brings them back once', async () => {
    const { who, client, enter, read } = await c.aShopper()
    const cart = (await enter('TEN')).body
    const order = orderOf(who, cart)
    await c.t.receive(orderEvents.placed, order, { twice: true })
    expect(await read()).toMatchObject({ lines: [], codes: [] })
    await c.t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(await read()).toMatchObject({ codes: [{ code: 'TEN' }], total: { amountMinor: 1800 } })
    await client.del('/v1/cart/codes/TEN')
    await c.t.receive(orderEvents.cancelled, cancellationOf(order))
    expect((await read()).codes).toEqual([])
  })

  test('leave codes that were entered after ordering to the next cart, and restore only their own', async () => {
    const { who, client, enter, read } = await c.aShopper()
    const cart = (await enter('TEN')).body
    const order = orderOf(who, cart)
    await client.post('/v1/cart/lines', { sku: c.sku, quantity: 1 })
    await enter('TWENTY')
    await c.t.receive(orderEvents.placed, order)
    const next = await read()
    expect(codesIn(next)).toEqual(['TWENTY'])
    expect(next.id).not.toBe(cart.id)
    await client.del('/v1/cart/codes/TWENTY')
    await c.t.receive(orderEvents.cancelled, cancellationOf(order))
    expect(codesIn(await read())).toEqual(['TEN'])
  })

  test('bring no code back that the open cart has, or whose promotion it has by another code', async () => {
    const { who, client, enter, read } = await c.aShopper()
    const order = orderOf(who, (await enter('TEN')).body)
    await c.t.receive(orderEvents.placed, order)
    await client.post('/v1/cart/lines', { sku: c.sku, quantity: 1 })
    await enter('ALSO-TEN')
    await c.t.receive(orderEvents.cancelled, cancellationOf(order))
    expect(codesIn(await read())).toEqual(['ALSO-TEN'])
  })
})

describe('merges', () => {
  const merge = async (guest: { who: Principal }, customer: { client: TestClient }) =>
    customer.client.post('/v1/cart/merge', { guestAccessToken: await c.t.token(guest.who) })

  test('move the guest’s codes, once, and report what the customer’s own codes leave out', async () => {
    const [guest, customer] = [await c.aShopper(), await c.aShopper(aCustomer())]
    for (const code of ['ALSO-TEN', 'TWENTY']) await guest.enter(code)
    await customer.enter('TEN')
    const answer = (await merge(guest, customer)).body
    expect(codesIn(answer)).toEqual(['TEN', 'TWENTY'])
    expect(answer.problems).toEqual([{ code: 'cart_limit', promotionCode: 'ALSO-TEN' }])
    expect((await merge(guest, customer)).body).toEqual(answer)
    expect((await guest.read()).codes).toEqual([])
  })

  test('of an ordered cart: the order takes its codes out of the customer’s cart, and a cancellation brings them back', async () => {
    const [guest, customer] = [await c.aShopper(), await c.aShopper(aCustomer())]
    const order = orderOf(guest.who, (await guest.enter('TEN')).body)
    await guest.client.post('/v1/cart/lines', { sku: c.sku, quantity: 1 })
    await guest.enter('TWENTY')
    await merge(guest, customer)
    expect(codesIn(await customer.read())).toEqual(['TEN', 'TWENTY'])
    await c.t.receive(orderEvents.placed, order, { twice: true })
    expect(codesIn(await customer.read())).toEqual(['TWENTY'])
    await c.t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(codesIn(await customer.read())).toEqual(['TEN', 'TWENTY'])
  })

  test('of an ordered cart never take a code that the customer has entered herself', async () => {
    const [guest, customer] = [await c.aShopper(), await c.aShopper(aCustomer())]
    const order = orderOf(guest.who, (await guest.enter('TEN')).body)
    await customer.enter('TEN')
    await merge(guest, customer)
    await c.t.receive(orderEvents.placed, order)
    expect(codesIn(await customer.read())).toEqual(['TEN'])
  })
})

test('closing an account deletes its codes and its number of orders', async () => {
  const { who, client, enter, read } = await c.aShopper(aCustomer())
  const ordered = orderOf(who, (await enter('TEN')).body)
  await c.t.receive(orderEvents.placed, ordered)
  await client.post('/v1/cart/lines', { sku: c.sku, quantity: 1 })
  await enter('TWENTY')
  const ids = [ordered.cartId, (await read()).id].map((id) => `'${id}'`).join()
  expect(await c.t.sql(`SELECT code FROM cart_code WHERE cart_id IN (${ids}) ORDER BY code`)).toHaveLength(2)
  await c.t.receive(identityEvents.accountClosed, { userId: who.id, at: '2026-11-24T00:00:00.000Z' }, { twice: true })
  await c.t.receive(orderEvents.cancelled, cancellationOf(ordered))
  expect(await c.t.sql(`SELECT code FROM cart_code WHERE cart_id IN (${ids})`)).toEqual([])
  expect(await c.t.sql(`SELECT orders FROM shopper_orders WHERE principal_id = '${who.id}'`)).toEqual([])
})
