// Entering and removing promotion codes through the API: in any spelling, with reasons, problems later, limits and races.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aCodePromotion, aGuest } from '../../fixtures.ts'
import { type CodesUnderTest, codesIn, promotions, startCodes, ten, twenty } from './codes.fixture.ts'

let c: CodesUnderTest
beforeAll(async () => {
  c = await startCodes()
})
beforeEach(() => c.reset())
afterAll(() => c.t.stop())

describe('POST /v1/cart/codes', () => {
  test('answers the whole cart with the discount, named by its code on each line', async () => {
    const { enter, read } = await c.aShopper()
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
    const { enter } = await c.aShopper()
    await enter('TEN')
    const answer = await enter(spelled)
    expect(answer.status).toBe(200)
    expect(codesIn(answer.body)).toEqual(['TEN'])
  })

  test('of a code that never was, is off or was removed answers the same 404', async () => {
    const { enter, read } = await c.aShopper()
    const answers = await Promise.all(['NO-SUCH', 'REMOVED', 'SWITCHED-OFF'].map(enter))
    for (const { status, body } of answers) {
      expect(status).toBe(404)
      expect({ ...body, traceId: '' }).toEqual({ ...answers[0]?.body, traceId: '' })
      expect(body.code).toBe('code_unknown')
    }
    expect(await read()).toMatchObject({ version: 1, codes: [] })
  })

  test('names the reason when the code takes nothing off, and writes nothing', async () => {
    const { enter, read } = await c.aShopper()
    expect(await enter('big')).toMatchObject({
      status: 409,
      body: { code: 'code_not_applicable', promotionCode: 'BIG', reason: 'minimum_subtotal' },
    })
    const before = await read()
    expect(before).toMatchObject({ version: 1, codes: [], problems: [] })
    await enter('TEN')
    expect(await enter('ALSO-TEN')).toMatchObject({ status: 409, body: { reason: 'not_combinable' } })
    expect(codesIn(await read())).toEqual(['TEN'])
    expect(await c.t.as(aGuest()).post('/v1/cart/codes', { code: 'TEN' })).toMatchObject({
      status: 409,
      body: { reason: 'no_matching_lines' },
    })
  })

  test('takes at most five codes', async () => {
    const ids = Array.from({ length: 6 }, (_, index) => `prm_limit00${index}`)
    await c.publishPromotions(...ids.map((id) => aCodePromotion(id, 1)))
    for (const [index, promotionId] of ids.entries()) c.learn(`LIMIT${index}`, promotionId)
    const { enter, read } = await c.aShopper()
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
    const answer = await c.t.as(aGuest()).post('/v1/cart/codes', body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect(answer.body.errors[0].path).toBe(path)
  })

  test('needs a token, and answers 503 when catalog does not answer', async () => {
    expect(await c.t.anonymous.post('/v1/cart/codes', { code: 'TEN' })).toMatchObject({ status: 401 })
    expect(await c.t.anonymous.del('/v1/cart/codes/TEN')).toMatchObject({ status: 401 })
    const { enter } = await c.aShopper()
    c.catalog.isDown = true
    expect(await enter('TEN')).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
  })

  test('50 times in parallel enters one code, in one row', async () => {
    const { enter, read } = await c.aShopper()
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => enter(index % 2 ? 'ten' : 'TEN ')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const cart = await read()
    expect(cart).toMatchObject({ codes: [{ code: 'TEN' }], total: { amountMinor: 1800 } })
    expect(await c.t.sql(`SELECT COUNT(*) AS n FROM cart_code WHERE cart_id = '${cart.id}'`)).toEqual([{ n: 1 }])
  })
})

describe('DELETE /v1/cart/codes/{code}', () => {
  test('removes the code in any spelling; a code that is not in the cart is 404', async () => {
    const { client, enter, read } = await c.aShopper()
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
    const [owner, other] = [await c.aShopper(), await c.aShopper()]
    await owner.enter('TEN')
    expect(await other.client.del('/v1/cart/codes/TEN')).toMatchObject({ status: 404 })
    expect(codesIn(await owner.read())).toEqual(['TEN'])
  })
})

describe('a code in a cart', () => {
  test('that stops to apply stays as a problem with its reason, and applies again later', async () => {
    const { client, enter, read } = await c.aShopper()
    await client.patch(`/v1/cart/lines/${(await read()).lines[0].id}`, { quantity: 60 })
    await enter('BIG')
    const smaller = await client.patch(`/v1/cart/lines/${(await read()).lines[0].id}`, { quantity: 1 })
    const problem = { code: 'code_not_applicable', promotionCode: 'BIG', reason: 'minimum_subtotal' }
    expect(smaller.body).toMatchObject({ codes: [{ code: 'BIG' }], problems: [problem], discount: { amountMinor: 0 } })
    expect((await enter('BIG')).body).toMatchObject({ codes: [{ code: 'BIG' }], problems: [problem] })
    await c.publishPromotions()
    await c.t.clock.advance('1s')
    expect((await read()).problems).toEqual([{ ...problem, reason: 'not_available' }])
    await c.publishPromotions(...promotions)
    await client.patch(`/v1/cart/lines/${(await read()).lines[0].id}`, { quantity: 60 })
    expect(await read()).toMatchObject({ problems: [], discount: { amountMinor: 30_000 } })
  })

  test('whose promotion was replaced belongs to the new one when it is entered again', async () => {
    const { enter } = await c.aShopper()
    await enter('TEN')
    c.learn('TEN', twenty)
    expect((await enter('TEN')).body).toMatchObject({
      codes: [{ code: 'TEN', promotionId: twenty }],
      discount: { amountMinor: 400 },
      problems: [],
    })
  })

  test('is read by order, also one that takes nothing off now', async () => {
    const { who, client, enter, read } = await c.aShopper()
    await enter('TEN')
    await client.del(`/v1/cart/lines/${(await read()).lines[0].id}`)
    const open = await c.t.internal(who).get(`/internal/carts/open?principalId=${who.id}`)
    expect(open).toMatchObject({ status: 200, body: { lines: [], codes: [{ code: 'TEN', promotionId: ten }] } })
    expect(Object.keys(open.body.codes[0])).toEqual(['code', 'promotionId'])
  })

  test('is removed with the lines when the cart is emptied', async () => {
    const { client, enter, read } = await c.aShopper()
    await enter('TEN')
    expect((await client.del('/v1/cart')).body).toMatchObject({ lines: [], codes: [], problems: [] })
    expect((await read()).codes).toEqual([])
  })
})
