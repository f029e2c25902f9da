// Integration tests of the uses of a promotion as operators see them: counts, codes, pages, and who may ask.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { eur, percentOff, rulePublisher } from '../../promotions.fixture.ts'

let o: OrderUnderTest
const publish = rulePublisher(() => o)
const id = 'prm_000001'
const promotion = (total?: number) =>
  percentOff(id, 10, { trigger: 'code', ...(total === undefined ? {} : { limits: { total } }) })
beforeAll(async () => {
  o = await startOrder()
  await publish({ promotions: [promotion(50), percentOff('prm_000002', 5, { trigger: 'code' })] })
})
afterAll(() => o?.stop())

const ask = (query = '', promotionId = id) => o.t.as(admin).get(`/v1/admin/promotions/${promotionId}/uses${query}`)

/** An order for nine euros with a code. */
const order = async (code: string, maxUses: number | null = null) => {
  o.wire.codes.set(code, { code, promotionId: id, maxUses })
  const shopper = o.aShopper()
  const cart = o.fillCart(shopper, [{ sku: o.anItem().sku, quantity: 1 }])
  cart.codes.push({ code, promotionId: id })
  const placed = await o.checkout(shopper, { expectedTotal: eur(900) })
  expect(placed.status, placed.text).toBe(201)
  return { id: String(placed.body.id), number: String(placed.body.number), shopper }
}

test('a promotion without an order has no uses, and one that never was is unknown', async () => {
  expect(await ask()).toMatchObject({ status: 200, body: { promotionId: id, used: 0, limit: 50, byCode: [], items: [] } })
  expect((await ask('', 'prm_000002')).body).toMatchObject({ used: 0, limit: null })
  expect(await ask('', 'prm_999999')).toMatchObject({ status: 404, body: { code: 'not_found' } })
})

test('uses are counted in all and by code, with their limits and orders, and a use that is given back does not count', async () => {
  const first = await order('SPRING', 10)
  const second = await order('SPRING', 10)
  const third = await order('FRIEND')
  await o.t.as(second.shopper).post(`/v1/orders/${second.id}/cancel`, {})
  await o.t.idle()
  const { body } = await ask()
  expect(body).toMatchObject({
    used: 2,
    limit: 50,
    byCode: [
      { code: 'FRIEND', used: 1, limit: null },
      { code: 'SPRING', used: 1, limit: 10 },
    ],
    items: [
      { orderId: third.id, orderNumber: third.number, code: 'FRIEND', givenBackAt: null },
      { orderId: second.id, code: 'SPRING', givenBackAt: expect.stringMatching(/Z$/) },
      { orderId: first.id, code: 'SPRING', givenBackAt: null },
    ],
    nextCursor: null,
  })
  expect((await ask('?code=spring')).body).toMatchObject({
    used: 2,
    byCode: [{ code: 'SPRING', used: 1 }],
    items: [{ orderId: second.id }, { orderId: first.id }],
  })
  expect((await ask('?code=NEVER')).body).toMatchObject({ used: 2, byCode: [], items: [] })
  const page = (await ask('?limit=2')).body
  expect(page.items).toHaveLength(2)
  expect((await ask(`?limit=2&cursor=${page.nextCursor}`)).body).toMatchObject({
    items: [{ orderId: first.id }],
    nextCursor: null,
  })
})

test('the limit is the one that operators have set last, and a deleted promotion keeps its uses', async () => {
  await publish({ promotions: [promotion(7)] })
  expect((await ask()).body).toMatchObject({ used: 2, limit: 7 })
  await publish({ promotions: [] })
  expect((await ask()).body).toMatchObject({ used: 2, limit: 50, items: [{}, {}, {}] })
})

test('more than a hundred used codes are not listed, and each can still be asked for', async () => {
  const values = Array.from({ length: 101 }, (_, n) => `('${id}', 'code:ONCE-${n}', 1, 1)`).join(', ')
  await o.t.sql(`INSERT INTO promotion_counter (promotion_id, scope, used, max_uses) VALUES ${values}`)
  expect((await ask()).body).toMatchObject({ used: 2, byCode: null })
  expect((await ask('?code=ONCE-7')).body).toMatchObject({ byCode: [{ code: 'ONCE-7', used: 1, limit: 1 }] })
})

test('shoppers and anonymous callers may not ask, and bad input names its field', async () => {
  expect((await o.t.as(o.aShopper()).get(`/v1/admin/promotions/${id}/uses`)).status).toBe(403)
  expect((await o.t.anonymous.get(`/v1/admin/promotions/${id}/uses`)).status).toBe(401)
  expect(await ask('?limit=0')).toMatchObject({ status: 400, body: { errors: [{ path: '/limit' }] } })
})
