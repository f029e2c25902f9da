// Price rules in a checkout: order charges by the newest ones, and refuses a total that was shown under others.
import { catalogEvents, orderEvents, type PriceRules } from '@cartwright/contracts'
import { emptyRules } from '@cartwright/pricing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { eur, offer } from '../../promotions.fixture.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const publish = (version: number, rules: Partial<PriceRules>, twice = false) =>
  o.t.receive(catalogEvents.priceRulesChanged, { shopId: 'shop', rules: { ...emptyRules, version, ...rules } }, { twice })

test('a promotion lowers what is charged, line by line, and the charges of the payment page are the total', async () => {
  await publish(3, {
    promotions: [
      offer('prm_tenpercent', { kind: 'percent', percent: 10 }, { conditions: { minimumSubtotals: [eur(3000)] } }),
      offer('prm_fivehundred', { kind: 'fixed_amount', amounts: [eur(500)] }, { priority: -1 }),
    ],
  })
  const shopper = o.aShopper()
  const [mug, bag] = [o.anItem({ name: 'Mug', price: eur(1450) }), o.anItem({ name: 'Bag', price: eur(1600) })]
  o.fillCart(shopper, [
    { sku: mug.sku, quantity: 2 },
    { sku: bag.sku, quantity: 1 },
  ])
  // 29.00 and 16.00 less 10 %: 26.10 and 14.40; 5.00 over these: 3.22 and 1.78.
  const placed = await o.checkout(shopper, { expectedTotal: eur(3550) })
  expect(placed).toMatchObject({
    status: 201,
    body: {
      subtotal: eur(4500),
      discount: eur(950),
      total: eur(3550),
      taxIncluded: true,
      taxes: [],
      lines: [
        { lineTotal: eur(2900), discounts: [{ promotionId: 'prm_tenpercent', amount: eur(290) }, { amount: eur(322) }] },
        { lineTotal: eur(1600), discounts: [{ amount: eur(160) }, { promotionId: 'prm_fivehundred', amount: eur(178) }] },
      ],
    },
  })
  expect((await o.t.as(shopper).get(`/v1/orders/${placed.body.id}`)).body).toEqual(placed.body)
  await o.t.idle()
  const [asked] = await o.eventsOf(orderEvents.stockRequested, placed.body.id)
  await o.t.receive(catalogEvents.stockReserved, {
    orderId: placed.body.id,
    reservationId: asked?.reservationId ?? '',
    heldUntil: new Date(o.t.clock.now().getTime() + 3_600_000).toISOString(),
  })
  const [payment] = await o.eventsOf(orderEvents.paymentRequested, placed.body.id)
  expect(payment).toMatchObject({
    amount: eur(3550),
    charges: [
      { name: '2 × Mug', quantity: 1, unitAmount: eur(2288) },
      { name: 'Bag', quantity: 1, unitAmount: eur(1262) },
    ],
  })
})

test('a total that was shown under other rules is refused with both totals, and placed when it is confirmed', async () => {
  await publish(4, { promotions: [offer('prm_half0000', { kind: 'percent', percent: 50 })] }, true)
  const shopper = o.aShopper()
  o.fillCart(shopper, [{ sku: o.anItem({ price: eur(1000) }).sku, quantity: 3 }])
  expect(await o.checkout(shopper, { expectedTotal: eur(3000) })).toMatchObject({
    status: 409,
    body: { code: 'price_changed', expected: eur(3000), total: eur(1500) },
  })
  expect(await o.checkout(shopper, { expectedTotal: eur(1500) })).toMatchObject({ status: 201, body: { total: eur(1500) } })
})

test('older rules, and the same version again, change nothing', async () => {
  await publish(9, { promotions: [offer('prm_quarter0', { kind: 'percent', percent: 25 })] }, true)
  await publish(8, {})
  await publish(9, {})
  const shopper = o.aShopper()
  o.fillCart(shopper, [{ sku: o.anItem({ price: eur(1000) }).sku, quantity: 1 }])
  expect(await o.checkout(shopper, { expectedTotal: eur(750) })).toMatchObject({ status: 201, body: { discount: eur(250) } })
})

test('a promotion of a category means the lines that are in it', async () => {
  const conditions = { categoryIds: ['cat_000001'] }
  await publish(12, { promotions: [offer('prm_category', { kind: 'percent', percent: 10 }, { conditions })] })
  const shopper = o.aShopper()
  const goods = [o.anItem({ price: eur(1000), categoryIds: ['cat_000001', 'cat_000002'] }), o.anItem({ price: eur(1000) })]
  o.fillCart(
    shopper,
    goods.map(({ sku }) => ({ sku, quantity: 1 })),
  )
  expect(await o.checkout(shopper, { expectedTotal: eur(1900) })).toMatchObject({
    status: 201,
    body: { lines: [{ discounts: [{ amount: eur(100) }] }, { discounts: [] }] },
  })
})

test('an order keeps its discounts when the rules change later', async () => {
  await publish(20, { promotions: [offer('prm_third000', { kind: 'percent', percent: 30 })] })
  const shopper = o.aShopper()
  o.fillCart(shopper, [{ sku: o.anItem({ price: eur(1000) }).sku, quantity: 1 }])
  const placed = await o.checkout(shopper, { expectedTotal: eur(700) })
  await publish(21, {})
  expect((await o.t.as(shopper).get(`/v1/orders/${placed.body.id}`)).body).toEqual(placed.body)
})
