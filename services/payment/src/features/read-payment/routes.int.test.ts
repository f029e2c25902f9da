// Tests of the payment routes for operators: access, paging, filters and metrics.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, freshId, type PaymentFixture, startPaymentFixture } from '../../fixtures.ts'

let fixture: PaymentFixture
beforeAll(async () => {
  fixture = await startPaymentFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

test('an operator sees the payment of an order with its refunds and disputes', async () => {
  const order = await fixture.open()
  await fixture.pay(order.sessionId)
  const refundId = await fixture.refund(order.orderId, 500)
  const [charge] = (await fixture.ledger()).charges.filter((candidate) => candidate.metadata.orderId === order.orderId)
  await fixture.control('/_sandbox/disputes', { charge: charge?.id })
  await fixture.waitUntilIdle()
  const { status, body } = await fixture.service.as(admin).get(`/v1/admin/payments/${order.orderId}`)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    orderId: order.orderId,
    number: order.number,
    state: 'paid',
    amount: order.amount,
    captured: { amountMinor: 2400, currency: 'EUR' },
    refunded: { amountMinor: 500, currency: 'EUR' },
    attempt: 1,
    sessionId: order.sessionId,
    refunds: [{ id: refundId, state: 'succeeded', origin: 'order', reason: 'returned' }],
    disputes: [{ status: 'open', amount: { amountMinor: 1900 } }],
  })
})

test('payments are listed newest first, page by page, and by state', async () => {
  const orders = [await fixture.open(), await fixture.open(), await fixture.open()]
  await fixture.service.sql(`UPDATE payment SET state = 'review' WHERE order_id = '${orders[1]?.orderId}'`)
  const first = await fixture.service.as(admin).get('/v1/admin/payments?limit=2')
  expect(first.body.items.map((item: { orderId: string }) => item.orderId)).toEqual([orders[2]?.orderId, orders[1]?.orderId])
  const second = await fixture.service.as(admin).get(`/v1/admin/payments?limit=2&cursor=${first.body.nextCursor}`)
  expect(second.body.items[0].orderId).toBe(orders[0]?.orderId)
  const review = await fixture.service.as(admin).get('/v1/admin/payments?state=review')
  expect(review.body.items).toMatchObject([{ orderId: orders[1]?.orderId, state: 'review' }])
})

test('the review queue leaves out payments that are refunded completely, page by page', async () => {
  const orders: Awaited<ReturnType<PaymentFixture['open']>>[] = []
  for (let count = 0; count < 4; count++) {
    const order = await fixture.open()
    await fixture.service.sql(`UPDATE payment SET amount_minor = 2500 WHERE order_id = '${order.orderId}'`)
    await fixture.pay(order.sessionId)
    orders.push(order)
  }
  const [inPart, inFull, onItsWay, untouched] = orders.map(({ orderId }) => orderId) as [string, string, string, string]
  await fixture.refund(inPart, 1400)
  await fixture.refund(inFull, 1400)
  await fixture.refund(inFull, 1000)
  await fixture.control('/_sandbox/refunds', { mode: 'pending' })
  await fixture.refund(onItsWay, 2400)
  await fixture.control('/_sandbox/refunds', { mode: 'succeed' })
  const listed = async (query: string) => (await fixture.service.as(admin).get(`/v1/admin/payments?${query}`)).body
  const ids = (page: { items: { orderId: string }[] }) =>
    page.items.map(({ orderId }) => orderId).filter((id) => orders.some((order) => order.orderId === id))
  expect(ids(await listed('state=review'))).toEqual([untouched, onItsWay, inFull, inPart])
  const first = await listed('state=review&open=true&limit=2')
  expect(ids(first)).toEqual([untouched, onItsWay])
  expect(ids(await listed(`state=review&open=true&limit=2&cursor=${first.nextCursor}`))).toEqual([inPart])
  expect(ids(await listed('open=true'))).not.toContain(inFull)
  const unpaid = await fixture.open()
  expect((await listed('open=true')).items[0].orderId).toBe(unpaid.orderId)
})

test.each([
  '/v1/admin/payments',
  `/v1/admin/payments/${freshId('ord')}`,
  '/v1/admin/reconciliations',
  `/v1/admin/reconciliations/${freshId('rec')}`,
])('GET %s is for admins only', async (path) => {
  expect((await fixture.service.anonymous.get(path)).status).toBe(401)
  expect((await fixture.service.as({ id: 'usr_alice00', role: 'customer' }).get(path)).status).toBe(403)
})

test('only admins start a reconciliation', async () => {
  expect((await fixture.service.anonymous.post('/v1/admin/reconciliations')).status).toBe(401)
  expect((await fixture.service.as({ id: 'gst_x00000', role: 'guest' }).post('/v1/admin/reconciliations')).status).toBe(403)
})

test('an unknown id answers 404, and an invalid parameter answers 400 naming the field', async () => {
  expect((await fixture.service.as(admin).get(`/v1/admin/payments/${freshId('ord')}`)).status).toBe(404)
  expect((await fixture.service.as(admin).get(`/v1/admin/reconciliations/${freshId('rec')}`)).status).toBe(404)
  const wrong = await fixture.service.as(admin).get('/v1/admin/payments?state=lost')
  expect(wrong.status).toBe(400)
  expect(wrong.body.errors[0].path).toBe('/state')
  expect((await fixture.service.as(admin).get('/v1/admin/payments?cursor=nonsense')).status).toBe(400)
})

test('the metrics count declines and outcomes for the alert', async () => {
  const order = await fixture.open()
  await fixture.pay(order.sessionId, '4000000000000002')
  const text = await (await fetch(fixture.service.running.metricsUrl)).text()
  expect(text).toMatch(/cartwright_payment_outcomes_total\{[^}]*outcome="declined"[^}]*\} 1/)
  expect(text).toMatch(/cartwright_payment_webhooks_total\{[^}]*outcome="stored"/)
})
