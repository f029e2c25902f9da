// Integration tests of reading orders: shoppers see their own only, operators all, filtered and in pages.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

/** All pages of a list, as ids. */
const pages = async (client: ReturnType<OrderUnderTest['t']['as']>, path: string) => {
  const ids: string[] = []
  let cursor = ''
  do {
    const page = await client.get(`${path}${cursor}`)
    expect(page.status).toBe(200)
    ids.push(...page.body.items.map((item: { id: string }) => item.id))
    cursor = page.body.nextCursor ? `&cursor=${page.body.nextCursor}` : ''
  } while (cursor !== '')
  return ids
}

describe('a shopper', () => {
  test('sees her orders, newest first, in pages that show each once', async () => {
    const shopper = o.aShopper()
    const made: string[] = []
    for (let index = 0; index < 5; index++) made.push((await o.aPlacedOrder(shopper)).id)
    expect(await pages(o.t.as(shopper), '/v1/orders?limit=2')).toEqual(made.reverse())
  })

  test('cannot read another shopper’s order, which looks like an unknown one', async () => {
    const { id, shopper } = await o.aPlacedOrder()
    const stranger = o.t.as(o.aShopper())
    const [foreign, absent] = [await stranger.get(`/v1/orders/${id}`), await stranger.get('/v1/orders/ord_nothing01')]
    expect([foreign.status, absent.status]).toEqual([404, 404])
    expect({ ...foreign.body, instance: '', traceId: '' }).toEqual({ ...absent.body, instance: '', traceId: '' })
    expect((await stranger.get('/v1/orders')).body.items).toEqual([])
    expect((await o.t.anonymous.get(`/v1/orders/${id}`)).status).toBe(401)
    expect((await o.t.as(shopper).get(`/v1/admin/orders/${id}`)).status).toBe(403)
    expect((await o.t.as(shopper).get(`/v1/orders/${id}`)).body).not.toHaveProperty('principal')
  })
})

describe('a shopper who waits', () => {
  const waiting = (order: Awaited<ReturnType<OrderUnderTest['anOrderIn']>>, query: string) =>
    o.t.as(order.shopper).get(`/v1/orders/${order.id}?${query}`)

  test('is answered the moment the order is no longer pending, with its whole history', async () => {
    const order = await o.anOrderIn('committing')
    const request = waiting(order, 'waitSec=20&known=pending')
    await order.committed()
    expect(await request).toMatchObject({
      status: 200,
      body: { status: 'processing', paymentStatus: 'paid', history: [{ to: 'pending' }, { from: 'pending', to: 'processing' }] },
    })
  })

  test('is not answered by a change that leaves the status as it is', async () => {
    const order = await o.anOrderIn('reserving')
    const request = waiting(order, 'waitSec=20&known=pending')
    await order.reserved()
    await order.opened()
    await order.cancel()
    await order.expired()
    await o.t.idle()
    expect((await request).body).toMatchObject({ status: 'cancelled', cancelReason: 'customer' })
  })

  test('is answered at once when the status is another one already, and when nothing is said to be known', async () => {
    const order = await o.anOrderIn('processing')
    const started = performance.now()
    expect((await waiting(order, 'waitSec=20&known=pending')).body.status).toBe('processing')
    expect((await waiting(order, 'waitSec=20')).body.status).toBe('processing')
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('is answered with what there is when the time is up', async () => {
    const order = await o.anOrderIn('paying')
    const started = performance.now()
    expect(await waiting(order, 'waitSec=1&known=pending')).toMatchObject({ status: 200, body: { status: 'pending' } })
    expect(performance.now() - started).toBeGreaterThan(900)
  })

  test('waits for her own orders only, 20 s at most, and for a status there is', async () => {
    const order = await o.anOrderIn('paying')
    const stranger = o.t.as(o.aShopper())
    expect(await stranger.get(`/v1/orders/${order.id}?waitSec=20&known=pending`)).toMatchObject({ status: 404 })
    expect(await waiting(order, 'waitSec=21')).toMatchObject({ status: 400, body: { errors: [{ path: '/waitSec' }] } })
    expect(await waiting(order, 'known=open')).toMatchObject({ status: 400, body: { errors: [{ path: '/known' }] } })
  })
})

describe('an operator', () => {
  test('filters by status, payment, address, number and time, and sorts both ways', async () => {
    const from = o.t.clock.now().toISOString()
    const [a, b, c] = [await o.anOrderIn('paying'), await o.anOrderIn('processing'), await o.anOrderIn('reserving')]
    await c.rejected('reserve')
    const list = (query: string) => pages(o.t.as(admin), `/v1/admin/orders?from=${from}&limit=2${query}`)
    expect(await list('')).toEqual([c.id, b.id, a.id])
    expect(await list('&sort=createdAt')).toEqual([a.id, b.id, c.id])
    expect(await list('&status=processing')).toEqual([b.id])
    expect(await list('&paymentStatus=awaiting')).toEqual([a.id])
    expect(await list(`&email=${a.shopper.email}`)).toEqual([a.id])
    expect(await list(`&number=${b.number.toLowerCase()}`)).toEqual([b.id])
    expect(await list(`&to=${from}`)).toEqual([])
    expect(await list('&refundStatus=full')).toEqual([])
  })

  test('cannot page with a cursor of another order, or with nonsense', async () => {
    await o.aPlacedOrder()
    await o.aPlacedOrder()
    const { nextCursor } = (await o.t.as(admin).get('/v1/admin/orders?limit=1')).body
    expect(await o.t.as(admin).get(`/v1/admin/orders?sort=createdAt&cursor=${nextCursor}`)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    })
    expect(await o.t.as(admin).get('/v1/admin/orders?cursor=nonsense')).toMatchObject({ status: 400 })
    expect(await o.t.as(admin).get('/v1/admin/orders?status=lost')).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/status' }] },
    })
    expect(await o.t.as(admin).get('/v1/admin/orders?limit=101')).toMatchObject({ status: 400 })
  })

  test.each(['from', 'to'])('is told when %s is a moment that no clock shows', async (field) => {
    for (const moment of ['2016-12-31T23:59:60Z', '0000-01-01T00:00:00%2B01:00', '9999-12-31T23:59:59-01:00', '2026-11-24'])
      expect(await o.t.as(admin).get(`/v1/admin/orders?${field}=${moment}`)).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: expect.arrayContaining([expect.objectContaining({ path: `/${field}` })]) },
      })
  })

  test('sees who acted, under which correlation id, and the ids that lead into other services', async () => {
    const order = await o.anOrderIn('processing')
    expect(await order.read()).toMatchObject({
      principal: { id: order.shopper.id, role: 'customer' },
      cartId: order.cart.id,
      reservationId: order.reservationId,
      history: [
        { actorId: order.shopper.id, correlationId: expect.stringMatching(/^req_/) },
        { actorId: 'order', correlationId: expect.any(String) },
      ],
    })
  })
})
