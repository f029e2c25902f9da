// Dead letters of all services in one list for admins, merged from the lists of the services.
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { admin, ann, type GatewayUnderTest, json, startGateway } from '../../fixtures.ts'

const letter = (id: number, createdAt: string) => ({
  id,
  consumer: 'order',
  eventId: `evt_${id}`,
  eventType: 'payment.succeeded',
  topic: 'payment.events',
  key: 'ord_000001',
  reason: 'permanent',
  error: 'x',
  attempts: 5,
  createdAt,
  resolvedAt: null,
  resolution: null,
})

describe('dead letters', () => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway('in another process', { CART_URL: 'http://127.0.0.1:9' })
  })
  afterAll(() => t.stop())
  beforeEach(() => {
    t.service.seen.length = 0
  })

  test('of all services are listed newest first, and an unavailable service is named', async () => {
    let asked = 0
    t.service.respondWith((request, response, body) => {
      asked += 1
      json({ items: [letter(asked, `2026-01-0${asked}T00:00:00.000Z`)], nextCursor: null })(request, response, body)
    })
    const { status, body } = await t.as(admin).get('/v1/admin/dead-letters?limit=3')
    expect(status).toBe(200)
    expect(body.items.map((item: { createdAt: string }) => item.createdAt.slice(0, 10))).toEqual([
      '2026-01-05',
      '2026-01-04',
      '2026-01-03',
    ])
    expect(body).toMatchObject({ nextCursor: expect.any(String), unavailable: ['cart'] })
    expect(new Set(body.items.map((item: { service: string }) => item.service)).size).toBe(3)
    expect(t.service.seen.every((seen) => seen.url.startsWith('/internal/dead-letters?'))).toBe(true)
  })

  test('are paged across services without gaps or duplicates', async () => {
    const own = new Map(['identity', 'catalog', 'order'].map((name, at) => [name, [9, 6, 3].map((id) => id + at * 100)]))
    t.service.respondWith((request, response, body) => {
      const url = new URL(request.url ?? '', 'http://service')
      const name = decodeJwt(String(request.headers.authorization).slice(7)).aud
      const [, before = 1000] = JSON.parse(Buffer.from(url.searchParams.get('cursor') ?? 'WyJ4Il0', 'base64url').toString())
      const left = (own.get(String(name)) ?? []).filter((id) => id < before)
      const items = left.slice(0, 2).map((id) => letter(id, `2026-01-01T00:00:00.${String(id).padStart(3, '0')}Z`))
      json({ items, nextCursor: left.length > 2 ? 'more' : null })(request, response, body)
    })
    const ids: string[] = []
    let cursor = ''
    for (let pages = 0; pages < 9; pages++) {
      const { body } = await t.as(admin).get(`/v1/admin/dead-letters?limit=2${cursor}`)
      ids.push(...body.items.map(({ id }: { id: string }) => id))
      if (body.nextCursor === null) break
      cursor = `&cursor=${body.nextCursor}`
    }
    expect(ids).toEqual(
      [209, 206, 203, 109, 106, 103, 9, 6, 3].map((id) => `${['identity', 'catalog', 'order'][Math.floor(id / 100)]}-${id}`),
    )
  })

  test('of one service are listed alone, and a cursor of another list is refused', async () => {
    t.service.respondWith(json({ items: [letter(6, '2026-01-01T00:00:00.000Z')], nextCursor: null }))
    const { body } = await t.as(admin).get('/v1/admin/dead-letters?service=order&open=false')
    expect(body).toMatchObject({ items: [{ id: 'order-6', service: 'order' }], nextCursor: null, unavailable: [] })
    expect(t.service.seen).toHaveLength(1)
    expect(t.service.seen[0]?.url).toContain('open=false')
    for (const query of ['cursor=x', 'service=order&cursor=nonsense', 'service=unknown', 'limit=0'])
      expect((await t.as(admin).get(`/v1/admin/dead-letters?${query}`)).status).toBe(400)
  })

  test.each(['redrive', 'discard'])('%s reaches the service that the id names, on behalf of the admin', async (action) => {
    t.service.respondWith(json({ redriven: [7], failed: null }))
    const answer = await t.as(admin).post(`/v1/admin/dead-letters/payment-7/${action}`)
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { redriven: ['payment-7'], failed: null } })
    const [seen] = t.service.seen
    expect({ method: seen?.method, url: seen?.url }).toEqual({ method: 'POST', url: `/internal/dead-letters/7/${action}` })
    expect(decodeJwt(String(seen?.headers.authorization).slice(7))).toMatchObject({
      sub: 'gateway',
      aud: 'payment',
      onBehalfOf: { id: admin.id, role: 'admin' },
    })
  })

  test('are shown with their message; an unknown one is 404, one of an unavailable service is 503', async () => {
    t.service.respondWith(json({ ...letter(7, '2026-01-01T00:00:00.000Z'), payload: { a: 1 }, headers: {}, audit: [] }))
    expect((await t.as(admin).get('/v1/admin/dead-letters/order-7')).body).toMatchObject({
      id: 'order-7',
      service: 'order',
      payload: { a: 1 },
    })
    t.service.respondWith(json({ code: 'not_found' }, 404))
    expect((await t.as(admin).get('/v1/admin/dead-letters/order-8')).status).toBe(404)
    expect((await t.as(admin).get('/v1/admin/dead-letters/cart-8')).status).toBe(503)
    for (const id of ['8', 'gateway-8', 'order-0', 'order-x'])
      expect((await t.as(admin).get(`/v1/admin/dead-letters/${id}`)).status).toBe(400)
  })

  test('are replayed with the request’s body, and only a projection accepts events that it has processed', async () => {
    t.service.respondWith(json({ delivered: 3 }))
    const stretch = { topic: 'catalog.events', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }
    expect(
      (await t.as(admin).post('/v1/admin/replays', { service: 'catalog', group: 'catalog-search', ...stretch, again: true }))
        .body,
    ).toEqual({ delivered: 3 })
    expect(JSON.parse(String(t.service.seen[0]?.body))).toEqual({ group: 'catalog-search', ...stretch, again: true })
    expect(
      (await t.as(admin).post('/v1/admin/replays', { service: 'catalog', group: 'catalog', ...stretch, again: true })).status,
    ).toBe(400)
  })

  test('are open to admins only, and the rate limit applies', async () => {
    expect((await t.anonymous.get('/v1/admin/dead-letters')).status).toBe(401)
    expect((await t.as(ann).post('/v1/admin/dead-letters/order-7/discard')).status).toBe(403)
    const answer = await t.as(admin).get('/v1/admin/dead-letters/order-7', { headers: { origin: 'http://localhost:3000' } })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'ratelimit-limit': expect.any(String),
      'access-control-allow-origin': 'http://localhost:3000',
      'x-content-type-options': 'nosniff',
    })
  })
})
