// Admin API: access, conflicts, events and audit of products, variants, categories and stock.
import { catalogEvents, orderEvents } from '@cartwright/contracts'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  admin,
  aProduct,
  aVariant,
  internalVariants,
  searchedByMysql,
  shopper,
  stockOf,
  stockRequest,
  unique,
} from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

describe('administration', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startUnderTest(catalogService, searchedByMysql)
  })
  afterAll(() => t.stop())

  const audits = (target: string) =>
    t.sql(`SELECT actor, action, state_before, state_after FROM audit_entry WHERE target = '${target}' ORDER BY id`)

  test('only operators may write products or read those that are not public', async () => {
    const { sku, product } = await aVariant(t, 1)
    const calls: [string, string, object?][] = [
      ['get', '/v1/admin/products'],
      ['get', `/v1/admin/products/${product.id}`],
      ['post', '/v1/admin/products', { name: 'x' }],
      ['patch', `/v1/admin/products/${product.id}`, { name: 'x' }],
      ['del', `/v1/admin/products/${product.id}`],
      ['post', `/v1/admin/products/${product.id}/variants`, { sku: 'x' }],
      ['patch', `/v1/admin/variants/${product.variants[0].id}`, { name: 'x' }],
      ['del', `/v1/admin/variants/${product.variants[0].id}`],
      ['post', '/v1/admin/categories', { name: 'x' }],
      ['patch', '/v1/admin/categories/cat_000000', { name: 'x' }],
      ['del', '/v1/admin/categories/cat_000000'],
      ['post', `/v1/admin/stock/${sku}/adjustments`, { delta: 1, reason: 'x' }],
      ['get', `/v1/admin/stock/${sku}`],
      ['get', `/v1/admin/stock/${sku}/movements`],
      ['post', '/v1/admin/search/reindex'],
      ['get', '/v1/admin/search'],
    ]
    for (const [method, path, body] of calls) {
      const send = (client: typeof t.anonymous) =>
        method === 'get'
          ? client.get(path)
          : method === 'del'
            ? client.del(path)
            : method === 'patch'
              ? client.patch(path, body)
              : client.post(path, body)
      expect((await send(t.anonymous)).status, `${method} ${path}`).toBe(401)
      expect((await send(t.as(shopper))).status, `${method} ${path}`).toBe(403)
    }
    expect((await t.as(admin).get(`/v1/admin/products/${product.id}`)).body).toMatchObject({
      version: product.version,
      name: product.name,
    })
  })

  test('every write of an operator records the client address from the gateway, also under concurrent writes', async () => {
    const from = (address: string) => ({ headers: { 'x-forwarded-for': `203.0.113.1, ${address}` } })
    const addresses = ['192.0.2.7', '2001:db8::7', '198.51.100.7']
    const made = await Promise.all(
      addresses.map((address) => t.as(admin).post('/v1/admin/categories', { name: `From ${unique()}` }, from(address))),
    )
    for (const [index, { body }] of made.entries())
      expect(await t.sql(`SELECT client_address FROM audit_entry WHERE target = '${body.id}'`)).toEqual([
        { client_address: addresses[index] },
      ])
  })

  test('a product accepts the largest number of variants that its event can carry, and refuses one more', async () => {
    const many = `MANY-${unique().toUpperCase()}`
    const digits = Array.from({ length: 100 }, (_, n) => String(n))
    const options = [
      { name: 'left', values: digits },
      { name: 'right', values: ['0', '1', '2'] },
    ]
    const choice = (n: number) => ({ left: String(n % 100), right: String(Math.floor(n / 100)) })
    const variants = Array.from({ length: 200 }, (_, n) => ({ sku: `${many}-${n}`, options: choice(n) }))
    const product = await aProduct(t, { options, variants })
    expect(
      await t.as(admin).post(`/v1/admin/products/${product.id}/variants`, { sku: `${many}-MORE`, options: choice(200) }),
    ).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', detail: 'a product has at most 200 variants' },
    })
  })

  test('a taken SKU or slug is refused and writes nothing, also when the other one is withdrawn; a slug becomes free again', async () => {
    const sku = `DUP-${unique().toUpperCase()}`
    const product = await aProduct(t, { slug: `slug-${sku.toLowerCase()}`, variants: [{ sku }] })
    const create = (input: object) => t.as(admin).post('/v1/admin/products', { name: 'Other', ...input })
    expect(await create({ variants: [{ sku }] })).toMatchObject({ status: 409, body: { code: 'sku_taken' } })
    expect(
      await create({
        options: [{ name: 'size', values: ['S', 'M'] }],
        variants: [
          { sku: `${sku}-A`, options: { size: 'S' } },
          { sku: `${sku}-a`, options: { size: 'M' } },
        ],
      }),
    ).toMatchObject({
      status: 409,
      body: { code: 'sku_taken' },
    })
    expect(await create({ slug: product.slug })).toMatchObject({ status: 409, body: { code: 'slug_taken' } })
    expect(await create({ categoryIds: ['cat_nothere'] })).toMatchObject({ status: 404 })
    expect(await t.sql("SELECT id FROM product WHERE name = 'Other'")).toEqual([])
    await t.as(admin).del(`/v1/admin/products/${product.id}`)
    expect(await create({ variants: [{ sku }] })).toMatchObject({ status: 409, body: { code: 'sku_taken' } })
    expect((await create({ slug: product.slug })).status).toBe(201)
  })

  test('products with the same name get different slugs', async () => {
    const name = `Same Name ${unique()}`
    const made = await Promise.all([1, 2, 3].map(() => aProduct(t, { name })))
    expect(new Set(made.map((product) => product.slug)).size).toBe(3)
  })

  test('a change publishes a higher version and leaves an audit row with the difference and the operator', async () => {
    const product = await aProduct(t, {
      name: 'Before',
      description: 'stays',
      variants: [{ sku: `CHG-${unique().toUpperCase()}` }],
    })
    const changed = await t
      .as(admin)
      .patch(`/v1/admin/products/${product.id}`, { name: 'After', images: [{ url: '/v1/images/x', alt: '' }] })
    expect(changed.body).toMatchObject({ name: 'After', description: 'stays', version: product.version + 1 })
    const variantId = product.variants[0].id
    await t.as(admin).patch(`/v1/admin/variants/${variantId}`, {
      prices: [
        { amountMinor: 5, currency: 'EUR' },
        { amountMinor: 6, currency: 'EUR' },
      ],
    })
    expect((await t.as(admin).del(`/v1/admin/variants/${variantId}`)).status).toBe(204)
    expect((await t.as(admin).del(`/v1/admin/variants/${variantId}`)).status).toBe(404)
    const events = (await t.published(catalogEvents.productChanged)).filter((event) => event.productId === product.id)
    expect(events.map((event) => event.version)).toEqual([1, 2, 3, 4])
    expect(events.at(-1)).toMatchObject({ variants: [], withdrawnSkus: [product.variants[0].sku] })
    const rows = await audits(product.id)
    expect(rows.map((row) => row.action)).toEqual(['product.create', 'product.update', 'variant.update', 'variant.delete'])
    expect(rows.every((row) => row.actor === admin.id)).toBe(true)
    expect(JSON.parse(rows[1].state_before)).toEqual({ name: 'Before', images: [] })
    expect(JSON.parse(rows[1].state_after)).toEqual({ name: 'After', images: [{ url: '/v1/images/x', alt: '' }] })
  })

  test('weight, shipping and tax class are answered to operators, shoppers and services, published and audited', async () => {
    const [sku, later] = [`HEAVY-${unique().toUpperCase()}`, `LATER-${unique().toUpperCase()}`]
    const prices = [{ amountMinor: 900, currency: 'EUR' }]
    const options = [{ name: 'form', values: ['paper', 'file'] }]
    const paper = { sku, options: { form: 'paper' }, prices, weightGrams: 640 }
    const product = await aProduct(t, { taxClass: 'reduced', options, variants: [paper] })
    const posted = { weightGrams: 640, requiresShipping: true }
    expect(product).toMatchObject({ taxClass: 'reduced', variants: [posted] })
    const file = { sku: later, options: { form: 'file' }, prices, requiresShipping: false }
    expect(await t.as(admin).post(`/v1/admin/products/${product.id}/variants`, file)).toMatchObject({
      status: 201,
      body: { variants: [posted, { weightGrams: 0, requiresShipping: false }] },
    })
    const variantId = product.variants[0].id
    expect(
      await t.as(admin).patch(`/v1/admin/variants/${variantId}`, { weightGrams: 700, requiresShipping: false }),
    ).toMatchObject({ status: 200, body: { variants: [{ weightGrams: 700, requiresShipping: false }, {}] } })
    expect(await t.as(admin).patch(`/v1/admin/products/${product.id}`, { taxClass: 'zero' })).toMatchObject({
      status: 200,
      body: { taxClass: 'zero' },
    })
    const changed = { weightGrams: 700, requiresShipping: false }
    expect((await t.anonymous.get(`/v1/products/${product.id}`)).body).toMatchObject({
      taxClass: 'zero',
      variants: [changed, {}],
    })
    expect((await t.anonymous.get(`/v1/search?q=${sku}`)).body.items).toMatchObject([{ id: product.id, taxClass: 'zero' }])
    const query = { skus: `${sku},${later}`, currency: 'EUR' }
    expect((await internalVariants(t, query)).body.items).toMatchObject([
      { sku, taxClass: 'zero', ...changed },
      { sku: later, taxClass: 'zero', weightGrams: 0, requiresShipping: false },
    ])
    const events = (await t.published(catalogEvents.productChanged)).filter((event) => event.productId === product.id)
    expect(events.at(0)).toMatchObject({ taxClass: 'reduced', variants: [posted] })
    expect(events.at(-1)).toMatchObject({ taxClass: 'zero', variants: [changed, { sku: later }] })
    const rows = await audits(product.id)
    expect([JSON.parse(rows[3].state_before), JSON.parse(rows[3].state_after)]).toEqual([
      { taxClass: 'reduced' },
      { taxClass: 'zero' },
    ])
    expect(JSON.parse(rows[2].state_after).variants).toMatchObject([changed, {}])
  })

  test.each([
    [{ taxClass: 'luxury' }, '/taxClass'],
    [{ variants: [{ sku: 'LIGHT', weightGrams: -1 }] }, '/variants/0/weightGrams'],
    [{ variants: [{ sku: 'LIGHT', weightGrams: 1.5 }] }, '/variants/0/weightGrams'],
    [{ variants: [{ sku: 'LIGHT', weightGrams: 100_000_001 }] }, '/variants/0/weightGrams'],
    [{ variants: [{ sku: 'LIGHT', requiresShipping: 'no' }] }, '/variants/0/requiresShipping'],
  ])('%j is refused with the path of the field', async (input, path) => {
    const answer = await t.as(admin).post('/v1/admin/products', { name: 'Refused', ...input })
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  test('the list of all products pages without gaps and filters by status', async () => {
    for (const status of ['draft', 'archived'] as const) await aProduct(t, { status })
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await t.as(admin).get(`/v1/admin/products?limit=3${cursor}`)
      seen.push(...page.body.items.map((item: { id: string }) => item.id))
      cursor = page.body.nextCursor ? `&cursor=${page.body.nextCursor}` : ''
    } while (cursor !== '')
    expect(seen).toEqual((await t.sql('SELECT id FROM product WHERE deleted_at IS NULL ORDER BY id DESC')).map((row) => row.id))
    const drafts = (await t.as(admin).get('/v1/admin/products?status=draft')).body.items
    expect(new Set(drafts.map((item: { status: string }) => item.status))).toEqual(new Set(['draft']))
    expect((await t.as(admin).get('/v1/admin/products?cursor=AAAA')).status).toBe(400)
  })

  test('a category moves with its breadcrumbs, and never below itself, also when two moves race', async () => {
    const make = async (parentId: string | null) =>
      (await t.as(admin).post('/v1/admin/categories', { name: `Cat ${unique()}`, parentId })).body
    const a = await make(null)
    const b = await make(a.id)
    const c = await make(b.id)
    expect(c.breadcrumbs.map((crumb: { id: string }) => crumb.id)).toEqual([a.id, b.id, c.id])
    expect(await t.as(admin).patch(`/v1/admin/categories/${a.id}`, { parentId: c.id })).toMatchObject({
      status: 409,
      body: { code: 'category_cycle' },
    })
    expect(await t.as(admin).patch(`/v1/admin/categories/${a.id}`, { parentId: a.id })).toMatchObject({ status: 409 })
    const [x, y] = [await make(null), await make(null)]
    const race = await Promise.all([
      t.as(admin).patch(`/v1/admin/categories/${x.id}`, { parentId: y.id }),
      t.as(admin).patch(`/v1/admin/categories/${y.id}`, { parentId: x.id }),
    ])
    expect(race.map((answer) => answer.status).toSorted()).toEqual([200, 409])
    expect((await t.as(admin).patch(`/v1/admin/categories/${c.id}`, { parentId: null })).body.breadcrumbs).toHaveLength(1)
    expect((await t.as(admin).del(`/v1/admin/categories/${a.id}`)).status).toBe(204)
    expect((await t.anonymous.get(`/v1/categories/${b.id}`)).body).toMatchObject({ parentId: null })
    expect((await t.as(admin).post('/v1/admin/categories', { name: 'x', slug: b.slug })).body).toMatchObject({
      code: 'slug_taken',
    })
    expect((await audits(a.id)).map((row) => row.action)).toEqual(['category.create', 'category.delete'])
  })

  test('an adjustment happens once per key, is a movement with reason and actor, and never takes reserved stock', async () => {
    const { sku } = await aVariant(t, 5)
    const adjustStockLevel = (delta: number, key?: string) =>
      t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta, reason: 'count' }, key === undefined ? {} : { key })
    const first = await adjustStockLevel(3, 'k1')
    const [again, other] = [await adjustStockLevel(3, 'k1'), await adjustStockLevel(4, 'k1')]
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.body).toEqual(first.body)
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    expect(
      (await t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: 1, reason: 'x' }, { key: null })).body,
    ).toMatchObject({ code: 'idempotency_key_missing' })
    await t.receive(orderEvents.stockRequested, stockRequest(t, unique(), [{ sku, quantity: 6 }]))
    expect(await adjustStockLevel(-3)).toMatchObject({ status: 409, body: { code: 'stock_insufficient' } })
    expect((await adjustStockLevel(-2)).body).toEqual({ sku, onHand: 6, reserved: 6, available: 0 })
    expect(await adjustStockLevel(1_000_001)).toMatchObject({ status: 400 })
    expect(await adjustStockLevel(0)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ path: '/delta' }] },
    })
    expect((await t.as(admin).post('/v1/admin/stock/NO-SUCH/adjustments', { delta: 1, reason: 'x' })).body).toMatchObject({
      code: 'sku_unknown',
    })
    const parallel = await Promise.all(Array.from({ length: 10 }, () => adjustStockLevel(1, 'k2')))
    expect(
      parallel.filter((answer) => answer.status === 201).length + parallel.filter((answer) => answer.status === 409).length,
    ).toBe(10)
    expect(await stockOf(t, sku)).toMatchObject({ onHand: 7 })
    const ledger: { delta: number; actor: string; reason: string }[] = []
    let cursor = ''
    do {
      const page = (await t.as(admin).get(`/v1/admin/stock/${sku}/movements?limit=2${cursor}`)).body
      ledger.push(...page.items)
      cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : ''
    } while (cursor !== '')
    expect(ledger.map((row) => row.delta)).toEqual([1, -2, 3, 5])
    expect(ledger[0]).toMatchObject({ actor: admin.id, reason: 'count' })
    expect((await audits(sku)).map((row) => row.action)).toEqual(['stock.adjust', 'stock.adjust', 'stock.adjust', 'stock.adjust'])
  })
})
