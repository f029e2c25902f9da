// Promotion codes through the API: entering in any spelling, refusals with reasons, problems later, orders, merges, erasure and races.
import { catalogEvents, type InternalPromotionCode, identityEvents, orderEvents, type Promotion } from '@cartwright/contracts'
import { emptyRules } from '@cartwright/pricing'
import type { UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aCodePromotion, aCustomer, aGuest, cancellationOf, orderOf, publishProduct, startCart } from '../../fixtures.ts'

let t: UnderTest
let sku: string
let version = 0
/** Codes as catalog knows them. */
const known = new Map<string, InternalPromotionCode>()
let isDown = false

const publishPromotions = (...promotions: Promotion[]) =>
  t.receive(catalogEvents.priceRulesChanged, { shopId: 'shop', rules: { ...emptyRules, version: ++version, promotions } })

const [ten, twenty, big] = ['prm_ten00000', 'prm_twenty00', 'prm_big00000'] as const
const promotions = [
  aCodePromotion(ten, 10),
  aCodePromotion(twenty, 20),
  aCodePromotion(big, 50, { conditions: { minimumSubtotals: [{ amountMinor: 50_000, currency: 'EUR' }] } }),
]

beforeAll(async () => {
  t = await startCart({
    'GET /internal/promotion-codes': ({ query }) => {
      if (isDown) throw new Error('down')
      return { items: (query.codes ?? '').split(',').flatMap((code) => known.get(code) ?? []) }
    },
  })
  sku = await publishProduct(t)
})
beforeEach(async () => {
  isDown = false
  known.clear()
  for (const [code, promotionId] of [
    ['TEN', ten],
    ['ALSO-TEN', ten],
    ['TWENTY', twenty],
    ['BIG', big],
  ] as const)
    known.set(code, { code, promotionId, maxUses: null })
  await publishPromotions(...promotions)
})
afterAll(() => t.stop())

/** A shopper with two things for 20 euros. */
const aShopper = async (who = aGuest()) => {
  const client = t.as(who)
  await client.post('/v1/cart/lines', { sku, quantity: 2 })
  const enter = (code: unknown) => client.post('/v1/cart/codes', { code })
  return { who, client, enter, read: async () => (await client.get('/v1/cart')).body }
}
const codesIn = (cart: { codes: { code: string }[] }) => cart.codes.map(({ code }) => code)

describe('POST /v1/cart/codes', () => {
  test('answers the whole cart with the discount, named by its code on each line', async () => {
    const { enter, read } = await aShopper()
    const answer = await enter('TEN')
    expect(answer).toMatchObject({
      status: 200,
      body: {
        version: 2,
        codes: [{ code: 'TEN', promotionId: ten }],
        lines: [{ discounts: [{ promotionId: ten, code: 'TEN', amount: { amountMinor: 200 } }] }],
        discounts: [{ promotionId: ten, code: 'TEN', amount: { amountMinor: 200 } }],
        discount: { amountMinor: 200 },
        total: { amountMinor: 1800 },
      },
    })
    expect(await read()).toEqual(answer.body)
  })

  test.each(['ten', ' T e n ', 'ＴＥＮ', 'TEN\t'])('%j is the same code', async (spelled) => {
    const { enter } = await aShopper()
    await enter('TEN')
    const answer = await enter(spelled)
    expect(answer.status).toBe(200)
    expect(codesIn(answer.body)).toEqual(['TEN'])
  })

  test('of a code that never was, is off or was removed answers the same 404', async () => {
    const { enter, read } = await aShopper()
    const answers = await Promise.all(['NO-SUCH', 'REMOVED', 'SWITCHED-OFF'].map(enter))
    for (const { status, body } of answers) {
      expect(status).toBe(404)
      expect({ ...body, traceId: '' }).toEqual({ ...answers[0]?.body, traceId: '' })
      expect(body.code).toBe('code_unknown')
    }
    expect(await read()).toMatchObject({ version: 1, codes: [] })
  })

  test('names the reason when the code takes nothing off, and writes nothing', async () => {
    const { enter, read } = await aShopper()
    expect(await enter('big')).toMatchObject({
      status: 409,
      body: { code: 'code_not_applicable', promotionCode: 'BIG', reason: 'minimum_subtotal' },
    })
    const before = await read()
    expect(before).toMatchObject({ version: 1, codes: [], problems: [] })
    await enter('TEN')
    expect(await enter('ALSO-TEN')).toMatchObject({ status: 409, body: { reason: 'not_combinable' } })
    expect(codesIn(await read())).toEqual(['TEN'])
    expect(await t.as(aGuest()).post('/v1/cart/codes', { code: 'TEN' })).toMatchObject({
      status: 409,
      body: { reason: 'no_matching_lines' },
    })
  })

  test('takes at most five codes', async () => {
    const ids = Array.from({ length: 6 }, (_, index) => `prm_limit00${index}`)
    await publishPromotions(...ids.map((id) => aCodePromotion(id, 1)))
    for (const [index, promotionId] of ids.entries())
      known.set(`LIMIT${index}`, { code: `LIMIT${index}`, promotionId, maxUses: 1 })
    const { enter, read } = await aShopper()
    for (let index = 0; index < 5; index++) expect((await enter(`LIMIT${index}`)).status).toBe(200)
    expect(await enter('LIMIT5')).toMatchObject({ status: 422, body: { code: 'cart_limit', limit: 5 } })
    expect((await read()).codes).toHaveLength(5)
    expect((await enter('LIMIT0')).status).toBe(200)
  })

  test.each([
    [{}, '/code'],
    [{ code: 7 }, '/code'],
    [{ code: '' }, '/code'],
    [{ code: 'ÉTÉ' }, '/code'],
    [{ code: 'A'.repeat(41) }, '/code'],
    [{ code: 'TEN', more: 1 }, '/more'],
  ])('%j is refused at %s', async (body, path) => {
    const answer = await t.as(aGuest()).post('/v1/cart/codes', body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect(answer.body.errors[0].path).toBe(path)
  })

  test('needs a token, and answers 503 when catalog does not answer', async () => {
    expect(await t.anonymous.post('/v1/cart/codes', { code: 'TEN' })).toMatchObject({ status: 401 })
    expect(await t.anonymous.del('/v1/cart/codes/TEN')).toMatchObject({ status: 401 })
    const { enter } = await aShopper()
    isDown = true
    expect(await enter('TEN')).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
  })

  test('50 times in parallel enters one code, in one row', async () => {
    const { enter, read } = await aShopper()
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => enter(index % 2 ? 'ten' : 'TEN ')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const cart = await read()
    expect(cart).toMatchObject({ codes: [{ code: 'TEN' }], total: { amountMinor: 1800 } })
    expect(await t.sql(`SELECT COUNT(*) AS n FROM cart_code WHERE cart_id = '${cart.id}'`)).toEqual([{ n: 1 }])
  })
})

describe('DELETE /v1/cart/codes/{code}', () => {
  test('removes the code in any spelling; a code that is not in the cart is 404', async () => {
    const { client, enter, read } = await aShopper()
    await enter('TEN')
    expect(await client.del('/v1/cart/codes/twenty')).toMatchObject({ status: 404, body: { code: 'not_found' } })
    const answer = await client.del(`/v1/cart/codes/${encodeURIComponent(' ten')}`)
    expect(answer).toMatchObject({ status: 200, body: { codes: [], total: { amountMinor: 2000 }, discounts: [] } })
    expect(await client.del('/v1/cart/codes/TEN')).toMatchObject({ status: 404 })
    expect(await client.del(`/v1/cart/codes/${encodeURIComponent('É')}`)).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/code' }] },
    })
    expect(await read()).toEqual(answer.body)
  })

  test('never reaches the code of another shopper’s cart', async () => {
    const [owner, other] = [await aShopper(), await aShopper()]
    await owner.enter('TEN')
    expect(await other.client.del('/v1/cart/codes/TEN')).toMatchObject({ status: 404 })
    expect(codesIn(await owner.read())).toEqual(['TEN'])
  })
})

describe('a code in a cart', () => {
  test('that stops to apply stays as a problem with its reason, and applies again later', async () => {
    const { client, enter, read } = await aShopper()
    await client.patch(`/v1/cart/lines/${(await read()).lines[0].id}`, { quantity: 60 })
    await enter('BIG')
    const smaller = await client.patch(`/v1/cart/lines/${(await read()).lines[0].id}`, { quantity: 1 })
    const problem = { code: 'code_not_applicable', promotionCode: 'BIG', reason: 'minimum_subtotal' }
    expect(smaller.body).toMatchObject({ codes: [{ code: 'BIG' }], problems: [problem], discount: { amountMinor: 0 } })
    expect((await enter('BIG')).body).toMatchObject({ codes: [{ code: 'BIG' }], problems: [problem] })
    await publishPromotions()
    await t.clock.advance('1s')
    expect((await read()).problems).toEqual([{ ...problem, reason: 'not_available' }])
    await publishPromotions(...promotions)
    await client.patch(`/v1/cart/lines/${(await read()).lines[0].id}`, { quantity: 60 })
    expect(await read()).toMatchObject({ problems: [], discount: { amountMinor: 30_000 } })
  })

  test('whose promotion was replaced belongs to the new one when it is entered again', async () => {
    const { enter } = await aShopper()
    await enter('TEN')
    known.set('TEN', { code: 'TEN', promotionId: twenty, maxUses: null })
    expect((await enter('TEN')).body).toMatchObject({
      codes: [{ code: 'TEN', promotionId: twenty }],
      discount: { amountMinor: 400 },
      problems: [],
    })
  })

  test('is read by order, also one that takes nothing off now', async () => {
    const { who, client, enter, read } = await aShopper()
    await enter('TEN')
    await client.del(`/v1/cart/lines/${(await read()).lines[0].id}`)
    const open = await t.internal(who).get(`/internal/carts/open?principalId=${who.id}`)
    expect(open).toMatchObject({ status: 200, body: { lines: [], codes: [{ code: 'TEN', promotionId: ten }] } })
    expect(Object.keys(open.body.codes[0])).toEqual(['code', 'promotionId'])
  })

  test('is removed with the lines when the cart is emptied', async () => {
    const { client, enter, read } = await aShopper()
    await enter('TEN')
    expect((await client.del('/v1/cart')).body).toMatchObject({ lines: [], codes: [], problems: [] })
    expect((await read()).codes).toEqual([])
  })
})

describe('a code of the first order', () => {
  const first = aCodePromotion('prm_first000', 30, { conditions: { firstOrder: true } })
  beforeEach(async () => {
    known.set('FIRST', { code: 'FIRST', promotionId: first.id, maxUses: null })
    await publishPromotions(first, ...promotions)
  })

  test('applies until the shopper has ordered, and again when the order was cancelled unpaid', async () => {
    const { who, client, enter, read } = await aShopper()
    const cart = (await enter('FIRST')).body
    expect(cart.discount.amountMinor).toBe(600)
    const order = orderOf(who, cart)
    await t.receive(orderEvents.placed, order, { twice: true })
    await client.post('/v1/cart/lines', { sku, quantity: 1 })
    expect(await enter('FIRST')).toMatchObject({ status: 409, body: { reason: 'first_order_only' } })
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(await read()).toMatchObject({ codes: [{ code: 'FIRST' }], discount: { amountMinor: 900 }, problems: [] })
  })

  test('does not apply after an order that was cancelled paid', async () => {
    const { who, client, enter, read } = await aShopper()
    const order = orderOf(who, await read())
    await t.receive(orderEvents.placed, order)
    await t.receive(orderEvents.cancelled, cancellationOf(order, true))
    await client.post('/v1/cart/lines', { sku, quantity: 1 })
    expect(await enter('FIRST')).toMatchObject({ status: 409, body: { reason: 'first_order_only' } })
  })

  test('applies when the cancellation comes before the placed event', async () => {
    const { who, enter, read } = await aShopper()
    const order = orderOf(who, await read())
    await t.receive(orderEvents.cancelled, cancellationOf(order))
    await t.receive(orderEvents.placed, order)
    expect((await enter('FIRST')).status).toBe(200)
  })
})

describe('orders', () => {
  test('take the codes along, and an unpaid cancellation brings them back once', async () => {
    const { who, client, enter, read } = await aShopper()
    const cart = (await enter('TEN')).body
    const order = orderOf(who, cart)
    await t.receive(orderEvents.placed, order, { twice: true })
    expect(await read()).toMatchObject({ lines: [], codes: [] })
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(await read()).toMatchObject({ codes: [{ code: 'TEN' }], total: { amountMinor: 1800 } })
    await client.del('/v1/cart/codes/TEN')
    await t.receive(orderEvents.cancelled, cancellationOf(order))
    expect((await read()).codes).toEqual([])
  })

  test('leave codes that were entered after ordering to the next cart, and restore only their own', async () => {
    const { who, client, enter, read } = await aShopper()
    const cart = (await enter('TEN')).body
    const order = orderOf(who, cart)
    await client.post('/v1/cart/lines', { sku, quantity: 1 })
    await enter('TWENTY')
    await t.receive(orderEvents.placed, order)
    const next = await read()
    expect(codesIn(next)).toEqual(['TWENTY'])
    expect(next.id).not.toBe(cart.id)
    await client.del('/v1/cart/codes/TWENTY')
    await t.receive(orderEvents.cancelled, cancellationOf(order))
    expect(codesIn(await read())).toEqual(['TEN'])
  })

  test('bring no code back that the open cart has, or whose promotion it has by another code', async () => {
    const { who, client, enter, read } = await aShopper()
    const order = orderOf(who, (await enter('TEN')).body)
    await t.receive(orderEvents.placed, order)
    await client.post('/v1/cart/lines', { sku, quantity: 1 })
    await enter('ALSO-TEN')
    await t.receive(orderEvents.cancelled, cancellationOf(order))
    expect(codesIn(await read())).toEqual(['ALSO-TEN'])
  })
})

describe('merges', () => {
  const merge = async (guest: { who: ReturnType<typeof aGuest> }, customer: { client: ReturnType<UnderTest['as']> }) =>
    customer.client.post('/v1/cart/merge', { guestAccessToken: await t.token(guest.who) })

  test('move the guest’s codes, once, and report what the customer’s own codes leave out', async () => {
    const [guest, customer] = [await aShopper(), await aShopper(aCustomer())]
    for (const code of ['ALSO-TEN', 'TWENTY']) await guest.enter(code)
    await customer.enter('TEN')
    const answer = (await merge(guest, customer)).body
    expect(codesIn(answer)).toEqual(['TEN', 'TWENTY'])
    expect(answer.problems).toEqual([{ code: 'cart_limit', promotionCode: 'ALSO-TEN' }])
    expect((await merge(guest, customer)).body).toEqual(answer)
    expect((await guest.read()).codes).toEqual([])
  })

  test('of an ordered cart: the order takes its codes out of the customer’s cart, and a cancellation brings them back', async () => {
    const [guest, customer] = [await aShopper(), await aShopper(aCustomer())]
    const order = orderOf(guest.who, (await guest.enter('TEN')).body)
    await guest.client.post('/v1/cart/lines', { sku, quantity: 1 })
    await guest.enter('TWENTY')
    await merge(guest, customer)
    expect(codesIn(await customer.read())).toEqual(['TEN', 'TWENTY'])
    await t.receive(orderEvents.placed, order, { twice: true })
    expect(codesIn(await customer.read())).toEqual(['TWENTY'])
    await t.receive(orderEvents.cancelled, cancellationOf(order), { twice: true })
    expect(codesIn(await customer.read())).toEqual(['TEN', 'TWENTY'])
  })

  test('of an ordered cart never take a code that the customer has entered herself', async () => {
    const [guest, customer] = [await aShopper(), await aShopper(aCustomer())]
    const order = orderOf(guest.who, (await guest.enter('TEN')).body)
    await customer.enter('TEN')
    await merge(guest, customer)
    await t.receive(orderEvents.placed, order)
    expect(codesIn(await customer.read())).toEqual(['TEN'])
  })
})

test('closing an account deletes its codes and its number of orders', async () => {
  const { who, client, enter, read } = await aShopper(aCustomer())
  const ordered = orderOf(who, (await enter('TEN')).body)
  await t.receive(orderEvents.placed, ordered)
  await client.post('/v1/cart/lines', { sku, quantity: 1 })
  await enter('TWENTY')
  const ids = [ordered.cartId, (await read()).id].map((id) => `'${id}'`).join()
  expect(await t.sql(`SELECT code FROM cart_code WHERE cart_id IN (${ids}) ORDER BY code`)).toHaveLength(2)
  await t.receive(identityEvents.accountClosed, { userId: who.id, at: '2026-11-24T00:00:00.000Z' }, { twice: true })
  await t.receive(orderEvents.cancelled, cancellationOf(ordered))
  expect(await t.sql(`SELECT code FROM cart_code WHERE cart_id IN (${ids})`)).toEqual([])
  expect(await t.sql(`SELECT orders FROM shopper_orders WHERE principal_id = '${who.id}'`)).toEqual([])
})
