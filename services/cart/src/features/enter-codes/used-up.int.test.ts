// Previews with what order knows about promotions: used-up codes and promotions, first orders, and carts while order does not answer.
import type { Promotion, PromotionFacts } from '@cartwright/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aCodePromotion, aCustomer } from '../../fixtures.ts'
import { type CodesUnderTest, promotions, startCodes, ten, twenty } from './codes.fixture.ts'

let c: CodesUnderTest
beforeAll(async () => {
  c = await startCodes({ withOrder: true })
})
beforeEach(() => c.reset())
afterAll(() => c.t.stop())

const known = (...codes: [string, string][]): PromotionFacts => ({
  codes: codes.map(([code, promotionId]) => ({ code, promotionId })),
  usedUpCodes: [],
  usedUpPromotionIds: [],
  isFirstOrder: null,
})
const refusal = (reason: string, promotionCode = 'TEN') => ({ code: 'code_not_applicable', promotionCode, reason })
const automatic = (more: Partial<Promotion>) => aCodePromotion('prm_auto0000', 10, { trigger: 'automatic', ...more })

describe('a code', () => {
  test('that is used up is refused with the reason, and nothing is written', async () => {
    c.order.facts = { ...known(['TEN', ten]), usedUpCodes: ['TEN'] }
    const { enter, read } = await c.aShopper()
    expect(await enter('TEN')).toMatchObject({ status: 409, body: refusal('used_up') })
    expect(await read()).toMatchObject({ version: 1, codes: [], total: { amountMinor: 2000 } })
  })

  test('whose promotion is used up is refused with the reason', async () => {
    c.order.facts = { ...known(['TEN', ten]), usedUpPromotionIds: [ten], usedUpCodes: ['TEN'] }
    const { enter } = await c.aShopper()
    expect(await enter('TEN')).toMatchObject({ status: 409, body: refusal('used_up') })
  })

  test('that is used up later stays as a problem and takes nothing off, until a use is given back', async () => {
    c.order.facts = known(['TEN', ten])
    const { enter, read } = await c.aShopper()
    expect((await enter('TEN')).body).toMatchObject({ total: { amountMinor: 1800 }, problems: [] })
    c.order.facts = { ...known(['TEN', ten]), usedUpCodes: ['TEN'] }
    expect(await read()).toMatchObject({
      codes: [{ code: 'TEN' }],
      discounts: [],
      total: { amountMinor: 2000 },
      problems: [refusal('used_up')],
    })
    c.order.facts = known(['TEN', ten])
    expect(await read()).toMatchObject({ total: { amountMinor: 1800 }, problems: [] })
  })

  test('that is used up lets a second code of the same promotion apply', async () => {
    c.order.facts = { ...known(['TEN', ten], ['ALSO-TEN', ten]), usedUpCodes: ['TEN'] }
    const { enter } = await c.aShopper()
    expect((await enter('ALSO-TEN')).body).toMatchObject({ total: { amountMinor: 1800 }, problems: [] })
  })

  test('that was switched off after it was entered takes nothing off', async () => {
    c.order.facts = known(['TEN', ten])
    const { enter, read } = await c.aShopper()
    await enter('TEN')
    c.order.facts = known()
    expect(await read()).toMatchObject({ total: { amountMinor: 2000 }, problems: [refusal('not_available')] })
  })

  test('that belongs to another promotion now takes off what that one gives', async () => {
    c.order.facts = known(['TEN', ten])
    const { enter, read } = await c.aShopper()
    await enter('TEN')
    c.order.facts = known(['TEN', twenty])
    expect(await read()).toMatchObject({ discounts: [{ promotionId: twenty }], total: { amountMinor: 1600 }, problems: [] })
  })
})

describe('an automatic promotion', () => {
  test('with a limit applies while it is not used up', async () => {
    await c.publishPromotions(automatic({ limits: { total: 5 } }))
    c.order.facts = known()
    const { read } = await c.aShopper()
    expect(await read()).toMatchObject({ total: { amountMinor: 1800 } })
    c.order.facts = { ...known(), usedUpPromotionIds: ['prm_auto0000'] }
    expect(await read()).toMatchObject({ discounts: [], total: { amountMinor: 2000 }, problems: [] })
  })

  test('that is exclusive and used up makes way for the others', async () => {
    await c.publishPromotions(
      automatic({ limits: { total: 5 }, exclusive: true, priority: 9 }),
      aCodePromotion('prm_other000', 5, { trigger: 'automatic' }),
    )
    const { read } = await c.aShopper()
    c.order.facts = { ...known(), usedUpPromotionIds: ['prm_auto0000'] }
    expect(await read()).toMatchObject({ discounts: [{ promotionId: 'prm_other000' }], total: { amountMinor: 1900 } })
  })

  test('of the first order does not apply to a shopper of whom order knows one', async () => {
    await c.publishPromotions(automatic({ conditions: { firstOrder: true } }))
    c.order.facts = { ...known(), isFirstOrder: true }
    const { read, who } = await c.aShopper(aCustomer())
    expect(await read()).toMatchObject({ total: { amountMinor: 1800 } })
    expect(c.order.asked.at(-1)).toEqual({ shopper: who.id, codes: [] })
    c.order.facts = { ...known(), isFirstOrder: false }
    expect(await read()).toMatchObject({ total: { amountMinor: 2000 } })
  })
})

test('a code of the first order is refused with its reason when order knows an order', async () => {
  const first = aCodePromotion('prm_first000', 30, { conditions: { firstOrder: true } })
  c.learn('FIRST', first.id)
  await c.publishPromotions(first)
  c.order.facts = { ...known(['FIRST', first.id]), isFirstOrder: false }
  const { enter } = await c.aShopper()
  expect(await enter('FIRST')).toMatchObject({ status: 409, body: refusal('first_order_only', 'FIRST') })
})

describe('order is not asked', () => {
  test('about a cart without codes whose promotions have neither limits nor the condition', async () => {
    await c.publishPromotions(automatic({}), ...promotions)
    const { read } = await c.aShopper()
    expect(await read()).toMatchObject({ total: { amountMinor: 1800 } })
    expect(c.order.asked).toEqual([])
  })

  test('about limits of promotions that take nothing off the cart', async () => {
    const conditions = { minimumSubtotals: [{ amountMinor: 500_000, currency: 'EUR' }] }
    await c.publishPromotions(automatic({ limits: { total: 1 }, conditions }))
    const { read } = await c.aShopper()
    expect(await read()).toMatchObject({ total: { amountMinor: 2000 } })
    expect(c.order.asked).toEqual([])
  })
})

test('while order does not answer, carts are read and written and codes are entered as if none were used up', async () => {
  c.order.facts = { ...known(['TEN', ten]), usedUpCodes: ['TEN'] }
  c.order.isDown = true
  const { client, enter, read } = await c.aShopper()
  expect(await enter('TEN')).toMatchObject({ status: 200, body: { total: { amountMinor: 1800 }, problems: [] } })
  expect(await client.post('/v1/cart/lines', { sku: c.sku, quantity: 1 })).toMatchObject({ status: 200 })
  // After three failures order is left alone for a second.
  for (let call = 0; call < 5; call++) expect(await read()).toMatchObject({ codes: [{ code: 'TEN' }], problems: [] })
  c.order.isDown = false
  await expect.poll(async () => (await read()).problems, { timeout: 5000 }).toEqual([refusal('used_up')])
})
