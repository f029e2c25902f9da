// Choosing a destination and a shipping option: answers, refusals, what stays chosen, and what becomes of it after an order or a merge.
import { type Cart, catalogEvents, orderEvents, type PriceRules } from '@cartwright/contracts'
import { exampleRules, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aCustomer, aGuest, cancellationOf, orderOf, publishProduct, startCart } from '../../fixtures.ts'

let t: UnderTest
let version = 0
const publishRules = async (more: Partial<PriceRules> = {}): Promise<void> => {
  version += 1
  await t.receive(catalogEvents.priceRulesChanged, { shopId: 'shop', rules: exampleRules(version, more) })
}
beforeAll(async () => {
  t = await startCart()
  await publishRules()
})
afterAll(() => t.stop())

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const standard = { id: 'opt_standard', name: 'Standard', price: eur(490), freeFrom: eur(5000), estimateDays: { min: 2, max: 4 } }
const express = { id: 'opt_express', name: 'Express', price: eur(1290), estimateDays: { min: 1, max: 1 } }

/** A shopper with two things for 10 euros each in the cart. */
const aShopper = async (who = aGuest(), quantity = 2) => {
  const sku = await publishProduct(t)
  const client = t.as(who)
  const cart: Cart = (await client.post('/v1/cart/lines', { sku, quantity })).body
  const choose = async (body: object): Promise<Cart> => {
    const answer = await client.put('/v1/cart/shipping', body)
    expect(answer.status, answer.text).toBe(200)
    return answer.body
  }
  return { who, client, sku, cart, choose, read: async (): Promise<Cart> => (await client.get('/v1/cart')).body }
}
const reasons = (cart: Cart) => cart.problems.map(({ code, reason }) => `${code} ${reason}`)

describe('choosing', () => {
  test('a cart asks for its destination, then for an option, and then shows the price with its taxes', async () => {
    const { cart, choose, read } = await aShopper()
    expect(cart).toMatchObject({ destination: null, shippingOption: null, shippingOptions: [], shipping: eur(0), taxes: [] })
    expect(reasons(cart)).toEqual(['shipping_required destination_missing'])
    const placed = await choose({ country: 'DE', postalCode: '28195' })
    expect(placed).toMatchObject({
      version: 2,
      destination: { country: 'DE', postalCode: '28195' },
      shippingOptionId: null,
      shippingOptions: [standard, express],
    })
    expect(reasons(placed)).toEqual(['shipping_required option_missing'])
    const chosen = await choose({ country: 'DE', postalCode: '28195', shippingOptionId: 'opt_standard' })
    const tax = { name: 'VAT', rate: 19 }
    expect(chosen).toMatchObject({
      version: 3,
      shippingOptionId: 'opt_standard',
      shippingOption: { ...standard, discounts: [], taxes: [{ ...tax, base: eur(412), amount: eur(78) }] },
      shipping: eur(490),
      tax: eur(397),
      taxes: [{ ...tax, base: eur(2093), amount: eur(397) }],
      total: eur(2490),
      problems: [],
    })
    expect(await read()).toEqual(chosen)
  })

  test('the options of a destination can be listed, and that changes nothing', async () => {
    const { client, cart, read } = await aShopper()
    const list = async (query: string) => (await client.get(`/v1/cart/shipping-options?${query}`)).body.items
    expect(await list('country=DE')).toEqual([standard, express])
    expect((await list('country=US&region=CA')).map(({ id }: { id: string }) => id)).toEqual(['opt_coastal'])
    expect((await list('country=US&region=TX&postalCode=75001')).map(({ id }: { id: string }) => id)).toEqual(['opt_america'])
    expect(await list('country=JP')).toEqual([])
    expect((await t.as(aGuest()).get('/v1/cart/shipping-options?country=DE')).body).toEqual({ items: [] })
    expect(await read()).toEqual(cart)
  })

  test('from the subtotal of free shipping on the option costs nothing', async () => {
    const { choose } = await aShopper(aGuest(), 5)
    const cart = await choose({ country: 'DE', shippingOptionId: 'opt_standard' })
    expect(cart).toMatchObject({ shipping: eur(0), total: eur(5000), shippingOption: { ...standard, price: eur(0) } })
  })

  test('a country to which the shop does not ship can be named, and is a problem', async () => {
    const { choose } = await aShopper()
    expect(reasons(await choose({ country: 'JP' }))).toEqual(['shipping_required not_deliverable'])
  })

  test('what is left out of a choice is forgotten', async () => {
    const { choose } = await aShopper()
    await choose({ country: 'US', region: 'CA', postalCode: '90001', shippingOptionId: 'opt_coastal' })
    expect(await choose({ country: 'DE' })).toMatchObject({ destination: { country: 'DE' }, shippingOptionId: null })
  })

  test('emptying the cart keeps destination and option for what comes next', async () => {
    const { client, choose, sku } = await aShopper()
    await choose({ country: 'DE', shippingOptionId: 'opt_standard' })
    const empty = (await client.del('/v1/cart')).body
    expect(empty).toMatchObject({ lines: [], shipping: eur(0), total: eur(0), problems: [], shippingOptionId: 'opt_standard' })
    expect((await client.post('/v1/cart/lines', { sku, quantity: 1 })).body).toMatchObject({ total: eur(1490), problems: [] })
  })
})

describe('refusals', () => {
  test.each([
    ['an option of another destination', { country: 'FR', shippingOptionId: 'opt_standard' }, '/shippingOptionId'],
    ['an unknown option', { country: 'DE', shippingOptionId: 'opt_unknown' }, '/shippingOptionId'],
    ['an option where the shop does not ship', { country: 'JP', shippingOptionId: 'opt_standard' }, '/shippingOptionId'],
    ['an id of something else', { country: 'DE', shippingOptionId: 'zon_germany' }, '/shippingOptionId'],
    ['no country', { postalCode: '28195' }, '/country'],
    ['an unassigned country', { country: 'XX' }, '/country'],
    ['a region in words', { country: 'US', region: 'California' }, '/region'],
    ['an endless postal code', { country: 'DE', postalCode: '1'.repeat(21) }, '/postalCode'],
  ])('%s is refused with the path of the field, and nothing is written', async (_, body, path) => {
    const { client, cart, read } = await aShopper()
    expect(await client.put('/v1/cart/shipping', body)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ path }] },
    })
    expect(await read()).toEqual(cart)
  })

  test('the message about an option names those that are offered', async () => {
    const { client } = await aShopper()
    const answer = await client.put('/v1/cart/shipping', { country: 'DE', shippingOptionId: 'opt_parcel' })
    expect(answer.body.errors).toEqual([{ path: '/shippingOptionId', message: 'must be one of opt_standard, opt_express' }])
  })

  test('a list of options for no country is refused, and both calls ask for a token', async () => {
    const { client } = await aShopper()
    expect(await client.get('/v1/cart/shipping-options')).toMatchObject({ status: 400, body: { errors: [{ path: '/country' }] } })
    for (const answer of [
      await t.anonymous.get('/v1/cart/shipping-options?country=DE'),
      await t.anonymous.put('/v1/cart/shipping', { country: 'DE' }),
    ])
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  })

  test('one shopper’s choice does not reach the cart of another', async () => {
    const [owner, other] = [await aShopper(), await aShopper()]
    await owner.choose({ country: 'DE', shippingOptionId: 'opt_express' })
    expect(await other.read()).toEqual(other.cart)
  })

  test('choices at the same moment are made one after the other', async () => {
    const { client, read } = await aShopper()
    const ids = ['opt_standard', 'opt_express']
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        client.put('/v1/cart/shipping', { country: 'DE', shippingOptionId: ids[index % 2] }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(answers.map(({ body }) => body.version).sort((a, b) => a - b)).toEqual(answers.map((_, index) => index + 2))
    const last = answers.find(({ body }) => body.version === 11)?.body
    expect(await read()).toEqual(last)
  })
})

describe('an option that is no longer offered', () => {
  test('stays chosen and becomes a problem until it is offered again', async () => {
    const { choose, read } = await aShopper()
    const chosen = await choose({ country: 'DE', shippingOptionId: 'opt_express' })
    const [germany, ...others] = exampleRules(0).shippingZones
    if (!germany) throw new Error('the example has zones')
    const without = { ...germany, options: germany.options.filter(({ id }) => id !== 'opt_express') }
    await publishRules({ shippingZones: [without, ...others] })
    const left = await read()
    expect(reasons(left)).toEqual(['shipping_required option_not_eligible'])
    expect(left).toMatchObject({
      shippingOptionId: 'opt_express',
      shippingOption: null,
      shipping: eur(0),
      version: chosen.version,
    })
    await publishRules()
    expect(await read()).toEqual(chosen)
  })

  test('does not come with another currency', async () => {
    const sku = await publishProduct(t, { prices: { EUR: 1000, JPY: 1500 } })
    const client = t.as(aGuest())
    await client.post('/v1/cart/lines', { sku, quantity: 1 })
    await client.put('/v1/cart/shipping', { country: 'DE', shippingOptionId: 'opt_express' })
    const yen: Cart = (await client.patch('/v1/cart', { currency: 'JPY' })).body
    expect(reasons(yen)).toEqual(['shipping_required option_not_eligible'])
    expect(yen.shippingOptions).toMatchObject([{ id: 'opt_standard', price: { amountMinor: 800, currency: 'JPY' } }])
  })
})

describe('orders and merges', () => {
  const express = { country: 'DE', shippingOptionId: 'opt_express' }
  const chosen = { destination: { country: 'DE' }, shippingOptionId: 'opt_express' }

  test('lines that were added after the checkout move with destination and option', async () => {
    const { who, client, choose, sku } = await aShopper()
    const cart = await choose(express)
    await client.post('/v1/cart/lines', { sku, quantity: 1 })
    await t.receive(orderEvents.placed, orderOf(who, cart), { twice: true })
    expect((await client.get('/v1/cart')).body).toMatchObject({ lines: [{ quantity: 1 }], ...chosen, total: eur(2290) })
  })

  test('an order that is cancelled unpaid gives destination and option back, unless another destination was chosen', async () => {
    const first = await aShopper()
    const order = orderOf(first.who, await first.choose(express))
    await t.receive(orderEvents.placed, order)
    expect(await first.read()).toMatchObject({ lines: [], destination: null, shippingOptionId: null })
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(await first.read()).toMatchObject({ ...chosen, problems: [], total: eur(3290) })

    const second = await aShopper()
    const moved = orderOf(second.who, await second.choose(express))
    await t.receive(orderEvents.placed, moved)
    await second.choose({ country: 'FR' })
    await t.receive(orderEvents.cancelled, cancellationOf(moved), { twice: true })
    expect(await second.read()).toMatchObject({ destination: { country: 'FR' }, shippingOptionId: null })
  })

  test('a merge takes the guest’s choice, and keeps the customer’s when the guest has none', async () => {
    const merge = async (guestChooses: boolean) => {
      const guest = await aShopper()
      const customer = await aShopper(aCustomer())
      await customer.choose({ country: 'FR' })
      if (guestChooses) await guest.choose(express)
      return (await customer.client.post('/v1/cart/merge', { guestAccessToken: await t.token(guest.who) })).body
    }
    expect(await merge(true)).toMatchObject(chosen)
    expect(await merge(false)).toMatchObject({ destination: { country: 'FR' }, shippingOptionId: null })
  })
})
