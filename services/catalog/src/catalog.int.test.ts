// Catalog through its face: browsing, admin writes, and the answers to requests for stock.
import { catalogEvents, orderEvents } from '@cartwright/contracts'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogService } from './index.ts'

const admin = { id: 'usr_admin01', role: 'admin', email: 'admin@example.com' } as const
const request = (orderId: string, reservationId: string, lines: { sku: string; quantity: number }[]) => ({ orderId, reservationId, lines, holdUntil: new Date(Date.now() + 3_600_000).toISOString() })

describe('catalog', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startUnderTest(catalogService)
    await t.running.seed()
    await t.idle()
  })
  afterAll(() => t.stop())

  const stock = async (sku: string) => (await t.as(admin).get(`/v1/admin/stock/${sku}`)).body
  const aVariant = async (onHand: number) => {
    const sku = `SKU-${Math.random().toString(36).slice(2, 10)}`
    const body = { name: `Thing ${sku}`, status: 'active', variants: [{ sku, prices: [{ amountMinor: 1000, currency: 'EUR' }] }] }
    const made = await t.as(admin).post('/v1/admin/products', body)
    expect(made.status).toBe(201)
    if (onHand > 0) expect((await t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: onHand, reason: 'delivery' })).status).toBe(201)
    return { sku, product: made.body }
  }

  test('the seed is the same when it runs twice', async () => {
    const before = await t.sql('SELECT COUNT(*) AS products, SUM(version) AS versions FROM product')
    await t.running.seed()
    expect(await t.sql('SELECT COUNT(*) AS products, SUM(version) AS versions FROM product')).toEqual(before)
    expect(before[0].products).toBeGreaterThanOrEqual(60)
  })

  test.each(['name', '-name', 'price', '-price', 'createdAt', '-createdAt'])('paging by %s shows every product once and in order', async (sort) => {
    const seen: { id: string; name: string; price: { amountMinor: number } }[] = []
    let cursor = ''
    do {
      const page = await t.anonymous.get(`/v1/products?sort=${sort}&limit=7${cursor}`)
      expect(page.status).toBe(200)
      seen.push(...page.body.items)
      cursor = page.body.nextCursor ? `&cursor=${page.body.nextCursor}` : ''
    } while (cursor !== '')
    expect(new Set(seen.map((item) => item.id)).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThanOrEqual(60)
    if (sort.endsWith('price')) {
      const prices = seen.map((item) => item.price.amountMinor)
      expect(prices).toEqual([...prices].sort((a, b) => (sort === 'price' ? a - b : b - a)))
    }
  })

  test('a price range and a category subtree narrow the list', async () => {
    const page = await t.anonymous.get('/v1/products?category=home&minPrice=2000&maxPrice=4000&limit=100')
    expect(page.body.items.length).toBeGreaterThan(3)
    for (const item of page.body.items) {
      expect(item.price.amountMinor).toBeGreaterThanOrEqual(2000)
      expect(item.price.amountMinor).toBeLessThanOrEqual(4000)
    }
  })

  test('a cursor of another order is refused', async () => {
    const page = await t.anonymous.get('/v1/products?sort=name&limit=1')
    const wrong = await t.anonymous.get(`/v1/products?sort=price&cursor=${page.body.nextCursor}`)
    expect(wrong).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })

  test('search finds words by prefix and SKUs, and says that it is degraded', async () => {
    const found = await t.anonymous.get('/v1/search?q=headph')
    expect(found.body).toMatchObject({ degraded: true, total: null, facets: null })
    expect(found.body.items.map((item: { slug: string }) => item.slug)).toContain('studio-headphones')
    const bySku = await t.anonymous.get('/v1/search?q=HARB-MUG')
    expect(bySku.body.items[0].slug).toBe('harbour-mug')
  })

  test('drafts and withdrawn products are invisible to shoppers', async () => {
    const draft = await t.as(admin).post('/v1/admin/products', { name: 'Secret Thing' })
    expect((await t.anonymous.get(`/v1/products/${draft.body.slug}`)).status).toBe(404)
    await t.as(admin).patch(`/v1/admin/products/${draft.body.id}`, { status: 'active' })
    expect((await t.anonymous.get(`/v1/products/${draft.body.slug}`)).status).toBe(200)
    expect((await t.as(admin).del(`/v1/admin/products/${draft.body.id}`)).status).toBe(204)
    expect((await t.anonymous.get(`/v1/products/${draft.body.slug}`)).status).toBe(404)
  })

  test('a taken SKU is refused and writes nothing', async () => {
    const { sku } = await aVariant(0)
    const again = await t.as(admin).post('/v1/admin/products', { name: 'Other', variants: [{ sku }] })
    expect(again).toMatchObject({ status: 409, body: { code: 'sku_taken' } })
    expect(await t.sql("SELECT id FROM product WHERE name = 'Other'")).toEqual([])
  })

  test('a category cannot stand below itself', async () => {
    const parent = await t.as(admin).post('/v1/admin/categories', { name: 'Parent' })
    const child = await t.as(admin).post('/v1/admin/categories', { name: 'Child', parentId: parent.body.id })
    expect(child.body.breadcrumbs.map((crumb: { name: string }) => crumb.name)).toEqual(['Parent', 'Child'])
    expect(await t.as(admin).patch(`/v1/admin/categories/${parent.body.id}`, { parentId: child.body.id })).toMatchObject({ status: 409, body: { code: 'category_cycle' } })
  })

  test('an adjustment happens once per key, and only operators make it', async () => {
    const { sku } = await aVariant(5)
    const first = await t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: 3, reason: 'found' }, { key: 'k1' })
    const second = await t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: 3, reason: 'found' }, { key: 'k1' })
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(second.body).toEqual(first.body)
    expect(await stock(sku)).toMatchObject({ onHand: 8 })
    expect(await t.as({ id: 'usr_other01', role: 'customer' }).post(`/v1/admin/stock/${sku}/adjustments`, { delta: 3, reason: 'x' })).toMatchObject({ status: 403 })
    expect(await t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: -9, reason: 'x' })).toMatchObject({ status: 409, body: { code: 'stock_insufficient' } })
  })

  test('a request for stock holds every line or none, and is answered again when asked again', async () => {
    const [a, b] = [await aVariant(5), await aVariant(1)]
    const lines = [{ sku: a.sku, quantity: 2 }, { sku: b.sku, quantity: 2 }]
    await t.receive(orderEvents.stockRequested, request('ord_short01', 'res_short01', lines))
    expect(await stock(a.sku)).toMatchObject({ reserved: 0 })
    const [rejected] = (await t.published(catalogEvents.stockRejected)).filter((answer) => answer.orderId === 'ord_short01')
    expect(rejected).toMatchObject({ rejected: 'reserve', shortages: [{ sku: b.sku, requested: 2, available: 1 }] })
    const fits = request('ord_fits001', 'res_fits001', [{ sku: a.sku, quantity: 1 }, { sku: a.sku, quantity: 2 }])
    await t.receive(orderEvents.stockRequested, fits, { twice: true })
    await t.receive(orderEvents.stockRequested, fits)
    expect(await stock(a.sku)).toMatchObject({ reserved: 3, available: 2 })
    expect((await t.published(catalogEvents.stockReserved)).filter((answer) => answer.orderId === 'ord_fits001')).toHaveLength(2)
  })

  test('commit sells once, return puts back once, release after commit changes nothing', async () => {
    const { sku } = await aVariant(5)
    const lines = [{ sku, quantity: 2 }]
    const ids = { orderId: 'ord_sold001', reservationId: 'res_sold001' }
    await t.receive(orderEvents.stockRequested, request(ids.orderId, ids.reservationId, lines))
    await t.receive(orderEvents.stockCommitRequested, { ...ids, lines }, { twice: true })
    await t.receive(orderEvents.stockCommitRequested, { ...ids, lines })
    await t.receive(orderEvents.stockReleaseRequested, { ...ids, reason: 'late' })
    expect(await stock(sku)).toMatchObject({ onHand: 3, reserved: 0 })
    const back = { ...ids, returnId: 'ret_1', lines, reason: 'cancelled' }
    await t.receive(orderEvents.stockReturnRequested, back)
    await t.receive(orderEvents.stockReturnRequested, back)
    expect(await stock(sku)).toMatchObject({ onHand: 5 })
    const ledger = await t.as(admin).get(`/v1/admin/stock/${sku}/movements`)
    expect(ledger.body.items.reduce((sum: number, row: { delta: number }) => sum + row.delta, 0)).toBe(5)
  })

  test('a release that overtakes its request leaves a tombstone, and the late request takes nothing', async () => {
    const { sku } = await aVariant(2)
    await t.receive(orderEvents.stockReleaseRequested, { orderId: 'ord_late001', reservationId: 'res_late001', reason: 'timeout' })
    await t.receive(orderEvents.stockRequested, request('ord_late001', 'res_late001', [{ sku, quantity: 1 }]))
    expect(await stock(sku)).toMatchObject({ reserved: 0 })
    expect(await t.published(catalogEvents.stockReserved)).not.toContainEqual(expect.objectContaining({ orderId: 'ord_late001' }))
  })

  test('a lapsed hold is swept, and a commit after that takes free stock or is refused', async () => {
    const { sku } = await aVariant(1)
    const ids = { orderId: 'ord_laps001', reservationId: 'res_laps001' }
    const lines = [{ sku, quantity: 1 }]
    await t.receive(orderEvents.stockRequested, { ...ids, lines, holdUntil: t.clock.now().toISOString() })
    await t.clock.advance('1m')
    await t.idle()
    expect(await stock(sku)).toMatchObject({ reserved: 0 })
    expect((await t.published(catalogEvents.stockReleased)).find((answer) => answer.orderId === ids.orderId)).toMatchObject({ reason: 'lapsed' })
    await t.receive(orderEvents.stockRequested, { ...request('ord_other01', 'res_other01', lines), holdUntil: new Date(t.clock.now().getTime() + 3_600_000).toISOString() })
    await t.receive(orderEvents.stockCommitRequested, { ...ids, lines })
    expect((await t.published(catalogEvents.stockRejected)).find((answer) => answer.orderId === ids.orderId)).toMatchObject({ rejected: 'commit' })
  })
})
