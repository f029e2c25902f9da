// Response cache: one read serves many clients, and events purge what they make stale.
import { catalogEvents } from '@cartwright/contracts'
import { eventually } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ann, type GatewayUnderTest, json, kinds, startGateway } from '../../fixtures.ts'

const mugId = 'prd_000000000000000000000mug'
const mug = (price: number) => ({ id: mugId, slug: 'mug', price })

describe.each(kinds)('cached responses of a service %s', (kind) => {
  let t: GatewayUnderTest
  let path: string
  let count = 0
  beforeAll(async () => {
    t = await startGateway(kind)
  })
  afterAll(() => t.stop())
  beforeEach(() => {
    path = `/v1/products/mug${count++}`
    t.service.seen.length = 0
    t.service.respondWith(json(mug(1200)))
  })

  const changed = (productId = mugId) => {
    const at = new Date().toISOString()
    return t.receive(catalogEvents.productChanged, {
      productId,
      version: 2,
      slug: 'mug',
      name: 'Mug',
      description: '',
      status: 'active',
      deleted: false,
      categories: [],
      images: [],
      options: [],
      variants: [],
      withdrawnSkus: [],
      createdAt: at,
      updatedAt: at,
    })
  }
  const stockChanged = (productId = mugId) =>
    t.receive(catalogEvents.stockChanged, { sku: 'MUG', productId, version: 2, onHand: 1, reserved: 0, available: 1 })

  test('the second client gets the cached body with the headers of its own request', async () => {
    const first = await t.anonymous.get(path)
    const second = await t.anonymous.get(path, { headers: { origin: 'http://localhost:3000', 'x-request-id': 'second' } })
    expect(second.text).toBe(first.text)
    expect(t.service.seen).toHaveLength(1)
    expect(Object.fromEntries(second.headers)).toMatchObject({
      'x-request-id': 'second',
      'access-control-allow-origin': 'http://localhost:3000',
      'ratelimit-limit': expect.any(String),
      'content-type': 'application/json; charset=utf-8',
      etag: first.headers.get('etag'),
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    })
    expect(first.headers.get('ratelimit-limit')).not.toBeNull()
  })

  test('a client that has the current version gets 304 without a body until the product changes', async () => {
    const etag = (await t.anonymous.get(path)).headers.get('etag') ?? ''
    for (const tag of [etag, `W/${etag}, "other"`, '*']) {
      const again = await t.anonymous.get(path, { headers: { 'if-none-match': tag } })
      expect({ status: again.status, text: again.text, etag: again.headers.get('etag') }).toEqual({ status: 304, text: '', etag })
      expect(again.headers.get('x-request-id')).not.toBeNull()
    }
    t.service.respondWith(json(mug(1300)))
    await changed()
    const fresh = await t.anonymous.get(path, { headers: { 'if-none-match': etag } })
    expect({ status: fresh.status, price: fresh.body.price }).toEqual({ status: 200, price: 1300 })
    expect(fresh.headers.get('etag')).not.toBe(etag)
  })

  test('bodies with non-ASCII characters are served unchanged', async () => {
    t.service.respondWith(json({ name: 'Zoë’s mug \u{1F6D2}' }))
    for (let turn = 0; turn < 2; turn++) expect((await t.anonymous.get(path)).body.name).toBe('Zoë’s mug \u{1F6D2}')
  })

  test('a HEAD request is served from the cache without a body', async () => {
    const { headers } = await t.anonymous.get(path)
    const head = await fetch(t.url + path, { method: 'HEAD' })
    expect({ status: head.status, etag: head.headers.get('etag'), text: await head.text() }).toEqual({
      status: 200,
      etag: headers.get('etag'),
      text: '',
    })
    expect(t.service.seen).toHaveLength(1)
  })

  test('concurrent misses of one response cause one upstream request', async () => {
    let send: () => void = () => undefined
    t.service.respondWith((_, response) => {
      send = () => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"n":1}')
    })
    const asked = Promise.all(Array.from({ length: 20 }, () => t.anonymous.get(path)))
    await eventually('the first one is there', () => t.service.seen.length === 1)
    send()
    expect((await asked).map((answer) => answer.text)).toEqual(Array(20).fill('{"n":1}'))
    expect(t.service.seen).toHaveLength(1)
  })

  test('a response that was under way when the product changed is not cached', async () => {
    let send: () => void = () => undefined
    t.service.respondWith((_, response) => {
      send = () => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(mug(1)))
    })
    const old = t.anonymous.get(path)
    await eventually('it is asked', () => t.service.seen.length === 1)
    await changed()
    send()
    await old
    t.service.respondWith(json(mug(2)))
    expect((await t.anonymous.get(path)).body.price).toBe(2)
  })

  test('a stock change purges the product’s page, and another product’s change does not', async () => {
    await t.anonymous.get(path)
    await changed('prd_000000000000000000other')
    await t.anonymous.get(path)
    expect(t.service.seen).toHaveLength(1)
    await stockChanged()
    await t.anonymous.get(path)
    expect(t.service.seen).toHaveLength(2)
  })

  test('a product change purges every list, and a stock change only lists that filter by stock', async () => {
    const lists = [`/v1/products?limit=${count}`, `/v1/products?inStock=true&limit=${count}`]
    for (const list of lists) await t.anonymous.get(list)
    await stockChanged('prd_0000000000000000000none')
    t.service.respondWith(json({ items: [] }))
    const after = async () => {
      const before = t.service.seen.length
      for (const list of lists) await t.anonymous.get(list)
      return t.service.seen.slice(before).map((seen) => seen.url)
    }
    expect(await after()).toEqual([lists[1]])
    await changed('prd_0000000000000000000none')
    expect(await after()).toEqual(lists)
  })

  test('a change of the price rules purges the description of the shop', async () => {
    const path = `/v1/shop?n=${count}`
    for (let turn = 0; turn < 2; turn++) await t.anonymous.get(path)
    expect(t.service.seen).toHaveLength(1)
    const rules = { version: 2, taxExcluded: [], shippingZones: [], taxRates: [], promotions: [] }
    await t.receive(catalogEvents.priceRulesChanged, { shopId: 'shop', rules })
    await t.anonymous.get(path)
    expect(t.service.seen).toHaveLength(2)
  })

  test('the cache key ignores the order of the query and includes the language', async () => {
    await t.anonymous.get(`${path}?currency=EUR&a=1`)
    await t.anonymous.get(`${path}?a=1&currency=EUR`)
    expect(t.service.seen).toHaveLength(1)
    await t.anonymous.get(`${path}?a=1&currency=EUR`, { headers: { 'accept-language': 'de' } })
    expect(t.service.seen).toHaveLength(2)
  })

  test('headers that select the same language share a response, and long headers that do not are kept apart', async () => {
    const read = (accepted: string) => t.anonymous.get(`${path}?b=1`, { headers: { 'accept-language': accepted } })
    const unknown = 'fr-CA,fr;q=0.9,it-IT;q=0.8,it;q=0.7,es-ES;q=0.6,es;q=0.5,pt-PT;q=0.4,pt;q=0.3'
    for (const accepted of ['de', 'de-AT,de;q=0.9', `${unknown},de;q=0.2`]) await read(accepted)
    expect(t.service.seen).toHaveLength(1)
    for (const accepted of [`${unknown},en;q=0.2`, 'en-GB']) await read(accepted)
    expect(t.service.seen).toHaveLength(2)
  })

  test('per-client headers do not reach a shared response', async () => {
    await t
      .as(ann)
      .get(path, { headers: { cookie: 'a=b', 'if-none-match': '"x"', range: 'bytes=0-1', 'accept-encoding': 'gzip' } })
    for (const name of ['authorization', 'cookie', 'if-none-match', 'range', 'accept-encoding'])
      expect(t.service.seen[0]?.headers[name]).toBeUndefined()
  })

  test('errors and authenticated reads are not cached', async () => {
    t.service.respondWith(json({ code: 'not_found' }, 404))
    for (let turn = 0; turn < 2; turn++) expect((await t.anonymous.get(path)).status).toBe(404)
    t.service.respondWith(json({ code: 'upstream_unavailable' }, 503))
    expect((await t.anonymous.get(path)).status).toBe(503)
    t.service.respondWith(json(mug(5)))
    expect((await t.anonymous.get(path)).body.price).toBe(5)
    for (let turn = 0; turn < 2; turn++) await t.as(ann).get('/v1/orders')
    expect(t.service.seen).toHaveLength(6)
  })

  test('an expired response is read again without an event', async () => {
    await t.anonymous.get(path)
    await t.clock.advance('31s')
    await t.anonymous.get(path)
    expect(t.service.seen).toHaveLength(2)
  })
})
