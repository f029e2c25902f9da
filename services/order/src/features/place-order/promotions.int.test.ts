// Uses of promotions: taken with the order, never above a limit, and given back once when the order is cancelled before its payment.
import type { Promotion } from '@cartwright/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { eur, percentOff, rulePublisher } from '../../promotions.fixture.ts'

let o: OrderUnderTest
const publish = rulePublisher(() => o)
beforeAll(async () => {
  o = await startOrder({ ORDER_CHECKOUTS_AT_ONCE: '16' })
})
afterAll(() => o?.stop())

let count = 0
/** A promotion of this test, with a code for it. */
let id: string
let code: string
beforeEach(() => {
  count += 1
  id = `prm_${String(count).padStart(6, '0')}`
  code = `CODE-${count}`
})
const byCode = (more: Partial<Promotion> = {}) => percentOff(id, 10, { trigger: 'code', ...more })
const known = (maxUses: number | null = null) => o.wire.codes.set(code, { code, promotionId: id, maxUses })

type Shopper = ReturnType<OrderUnderTest['aShopper']>
/** A shopper whose cart costs ten euros, or nine with a discount of ten percent. */
const aBuyer = (codes: readonly string[] = [code], shopper: Shopper = o.aShopper()) => {
  const cart = o.fillCart(shopper, [{ sku: o.anItem().sku, quantity: 1 }])
  cart.codes.push(...codes.map((entered) => ({ code: entered, promotionId: id })))
  return (total: number, more: Record<string, unknown> = {}) => o.checkout(shopper, { expectedTotal: eur(total), ...more })
}
const uses = () => o.t.sql(`SELECT * FROM promotion_use WHERE promotion_id = '${id}'`)
const counters = async () =>
  Object.fromEntries(
    (await o.t.sql(`SELECT scope, used FROM promotion_counter WHERE promotion_id = '${id}'`)).map(({ scope, used }) => [
      String(scope).replace(/^holder:.*/, 'holder'),
      used,
    ]),
  )
const tally = (answers: readonly { status: number; body: { code?: string; reason?: string } }[]) =>
  Object.fromEntries(
    [...Map.groupBy(answers, ({ status, body }) => [status, body.code, body.reason].filter(Boolean).join(' '))].map(
      ([key, group]) => [key, group.length],
    ),
  )
const parallel = <T>(times: number, run: () => Promise<T>) => Promise.all(Array.from({ length: times }, run))

describe('a hundred checkouts at once', () => {
  test.each([
    ['a code that ten orders may use', {}, 10],
    ['a code of a promotion that ten orders may use', { limits: { total: 10 } }, null],
  ] as const)('of %s make ten orders, and the others are told that it is used up', async (_, more, maxUses) => {
    await publish({ promotions: [byCode(more)] })
    known(maxUses)
    const answers = await parallel(100, () => aBuyer()(900))
    expect(tally(answers)).toEqual({ 201: 10, '409 code_not_applicable used_up': 90 })
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      promotionCode: code,
      expected: eur(900),
      total: eur(1000),
    })
    expect(await uses()).toHaveLength(10)
    expect(await counters()).toMatchObject({ '': 10, [`code:${code}`]: 10 })
  })

  test('of an automatic promotion that ten orders may use make ten orders, and the others are told both totals', async () => {
    await publish({ promotions: [percentOff(id, 10, { limits: { total: 10 } })] })
    const answers = await parallel(100, () => aBuyer([])(900))
    expect(tally(answers)).toEqual({ 201: 10, '409 price_changed': 90 })
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ expected: eur(900), total: eur(1000) })
    expect(await counters()).toMatchObject({ '': 10 })
    expect((await aBuyer([])(1000)).status).toBe(201)
    expect(await uses()).toHaveLength(10)
  })

  test('of two promotions in both orders of their codes take no use without an order', async () => {
    const other = `prm_9${String(count).padStart(5, '0')}`
    await publish({
      promotions: [byCode({ limits: { total: 20 } }), percentOff(other, 10, { trigger: 'code', limits: { total: 30 } })],
    })
    known()
    o.wire.codes.set('OTHER', { code: 'OTHER', promotionId: other, maxUses: null })
    let turn = 0
    const answers = await parallel(60, () => {
      turn += 1
      return aBuyer(turn % 2 === 0 ? [code, 'OTHER'] : ['OTHER', code])(810)
    })
    expect(tally(answers)).toEqual({ 201: 20, '409 code_not_applicable used_up': 40 })
    const taken = await o.t.sql(`SELECT used FROM promotion_counter WHERE scope = '' AND promotion_id IN ('${id}', '${other}')`)
    expect(taken.map(({ used }) => used)).toEqual([20, 20])
  })
})

describe('a limit for each customer', () => {
  test('holds for a customer with several carts', async () => {
    await publish({ promotions: [byCode({ limits: { perCustomer: 2 } })] })
    known()
    const shopper = o.aShopper()
    expect((await aBuyer([code], shopper)(900)).status).toBe(201)
    expect((await aBuyer([code], shopper)(900)).status).toBe(201)
    expect(await aBuyer([code], shopper)(900)).toMatchObject({
      status: 409,
      body: { code: 'code_not_applicable', reason: 'used_up' },
    })
    expect((await aBuyer()(900)).status).toBe(201)
  })

  test('holds for guests of one e-mail address, of which only a hash is kept', async () => {
    await publish({ promotions: [byCode({ limits: { perCustomer: 1 } })] })
    known()
    const asGuest = (email: string) => aBuyer([code], o.aShopper('guest'))(900, { email })
    const answers = await parallel(10, () => asGuest('One.Guest@example.net'))
    expect(tally(answers)).toEqual({ 201: 1, '409 code_not_applicable used_up': 9 })
    expect((await asGuest('one.guest@EXAMPLE.net')).status).toBe(409)
    expect((await asGuest('other@example.net')).status).toBe(201)
    for (const { holder } of await uses()) expect(holder).toMatch(/^[\w-]{43}$/)
  })
})

describe('a discount for first orders', () => {
  const firstOnly = () => percentOff(id, 10, { conditions: { firstOrder: true } })

  test.each(['customer', 'guest'] as const)('goes to one of twenty orders that a %s places at once', async (role) => {
    await publish({ promotions: [firstOnly()] })
    const shopper = o.aShopper(role)
    const email = role === 'guest' ? { email: `first-${count}@example.net` } : {}
    const { sku } = o.anItem()
    o.wire.freshCarts.set(shopper.id, () => ({
      ...o.fillCart(o.aShopper(), [{ sku, quantity: 1 }]),
      version: 3,
    }))
    const answers = await parallel(20, () =>
      o.t.as(shopper).post('/v1/checkout', {
        cartVersion: 3,
        expectedTotal: eur(900),
        shippingAddress: { name: 'A', line1: '1', city: 'B', postalCode: '1', country: 'PT' },
        ...email,
      }),
    )
    expect(tally(answers)).toEqual({ 201: 1, '409 price_changed': 19 })
  })

  test('does not go to a guest whose address has ordered, and goes again to one whose order was never paid', async () => {
    await publish({ promotions: [firstOnly()] })
    const email = `again-${count}@example.net`
    const guest = () => aBuyer([], o.aShopper('guest'))
    const first = await guest()(900, { email })
    expect(first.status).toBe(201)
    expect(await guest()(900, { email })).toMatchObject({ status: 409, body: { code: 'price_changed', total: eur(1000) } })
    await o.t.as(admin).post(`/v1/admin/orders/${first.body.id}/cancel`, { reason: 'a test' })
    expect((await guest()(900, { email })).status).toBe(201)
  })
})

describe('uses of an order', () => {
  test('are those of promotions that took something off, and of no others', async () => {
    await publish({ promotions: [byCode({ conditions: { minimumSubtotals: [eur(5000)] }, limits: { total: 5 } })] })
    known()
    expect((await aBuyer()(1000)).status).toBe(201)
    expect(await uses()).toEqual([])
    expect(await counters()).toEqual({})
  })

  test('count from the beginning, so a limit that is set later includes them', async () => {
    await publish({ promotions: [byCode()] })
    known()
    for (let order = 0; order < 3; order++) expect((await aBuyer()(900)).status).toBe(201)
    await publish({ promotions: [byCode({ limits: { total: 4 } })] })
    expect((await aBuyer()(900)).status).toBe(201)
    expect((await aBuyer()(900)).status).toBe(409)
  })

  test('are not taken when the order is refused', async () => {
    await publish({ promotions: [byCode({ limits: { total: 1 } })] })
    known()
    const shopper = o.aShopper()
    const cart = o.fillCart(shopper, [{ sku: o.anItem({ available: 0 }).sku, quantity: 1 }])
    cart.codes.push({ code, promotionId: id })
    expect(await o.checkout(shopper, { expectedTotal: eur(900) })).toMatchObject({ status: 409, body: { code: 'out_of_stock' } })
    expect((await aBuyer()(900)).status).toBe(201)
  })
})

test('a shopper who confirms the total without a used-up code gets the order', async () => {
  await publish({ promotions: [byCode()] })
  known(1)
  expect((await aBuyer()(900)).status).toBe(201)
  const buy = aBuyer()
  expect((await buy(900)).body).toMatchObject({ code: 'code_not_applicable', total: eur(1000) })
  expect(await buy(1000)).toMatchObject({ status: 201, body: { discount: eur(0) } })
})

test('a code that is no longer known takes nothing off, and a catalog that does not answer makes checkout 503', async () => {
  await publish({ promotions: [byCode()] })
  const buy = aBuyer()
  expect(await buy(900)).toMatchObject({ status: 409, body: { code: 'price_changed', total: eur(1000) } })
  o.wire.down.add('catalog')
  expect((await buy(900)).status).toBe(503)
  o.wire.down.delete('catalog')
  expect((await buy(1000)).status).toBe(201)
})

describe('an order that is cancelled', () => {
  const placed = async () => {
    await publish({ promotions: [byCode({ limits: { total: 1, perCustomer: 1 } })] })
    known(1)
    const shopper = o.aShopper()
    const order = await o.aPlacedOrder(shopper, 1, { expectedTotal: eur(900) }, [{ code, promotionId: id }])
    return o.answering({ ...order, total: eur(900) })
  }
  const left = async () => (await counters())[''] === 0

  test.each(['out of stock', 'payment failed', 'payment expired', 'customer', 'operator', 'reservation timeout'] as const)(
    'before its payment (%s) gives its uses back once',
    async (why) => {
      const order = await placed()
      if (why === 'out of stock') await order.rejected('reserve')
      if (why === 'customer') await order.cancel()
      if (why === 'operator') await o.t.as(admin).post(`/v1/admin/orders/${order.id}/cancel`, { reason: 'a test' })
      if (why === 'reservation timeout')
        for (let round = 0; round < 4; round++) {
          o.t.clock.advance('31s')
          await o.t.idle()
        }
      if (why === 'payment failed' || why === 'payment expired') {
        await order.reserved()
        await order.opened()
        await (why === 'payment failed' ? order.failed() : order.expired())
      }
      expect(await order.read()).toMatchObject({ status: 'cancelled' })
      for (const again of [order.reserved, order.failed, order.expired, order.lapsed]) await again()
      await order.cancel()
      expect(await counters()).toEqual({ '': 0, holder: 0, [`code:${code}`]: 0 })
      expect(await uses()).toMatchObject([{ order_id: order.id, given_back_at: expect.any(Date) }])
      expect((await aBuyer([code], order.shopper)(900)).status).toBe(201)
      expect(await counters()).toMatchObject({ '': 1 })
    },
  )

  test('gives its uses back once when twenty cancellations and late answers arrive together', async () => {
    const order = await placed()
    await Promise.all([...Array.from({ length: 20 }, () => order.cancel()), order.rejected('reserve'), order.reserved()])
    expect(await left()).toBe(true)
  })

  test('keeps them given back when money arrives afterwards', async () => {
    const order = await placed()
    await order.reserved()
    await order.opened()
    await order.expired()
    expect(await left()).toBe(true)
    await order.succeeded()
    expect(await left()).toBe(true)
  })

  test.each(['while its stock is committed', 'in processing'] as const)('after its payment, %s, keeps its uses', async (when) => {
    const order = await placed()
    for (const step of [order.reserved, order.opened, order.succeeded]) await step()
    if (when === 'in processing') await order.committed()
    await order.cancel()
    if (when !== 'in processing') await order.committed()
    expect(await order.read()).toMatchObject({ status: 'cancelled' })
    expect(await counters()).toMatchObject({ '': 1 })
    expect(await uses()).toMatchObject([{ given_back_at: null }])
  })
})
