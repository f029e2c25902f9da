// Free orders: a promotion takes everything off, so the order is confirmed once its stock is committed, without a payment.
import { orderEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { eur, offer, percentOff, rulePublisher } from '../../promotions.fixture.ts'

let o: OrderUnderTest
const publish = rulePublisher(() => o)
beforeAll(async () => {
  o = await startOrder()
  await publish({ promotions: [percentOff('prm_all00000', 100)] })
})
afterAll(() => o?.stop())

/** A free order that waits for stock, with the answers of catalog. */
const aFreeOrder = () => o.aPlacedOrder(o.aShopper(), 2, { expectedTotal: eur(0) })
const typesOf = async (orderId: string): Promise<string[]> =>
  (await o.t.sql(`SELECT event_type FROM outbox_event WHERE aggregate_id = '${orderId}' ORDER BY id`)).map(
    ({ event_type }) => event_type,
  )

describe('an order that a promotion makes free', () => {
  test('goes from reserved to committed stock without a payment session, and is confirmed', async () => {
    const order = await aFreeOrder()
    const { reserved, committed, payment, read } = o.answering(order)
    expect(await payment()).toEqual({ state: 'not_required', url: null, expiresAt: null })
    expect(await read()).toMatchObject({ status: 'pending', paymentStatus: 'not_required', total: eur(0), discount: eur(2000) })
    await reserved()
    await committed()
    expect(await read()).toMatchObject({
      status: 'processing',
      paymentStatus: 'not_required',
      captured: eur(0),
      refundable: eur(0),
      history: [{ to: 'pending' }, { to: 'processing', reason: 'nothing to pay' }],
    })
    expect(await payment()).toMatchObject({ state: 'not_required' })
    expect(await typesOf(order.id)).toEqual([
      'order.placed',
      'order.stock-requested',
      'order.stock-commit-requested',
      'order.confirmed',
    ])
  })

  test('has no invoice, since nothing is charged', async () => {
    const order = await aFreeOrder()
    const { reserved, committed } = o.answering(order)
    await reserved()
    await committed()
    o.t.clock.advance('1m')
    await o.t.idle()
    const invoice = await o.t.as(order.shopper).get(`/v1/orders/${order.id}/invoice.pdf`)
    expect(invoice).toMatchObject({ status: 409, body: { code: 'order_state' } })
    expect((await o.t.as(order.shopper).get(`/v1/orders/${order.id}/invoices`)).body).toEqual({ items: [] })
  })

  test('is cancelled in processing without a refund, and its stock is returned', async () => {
    const order = await aFreeOrder()
    const { reserved, committed, cancel, read } = o.answering(order)
    await reserved()
    await committed()
    expect(await cancel()).toMatchObject({ status: 200, body: { status: 'cancelled', paymentStatus: 'not_required' } })
    expect(await read()).toMatchObject({ refundStatus: 'none', refunds: [] })
    const types = await typesOf(order.id)
    expect(types).toContain('order.stock-return-requested')
    expect(types).not.toContain('order.refund-requested')
  })

  test('cannot be refunded, and a cancellation on the return page is possible while it is pending', async () => {
    const order = await aFreeOrder()
    const refund = await o.t.as(admin).post(`/v1/admin/orders/${order.id}/refunds`, { reason: 'goodwill' })
    expect(refund).toMatchObject({ status: 409, body: { code: 'order_state' } })
    const [{ success_url: page }] = await o.t.sql(`SELECT success_url FROM customer_order WHERE id = '${order.id}'`)
    const ticket = new URLSearchParams(new URL(page).hash.slice(1)).get('ticket')
    expect(await o.t.anonymous.post('/v1/checkout/return/cancel', { orderId: order.id, ticket })).toMatchObject({
      status: 202,
      body: { state: 'cancelled' },
    })
  })

  test.each(['out of stock when it is reserved', 'out of stock when it is committed'] as const)(
    'is cancelled when %s',
    async (when) => {
      const order = await aFreeOrder()
      const { reserved, rejected, read } = o.answering(order)
      if (when === 'out of stock when it is committed') await reserved()
      await rejected(when === 'out of stock when it is committed' ? 'commit' : 'reserve')
      expect(await read()).toMatchObject({ status: 'cancelled', cancelReason: 'out_of_stock', refunds: [] })
      expect(await o.eventsOf(orderEvents.cancelled, order.id)).toMatchObject([{ paid: false }])
    },
  )

  test('is cancelled once by twenty requests while its stock is being committed', async () => {
    const order = await aFreeOrder()
    const { reserved, committed, cancel, read } = o.answering(order)
    await reserved()
    const answers = await Promise.all(Array.from({ length: 20 }, () => cancel()))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    await committed()
    expect(await read()).toMatchObject({ status: 'cancelled', cancelReason: 'customer', paymentStatus: 'not_required' })
    expect((await typesOf(order.id)).filter((type) => type === 'order.stock-return-requested')).toHaveLength(1)
  })
})

test.each(['a customer', 'twenty requests of a customer', 'missing stock'] as const)(
  'a free order that %s cancels while it is pending gives its use back once',
  async (who) => {
    const id = `prm_once${who.length}000`
    const code = { code: `FREE-${who.length}`, promotionId: id }
    await publish({ promotions: [percentOff(id, 100, { trigger: 'code', limits: { total: 1 } })] })
    o.wire.codes.set(code.code, { ...code, maxUses: null })
    const order = o.answering(await o.aPlacedOrder(o.aShopper(), 2, { expectedTotal: eur(0) }, [code]))
    const used = async () =>
      (await o.t.sql(`SELECT used FROM promotion_counter WHERE promotion_id = '${id}' AND scope = ''`))[0].used
    expect(await used()).toBe(1)
    if (who === 'missing stock') await order.rejected('reserve')
    else await Promise.all(Array.from({ length: who === 'a customer' ? 1 : 20 }, () => order.cancel()))
    for (const late of [order.reserved, order.lapsed]) await late()
    expect(await order.read()).toMatchObject({ status: 'cancelled', paymentStatus: 'not_required', refunds: [] })
    expect(await used()).toBe(0)
    await o.aPlacedOrder(o.aShopper(), 2, { expectedTotal: eur(0) }, [code])
    expect(await used()).toBe(1)
    await publish({ promotions: [percentOff('prm_all00000', 100)] })
  },
)

test('a return of goods of a free order pays nothing back', async () => {
  const order = await aFreeOrder()
  const { reserved, committed } = o.answering(order)
  await reserved()
  await committed()
  const operate = (path: string, body: object = {}) => o.t.as(admin).post(`/v1/admin/${path}`, body)
  await operate(`orders/${order.id}/ship`, { carrier: 'DHL', trackingNumber: 'T1' })
  await operate(`orders/${order.id}/deliver`)
  const lines = [{ lineId: order.cart.lines[0]?.id, quantity: 1, reason: 'damaged' }]
  const { body: asked } = await o.t.as(order.shopper).post(`/v1/orders/${order.id}/returns`, { lines })
  await operate(`returns/${asked.id}/approve`)
  await operate(`returns/${asked.id}/receive`, { lines: [{ lineId: lines[0]?.lineId, quantity: 1, restock: true }] })
  expect(await operate(`returns/${asked.id}/refund`)).toMatchObject({ status: 200, body: { state: 'refunded', refundId: null } })
  expect(await o.eventsOf(orderEvents.refundRequested, order.id)).toEqual([])
})

test.each([
  ['above nothing and below the least that can be paid', eur(1951), eur(49), 409],
  ['that is just payable', eur(1950), eur(50), 201],
] as const)('a total %s is answered accordingly', async (_, off, total, status) => {
  await publish({ promotions: [offer('prm_fixed000', { kind: 'fixed_amount', amounts: [off] })] })
  const shopper = o.aShopper()
  o.fillCart(shopper, [{ sku: o.anItem().sku, quantity: 2 }])
  const answer = await o.checkout(shopper, { expectedTotal: total })
  expect(answer.status).toBe(status)
  if (status === 409) expect(answer.body).toMatchObject({ code: 'amount_not_payable', total, minimum: 50 })
})
