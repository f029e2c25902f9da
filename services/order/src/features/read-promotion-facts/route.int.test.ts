// What order tells cart about promotions: uses that are left for the shopper of the call, known codes, and first orders.
import type { Principal } from '@cartwright/service-kit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { eur, percentOff, rulePublisher } from '../../promotions.fixture.ts'

let o: OrderUnderTest
const publish = rulePublisher(() => o)
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

let count = 0
/** A promotion of this test, with a code for it. */
let id: string
let code: string
beforeEach(() => {
  count += 1
  id = `prm_${String(count).padStart(6, '0')}`
  code = `FACT-${count}`
  o.wire.down.clear()
})
const known = (maxUses: number | null = null) => o.wire.codes.set(code, { code, promotionId: id, maxUses })
const ask = (who: Principal, codes = code) => o.t.internal(who).get(`/internal/promotion-facts${codes && `?codes=${codes}`}`)
/** Orders for nine euros with the code. */
const order = (shopper = o.aShopper(), more: Record<string, unknown> = {}) =>
  o.aPlacedOrder(shopper, 1, { expectedTotal: eur(900), ...more }, [{ code, promotionId: id }])

const nothing = { codes: [], usedUpCodes: [], usedUpPromotionIds: [], isFirstOrder: null }
const entered = () => ({ ...nothing, codes: [{ code, promotionId: id }] })

test('a shop without limited promotions has no facts, and an unknown code is left out', async () => {
  await publish({ promotions: [percentOff(id, 10, { trigger: 'code' })] })
  expect(await ask(o.aShopper(), '')).toMatchObject({ status: 200, body: nothing })
  expect((await ask(o.aShopper(), 'NO-SUCH')).body).toEqual(nothing)
  known()
  expect((await ask(o.aShopper(), `${code},NO-SUCH`)).body).toEqual(entered())
})

describe('uses', () => {
  test('of a code are up for everyone when its own limit is reached, and left again when an order is cancelled unpaid', async () => {
    await publish({ promotions: [percentOff(id, 10, { trigger: 'code' })] })
    known(1)
    const placed = await order()
    for (const who of [placed.shopper, o.aShopper(), o.aShopper('guest')])
      expect((await ask(who)).body).toEqual({ ...entered(), usedUpCodes: [code] })
    await o.t.as(admin).post(`/v1/admin/orders/${placed.id}/cancel`, { reason: 'a test' })
    expect((await ask(o.aShopper())).body).toEqual(entered())
  })

  test('of a promotion are up for everyone when its limit is reached, whatever the code', async () => {
    await publish({ promotions: [percentOff(id, 10, { trigger: 'code', limits: { total: 1 } })] })
    known()
    await order()
    expect((await ask(o.aShopper())).body).toEqual({ ...entered(), usedUpPromotionIds: [id], usedUpCodes: [code] })
    expect((await ask(o.aShopper(), '')).body).toEqual(nothing)
  })

  test('of a promotion without a code are up for every cart', async () => {
    await publish({ promotions: [percentOff(id, 10, { limits: { total: 1 } })] })
    known()
    await order()
    expect((await ask(o.aShopper(), '')).body).toEqual({ ...nothing, usedUpPromotionIds: [id] })
  })

  test('for each customer are up for the one who has taken them', async () => {
    await publish({ promotions: [percentOff(id, 10, { trigger: 'code', limits: { perCustomer: 1 } })] })
    known()
    const { shopper } = await order()
    expect((await ask(shopper)).body).toMatchObject({ usedUpPromotionIds: [id], usedUpCodes: [code] })
    expect((await ask(o.aShopper())).body).toEqual(entered())
  })

  test('for each customer are those of the address with which the session of a guest has ordered', async () => {
    await publish({ promotions: [percentOff(id, 10, { trigger: 'code', limits: { perCustomer: 1 } })] })
    known()
    const { shopper } = await order(o.aShopper('guest'), { email: `fact-${count}@example.net` })
    expect((await ask(shopper)).body).toMatchObject({ usedUpPromotionIds: [id] })
    expect((await ask(o.aShopper('guest'))).body).toEqual(entered())
  })
})

describe('a first order', () => {
  beforeEach(() => publish({ promotions: [percentOff(id, 10, { conditions: { firstOrder: true } })] }))
  const isFirst = async (who: Principal) => (await ask(who, '')).body.isFirstOrder

  test('is that of a shopper without one, by session and by account', async () => {
    for (const shopper of [o.aShopper(), o.aShopper('guest')]) {
      expect(await isFirst(shopper)).toBe(true)
      const email = shopper.role === 'guest' ? { email: `first-fact-${count}@example.net` } : {}
      await o.aPlacedOrder(shopper, 1, { expectedTotal: eur(900), ...email })
      expect(await isFirst(shopper)).toBe(false)
    }
  })

  test('is not that of a customer whose address has ordered as a guest', async () => {
    const customer = o.aShopper()
    await o.aPlacedOrder(o.aShopper('guest'), 1, { expectedTotal: eur(900), email: customer.email })
    expect(await isFirst(customer)).toBe(false)
  })

  test('cannot be told for customers while identity does not answer', async () => {
    o.wire.down.add('identity')
    expect(await ask(o.aShopper(), '')).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
    expect(await isFirst(o.aShopper('guest'))).toBe(true)
  })
})

test('a call for no shopper, a shopper’s own call, malformed codes and a catalog that is down are refused', async () => {
  expect(await o.t.internal().get('/internal/promotion-facts')).toMatchObject({ status: 404 })
  expect(await o.t.as(o.aShopper()).get('/internal/promotion-facts')).toMatchObject({ status: 401 })
  expect(await ask(o.aShopper(), 'a b')).toMatchObject({ status: 400 })
  o.wire.down.add('catalog')
  expect(await ask(o.aShopper())).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
})
