// Operators read payments; nobody else does.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, freshId, type PaymentLab, startPaymentLab } from '../fixtures.ts'

let lab: PaymentLab
beforeAll(async () => {
  lab = await startPaymentLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

test('an operator sees the payment of an order with its refunds and disputes', async () => {
  const order = await lab.open()
  await lab.pay(order.sessionId)
  const refundId = await lab.refund(order.orderId, 500)
  const [charge] = (await lab.ledger()).charges.filter((candidate) => candidate.metadata.orderId === order.orderId)
  await lab.control('/_sandbox/disputes', { charge: charge?.id })
  await lab.rest()
  const { status, body } = await lab.service.as(admin).get(`/v1/admin/payments/${order.orderId}`)
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
  const orders = [await lab.open(), await lab.open(), await lab.open()]
  await lab.service.sql(`UPDATE payment SET state = 'review' WHERE order_id = '${orders[1]?.orderId}'`)
  const first = await lab.service.as(admin).get('/v1/admin/payments?limit=2')
  expect(first.body.items.map((item: { orderId: string }) => item.orderId)).toEqual([orders[2]?.orderId, orders[1]?.orderId])
  const second = await lab.service.as(admin).get(`/v1/admin/payments?limit=2&cursor=${first.body.nextCursor}`)
  expect(second.body.items[0].orderId).toBe(orders[0]?.orderId)
  const review = await lab.service.as(admin).get('/v1/admin/payments?state=review')
  expect(review.body.items).toMatchObject([{ orderId: orders[1]?.orderId, state: 'review' }])
})

test('the review queue leaves out payments whose money has gone back completely, page by page', async () => {
  const orders: Awaited<ReturnType<PaymentLab['open']>>[] = []
  for (let count = 0; count < 4; count++) {
    const order = await lab.open()
    await lab.service.sql(`UPDATE payment SET amount_minor = 2500 WHERE order_id = '${order.orderId}'`)
    await lab.pay(order.sessionId)
    orders.push(order)
  }
  const [inPart, inFull, onItsWay, untouched] = orders.map(({ orderId }) => orderId) as [string, string, string, string]
  await lab.refund(inPart, 1400)
  await lab.refund(inFull, 1400)
  await lab.refund(inFull, 1000)
  await lab.control('/_sandbox/refunds', { mode: 'pending' })
  await lab.refund(onItsWay, 2400)
  await lab.control('/_sandbox/refunds', { mode: 'succeed' })
  const listed = async (query: string) => (await lab.service.as(admin).get(`/v1/admin/payments?${query}`)).body
  const ids = (page: { items: { orderId: string }[] }) =>
    page.items.map(({ orderId }) => orderId).filter((id) => orders.some((order) => order.orderId === id))
  expect(ids(await listed('state=review'))).toEqual([untouched, onItsWay, inFull, inPart])
  const first = await listed('state=review&open=true&limit=2')
  expect(ids(first)).toEqual([untouched, onItsWay])
  expect(ids(await listed(`state=review&open=true&limit=2&cursor=${first.nextCursor}`))).toEqual([inPart])
  expect(ids(await listed('open=true'))).not.toContain(inFull)
  const unpaid = await lab.open()
  expect((await listed('open=true')).items[0].orderId).toBe(unpaid.orderId)
})

test.each([
  '/v1/admin/payments',
  `/v1/admin/payments/${freshId('ord')}`,
  '/v1/admin/reconciliations',
  `/v1/admin/reconciliations/${freshId('rec')}`,
])('%s is for admins only', async (path) => {
  expect((await lab.service.anonymous.get(path)).status).toBe(401)
  expect((await lab.service.as({ id: 'usr_alice00', role: 'customer' }).get(path)).status).toBe(403)
})

test('only admins start a comparison', async () => {
  expect((await lab.service.anonymous.post('/v1/admin/reconciliations')).status).toBe(401)
  expect((await lab.service.as({ id: 'gst_x00000', role: 'guest' }).post('/v1/admin/reconciliations')).status).toBe(403)
})

test('what does not exist is 404, and what cannot be is 400 naming the field', async () => {
  expect((await lab.service.as(admin).get(`/v1/admin/payments/${freshId('ord')}`)).status).toBe(404)
  expect((await lab.service.as(admin).get(`/v1/admin/reconciliations/${freshId('rec')}`)).status).toBe(404)
  const wrong = await lab.service.as(admin).get('/v1/admin/payments?state=lost')
  expect(wrong.status).toBe(400)
  expect(wrong.body.errors[0].path).toBe('/state')
  expect((await lab.service.as(admin).get('/v1/admin/payments?cursor=nonsense')).status).toBe(400)
})

test('declines and ends are counted for the alert', async () => {
  const order = await lab.open()
  await lab.pay(order.sessionId, '4000000000000002')
  const text = await (await fetch(lab.service.running.metricsUrl)).text()
  expect(text).toMatch(/payment_outcomes_total\{[^}]*outcome="declined"[^}]*\} 1/)
  expect(text).toMatch(/payment_webhooks_total\{[^}]*outcome="stored"/)
})
