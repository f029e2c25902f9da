// Previews of limited promotions: a cart says what its checkout will say, also when another shopper takes the last use.
import type { Cart } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Shopper } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'LAMP', stock: 1000, priceMinor: 10_000 })
  await shop.idle()
})
afterAll(() => shop?.stop())

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const refusal = (promotionCode: string, reason: string) => ({ code: 'code_not_applicable', promotionCode, reason })

/** Creates a promotion, with a code when one is named. @returns its id */
const promote = async (more: object, code?: string, maxUses?: number): Promise<string> => {
  const trigger = code === undefined ? 'automatic' : 'code'
  const body = { name: 'Offer', trigger, effect: { kind: 'percent', percent: 10 }, ...more }
  const created = await shop.admin.client.post('/v1/admin/promotions', body, { key: null })
  expect(created.status, created.text).toBe(201)
  if (code !== undefined) {
    const codes = { codes: [code], ...(maxUses === undefined ? {} : { maxUses }) }
    const drawn = await shop.admin.client.post(`/v1/admin/promotions/${created.body.id}/codes`, codes)
    expect(drawn.status, drawn.text).toBe(201)
  }
  await shop.idle()
  return created.body.id
}
const enter = (who: Shopper, code: string) => who.client.post('/v1/cart/codes', { code })
/** A shopper with one lamp in the cart, and the code when one is named. */
const aBuyer = async (code?: string, who?: Shopper): Promise<Shopper> => {
  const buyer = who ?? (await shop.guest())
  await buyer.client.del('/v1/cart')
  await buyer.addToCart('LAMP', 1)
  if (code !== undefined) expect((await enter(buyer, code)).status).toBe(200)
  return buyer
}
/** Checks the cart out at the total that it shows. */
const buyAsShown = async (buyer: Shopper) => {
  const cart: Cart = await buyer.cart()
  const answer = await buyer.checkout()
  expect(answer, answer.text).toMatchObject({ status: 201, body: { total: cart.total, discount: cart.discount } })
  return answer.body
}

describe('a code', () => {
  test('with one use is used up in the carts of others, and can be entered again after a cancellation', async () => {
    await promote({}, 'ONCE', 1)
    const [first, second, third] = [await aBuyer('ONCE'), await aBuyer('ONCE'), await aBuyer()]
    expect(await second.cart()).toMatchObject({ total: eur(9000), problems: [] })
    const order = await buyAsShown(first)
    expect(order.total).toEqual(eur(9000))
    expect(await second.cart()).toMatchObject({
      codes: [{ code: 'ONCE' }],
      total: eur(10_000),
      problems: [refusal('ONCE', 'used_up')],
    })
    expect(await enter(third, 'once')).toMatchObject({ status: 409, body: refusal('ONCE', 'used_up') })
    await buyAsShown(second)
    await first.payUrl(order.id)
    await first.cancel(order.id)
    await shop.idle()
    expect((await shop.admin.order(order.id)).status).toBe('cancelled')
    expect(await enter(third, 'once')).toMatchObject({ status: 200, body: { total: eur(9000) } })
    expect((await buyAsShown(third)).total).toEqual(eur(9000))
  })

  test('for one order of each customer is used up for the customer who has ordered', async () => {
    await promote({ limits: { perCustomer: 1 } }, 'EACH')
    const alice = await aBuyer('EACH', await shop.alice())
    expect((await buyAsShown(alice)).total).toEqual(eur(9000))
    await shop.idle()
    await aBuyer(undefined, alice)
    expect(await enter(alice, 'EACH')).toMatchObject({ status: 409, body: refusal('EACH', 'used_up') })
    const bob = await aBuyer('EACH', await shop.bob())
    expect((await buyAsShown(bob)).total).toEqual(eur(9000))
  })

  test('that is switched off while it is in a cart takes nothing off, as at the checkout', async () => {
    const id = await promote({}, 'OFF')
    const buyer = await aBuyer('OFF')
    expect((await shop.admin.client.patch(`/v1/admin/promotions/${id}/codes/OFF`, { active: false })).status).toBe(200)
    expect(await buyer.cart()).toMatchObject({ total: eur(10_000), problems: [refusal('OFF', 'not_available')] })
    expect((await buyAsShown(buyer)).total).toEqual(eur(10_000))
  })

  test('with ten uses ends after ten of a hundred checkouts at once, and every other cart says so', async () => {
    await promote({}, 'TEN', 10)
    const buyers = await Promise.all(Array.from({ length: 100 }, () => aBuyer('TEN')))
    const answers = await Promise.all(buyers.map((buyer) => buyer.checkout({ expectedTotal: eur(9000), cartVersion: 3 })))
    const placed = answers.filter(({ status }) => status === 201)
    expect(placed).toHaveLength(10)
    for (const { status, body } of answers)
      if (status !== 201) expect(body).toMatchObject({ ...refusal('TEN', 'used_up'), expected: eur(9000), total: eur(10_000) })
    await shop.idle()
    const left = buyers.filter((_, index) => answers[index]?.status !== 201)
    for (const buyer of left.slice(0, 5))
      expect(await buyer.cart()).toMatchObject({ total: eur(10_000), problems: [refusal('TEN', 'used_up')] })
    await buyAsShown(left[0] as Shopper)
  })
})

describe('an automatic promotion', () => {
  test('with a limit for all disappears from carts when its last use is taken', async () => {
    const id = await promote({ effect: { kind: 'percent', percent: 25 }, limits: { total: 2 } })
    const [first, second, third] = [await aBuyer(), await aBuyer(), await aBuyer()]
    expect(await third.cart()).toMatchObject({ total: eur(7500), discounts: [{ promotionId: id }] })
    for (const buyer of [first, second]) expect((await buyAsShown(buyer)).total).toEqual(eur(7500))
    expect(await third.cart()).toMatchObject({ total: eur(10_000), discounts: [], problems: [] })
    expect((await buyAsShown(third)).total).toEqual(eur(10_000))
    await shop.admin.client.del(`/v1/admin/promotions/${id}`)
    await shop.idle()
  })

  test('for first orders is shown once to a guest, and not to a customer whose address has ordered', async () => {
    const id = await promote({ effect: { kind: 'percent', percent: 50 }, conditions: { firstOrder: true } })
    const guest = await aBuyer()
    expect((await buyAsShown(guest)).total).toEqual(eur(5000))
    await shop.idle()
    await aBuyer(undefined, guest)
    expect((await buyAsShown(guest)).total).toEqual(eur(10_000))
    // Alice has ordered above.
    const alice = await aBuyer(undefined, await shop.alice())
    expect((await buyAsShown(alice)).total).toEqual(eur(10_000))
    await shop.admin.client.del(`/v1/admin/promotions/${id}`)
    await shop.idle()
  })
})

test('carts are served while order is down, and codes are entered as if they had uses left', async () => {
  await promote({}, 'LAST', 1)
  await buyAsShown(await aBuyer('LAST'))
  const other = await aBuyer()
  await shop.shop.services.order.stop()
  expect(await enter(other, 'LAST')).toMatchObject({ status: 200, body: { total: eur(9000), problems: [] } })
  expect(await other.cart()).toMatchObject({ total: eur(9000) })
  expect(await other.addToCart('LAMP', 1)).toMatchObject({ total: eur(18_000) })
  expect((await other.checkout()).status).toBe(503)
})
