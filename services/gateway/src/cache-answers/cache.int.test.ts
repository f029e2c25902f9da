// Cached answers: read once, sent to many, never older than the events say.
import { catalogEvents } from '@cartwright/contracts'
import { eventually } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ann, type GatewayUnderTest, json, kinds, startGateway } from '../fixtures.ts'

const mugId = 'prd_000000000000000000000mug'
const mug = (price: number) => ({ id: mugId, slug: 'mug', price })

describe.each(kinds)('answers of a service %s', (kind) => {
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
    t.service.answers(json(mug(1200)))
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

  test('the second reader gets what the first one left, with the headers of their own request', async () => {
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

  test('whoever has it already gets 304 without a body, until it changes', async () => {
    const etag = (await t.anonymous.get(path)).headers.get('etag') ?? ''
    for (const tag of [etag, `W/${etag}, "other"`, '*']) {
      const again = await t.anonymous.get(path, { headers: { 'if-none-match': tag } })
      expect({ status: again.status, text: again.text, etag: again.headers.get('etag') }).toEqual({ status: 304, text: '', etag })
      expect(again.headers.get('x-request-id')).not.toBeNull()
    }
    t.service.answers(json(mug(1300)))
    await changed()
    const fresh = await t.anonymous.get(path, { headers: { 'if-none-match': etag } })
    expect({ status: fresh.status, price: fresh.body.price }).toEqual({ status: 200, price: 1300 })
    expect(fresh.headers.get('etag')).not.toBe(etag)
  })

  test('bytes beyond ASCII survive', async () => {
    t.service.answers(json({ name: 'Zoë’s mug \u{1F6D2}' }))
    for (let turn = 0; turn < 2; turn++) expect((await t.anonymous.get(path)).body.name).toBe('Zoë’s mug \u{1F6D2}')
  })

  test('HEAD is answered from it, without a body', async () => {
    const { headers } = await t.anonymous.get(path)
    const head = await fetch(t.url + path, { method: 'HEAD' })
    expect({ status: head.status, etag: head.headers.get('etag'), text: await head.text() }).toEqual({
      status: 200,
      etag: headers.get('etag'),
      text: '',
    })
    expect(t.service.seen).toHaveLength(1)
  })

  test('many who miss the same answer ask for it once', async () => {
    let send: () => void = () => undefined
    t.service.answers((_, response) => {
      send = () => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"n":1}')
    })
    const asked = Promise.all(Array.from({ length: 20 }, () => t.anonymous.get(path)))
    await eventually('the first one is there', () => t.service.seen.length === 1)
    send()
    expect((await asked).map((answer) => answer.text)).toEqual(Array(20).fill('{"n":1}'))
    expect(t.service.seen).toHaveLength(1)
  })

  test('an answer that was on its way when the product changed is not kept', async () => {
    let send: () => void = () => undefined
    t.service.answers((_, response) => {
      send = () => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(mug(1)))
    })
    const old = t.anonymous.get(path)
    await eventually('it is asked', () => t.service.seen.length === 1)
    await changed()
    send()
    await old
    t.service.answers(json(mug(2)))
    expect((await t.anonymous.get(path)).body.price).toBe(2)
  })

  test('stock of a product makes its page old, and another product’s change does not', async () => {
    await t.anonymous.get(path)
    await changed('prd_000000000000000000other')
    await t.anonymous.get(path)
    expect(t.service.seen).toHaveLength(1)
    await stockChanged()
    await t.anonymous.get(path)
    expect(t.service.seen).toHaveLength(2)
  })

  test('any product’s change makes lists old; stock only those that ask for it', async () => {
    const lists = [`/v1/products?limit=${count}`, `/v1/products?inStock=true&limit=${count}`]
    for (const list of lists) await t.anonymous.get(list)
    await stockChanged('prd_0000000000000000000none')
    t.service.answers(json({ items: [] }))
    const after = async () => {
      const before = t.service.seen.length
      for (const list of lists) await t.anonymous.get(list)
      return t.service.seen.slice(before).map((seen) => seen.url)
    }
    expect(await after()).toEqual([lists[1]])
    await changed('prd_0000000000000000000none')
    expect(await after()).toEqual(lists)
  })

  test('the order of a query’s members does not matter, its language does', async () => {
    await t.anonymous.get(`${path}?currency=EUR&a=1`)
    await t.anonymous.get(`${path}?a=1&currency=EUR`)
    expect(t.service.seen).toHaveLength(1)
    await t.anonymous.get(`${path}?a=1&currency=EUR`, { headers: { 'accept-language': 'de' } })
    expect(t.service.seen).toHaveLength(2)
  })

  test('nothing personal reaches a shared answer', async () => {
    await t
      .as(ann)
      .get(path, { headers: { cookie: 'a=b', 'if-none-match': '"x"', range: 'bytes=0-1', 'accept-encoding': 'gzip' } })
    for (const name of ['authorization', 'cookie', 'if-none-match', 'range', 'accept-encoding'])
      expect(t.service.seen[0]?.headers[name]).toBeUndefined()
  })

  test('failures are passed on and not kept, and neither are other people’s own reads', async () => {
    t.service.answers(json({ code: 'not_found' }, 404))
    for (let turn = 0; turn < 2; turn++) expect((await t.anonymous.get(path)).status).toBe(404)
    t.service.answers(json({ code: 'upstream_unavailable' }, 503))
    expect((await t.anonymous.get(path)).status).toBe(503)
    t.service.answers(json(mug(5)))
    expect((await t.anonymous.get(path)).body.price).toBe(5)
    for (let turn = 0; turn < 2; turn++) await t.as(ann).get('/v1/orders')
    expect(t.service.seen).toHaveLength(6)
  })

  test('after its time an answer is asked for again even without an event', async () => {
    await t.anonymous.get(path)
    await t.clock.advance('31s')
    await t.anonymous.get(path)
    expect(t.service.seen).toHaveLength(2)
  })
})
