// Integration tests of shipping and delivering.
import { orderEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder({ ORDER_TRACKING_URLS: 'Bike Post=https://bike.example/{NUMBER}' })
})
afterAll(() => o?.stop())

const parcel = { carrier: 'Post', trackingNumber: 'T-1' }
const act = (id: string, action: string, body: object = {}, key?: string) =>
  o.t.as(admin).post(`/v1/admin/orders/${id}/${action}`, body, key === undefined ? {} : { key })

describe('shipping', () => {
  test('ships the whole order once per key, and delivers it', async () => {
    const order = await o.anOrderIn('processing')
    const first = await act(order.id, 'ship', parcel, 'k')
    expect(first).toMatchObject({
      status: 200,
      body: {
        status: 'shipped',
        fulfilmentStatus: 'shipped',
        shipments: [{ carrier: 'Post', lines: [{ sku: order.item.sku, quantity: 2 }] }],
      },
    })
    expect((await act(order.id, 'ship', parcel, 'k')).headers.get('idempotent-replayed')).toBe('true')
    expect(await act(order.id, 'deliver')).toMatchObject({
      status: 200,
      body: { status: 'delivered', fulfilmentStatus: 'delivered' },
    })
    await o.t.idle()
    expect(await o.eventsOf(orderEvents.shipped, order.id)).toMatchObject([
      { ...parcel, lines: [{ name: 'Harbour mug', quantity: 2 }] },
    ])
    expect(await o.eventsOf(orderEvents.delivered, order.id)).toHaveLength(1)
    const { history } = await order.read()
    expect(history.map((entry: { to: string }) => entry.to)).toEqual(['pending', 'processing', 'shipped', 'delivered'])
    expect(history.every((entry: { correlationId: string }) => entry.correlationId !== '')).toBe(true)
    expect(await o.t.sql(`SELECT action FROM audit_entry WHERE target = '${order.id}' ORDER BY id`)).toEqual([
      { action: 'order.ship' },
      { action: 'order.deliver' },
    ])
  })

  test.each([
    ['dhl', 'JD 1', 'https://www.dhl.com/global-en/home/tracking.html?tracking-id=JD%201'],
    ['bike  post', '7/8', 'https://bike.example/7%2F8'],
    ['Ox Cart', '7', undefined],
  ])('the parcel of %s with number %s has the address %s, in answers, on the order page and in the event', async (...parcel) => {
    const [carrier, trackingNumber, trackingUrl] = parcel
    const order = await o.anOrderIn('processing')
    const shown = [{ trackingNumber, trackingUrl }]
    const urls = (body: { shipments: { trackingNumber: string; trackingUrl?: string }[] }) =>
      body.shipments.map((shipment) => ({ trackingNumber: shipment.trackingNumber, trackingUrl: shipment.trackingUrl }))
    expect(urls((await act(order.id, 'ship', { carrier, trackingNumber })).body)).toEqual(shown)
    expect(urls(await order.read())).toEqual(shown)
    expect(urls((await o.t.as(order.shopper).get(`/v1/orders/${order.id}`)).body)).toEqual(shown)
    await o.t.idle()
    const [event] = await o.eventsOf(orderEvents.shipped, order.id)
    expect(event?.trackingUrl).toBe(trackingUrl)
    if (trackingUrl === undefined) expect(event).not.toHaveProperty('trackingUrl')
  })

  test('ships in parts: the order stays in processing until the last piece, and never ships more than was ordered', async () => {
    const order = await o.anOrderIn('processing')
    const one = [{ sku: order.item.sku, quantity: 1 }]
    expect((await act(order.id, 'ship', { ...parcel, lines: one })).body).toMatchObject({
      status: 'processing',
      fulfilmentStatus: 'partial',
    })
    expect(await act(order.id, 'ship', { ...parcel, lines: [...one, ...one] })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ path: '/lines' }] },
    })
    expect(await act(order.id, 'ship', { ...parcel, lines: [{ sku: 'SKU-other', quantity: 1 }] })).toMatchObject({ status: 400 })
    expect((await act(order.id, 'ship', { ...parcel, lines: one })).body).toMatchObject({
      status: 'shipped',
      fulfilmentStatus: 'shipped',
    })
    expect(await o.t.as(admin).get('/v1/admin/orders?fulfilmentStatus=partial')).toMatchObject({ body: { items: [] } })
  })

  test.each([
    ['pending', 'ship', ['cancelled']],
    ['pending', 'deliver', ['cancelled']],
    ['processing', 'deliver', ['shipped', 'cancelled']],
    ['cancelled', 'ship', []],
    ['cancelled', 'deliver', []],
    ['shipped', 'ship', ['delivered']],
    ['delivered', 'ship', []],
    ['delivered', 'deliver', []],
    ['delivered', 'cancel', []],
  ])('%s × %s is refused, names what is allowed, and writes nothing', async (status, action, allowed) => {
    const order = await o.anOrderIn(status === 'pending' ? 'paying' : 'processing')
    if (status === 'cancelled') await order.cancel()
    if (status === 'shipped' || status === 'delivered') await act(order.id, 'ship', parcel)
    if (status === 'delivered') await act(order.id, 'deliver')
    await o.t.idle()
    const before = await order.read()
    expect(before.status).toBe(status)
    const body = { ship: parcel, deliver: {}, cancel: { reason: 'late' } }[action] ?? {}
    expect(await act(order.id, action, body)).toMatchObject({
      status: 409,
      body: { code: 'order_state', orderStatus: status, allowed },
    })
    expect(await order.read()).toEqual(before)
  })

  test('answers operators only: shoppers get 403, anonymous requests 401, unknown orders 404', async () => {
    const order = await o.anOrderIn('processing')
    for (const action of ['ship', 'deliver', 'cancel', 'refunds']) {
      const body = { ship: parcel, deliver: {}, cancel: { reason: 'x' }, refunds: { reason: 'x' } }[action]
      const path = `/v1/admin/orders/${order.id}/${action}`
      expect(await o.t.as(order.shopper).post(path, body)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
      expect(await o.t.anonymous.post(path, body)).toMatchObject({ status: 401 })
      expect(await o.t.as(admin).post(`/v1/admin/orders/ord_nothing01/${action}`, body)).toMatchObject({ status: 404 })
      expect(await o.t.as(admin).post(path, body, { key: null })).toMatchObject({
        status: 400,
        body: { code: 'idempotency_key_missing' },
      })
      expect(await o.t.as(admin).post(path, { ...body, more: 1 })).toMatchObject({
        status: 400,
        body: { errors: [{ path: '/more' }] },
      })
    }
    expect((await order.read()).status).toBe('processing')
  })
})
