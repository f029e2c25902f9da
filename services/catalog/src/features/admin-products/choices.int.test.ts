// Admin API: choices of variants, slugs in any script, removal by null, search for operators.
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aProduct, aVariant, stockOf, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

let t: UnderTest
beforeAll(async () => {
  t = await startUnderTest(catalogService)
})
afterAll(() => t.stop())

const colour = { name: 'colour', values: ['red', 'blue'] }
const size = { name: 'size', values: ['S', 'M'] }
const post = (path: string, body: object) => t.as(admin).post(`/v1/admin/${path}`, body)
const patch = (path: string, body: object) => t.as(admin).patch(`/v1/admin/${path}`, body)
const aSku = () => `CH-${unique().toUpperCase()}`

describe('a variant is one of its product’s choices', () => {
  test.each([
    ['an option that is not declared', { colour: 'red', size: 'S', fabric: 'wool' }],
    ['a value that is not declared', { colour: 'red', size: 'XL' }],
    ['a value in another case', { colour: 'RED', size: 'S' }],
    ['no value for an option', { colour: 'red' }],
    ['the name of a built-in member', { colour: 'red', size: 'S', constructor: 'x' }],
  ])('%s is refused', async (_, options) => {
    const product = await aProduct(t, { options: [colour, size] })
    const refused = { status: 400, body: { code: 'validation_failed', errors: [{ path: '/options' }] } }
    expect(await post(`products/${product.id}/variants`, { sku: aSku(), options })).toMatchObject(refused)
    const made = await post('products', { name: 'x', options: [colour, size], variants: [{ sku: aSku(), options }] })
    expect(made).toMatchObject({ status: 400, body: { errors: [{ path: '/variants/0/options' }] } })
    const { body } = await post(`products/${product.id}/variants`, { sku: aSku(), options: { colour: 'red', size: 'S' } })
    expect(await patch(`variants/${body.variants[0].id}`, { options })).toMatchObject(refused)
  })

  test('no two variants have the same choice, in one request, in sequence or concurrently; a withdrawn variant frees its choice', async () => {
    const choice = { size: 'S', colour: 'red' }
    const twice = [choice, { colour: 'red', size: 'S' }].map((options) => ({ sku: aSku(), options }))
    const taken = { status: 409, body: { code: 'variant_taken' } }
    expect(await post('products', { name: 'x', options: [colour, size], variants: twice })).toMatchObject(taken)
    const product = await aProduct(t, { options: [colour, size] })
    const racing = await Promise.all(
      [1, 2, 3, 4].map(() => post(`products/${product.id}/variants`, { sku: aSku(), options: choice })),
    )
    expect(racing.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409])
    const { body } = await post(`products/${product.id}/variants`, { sku: aSku(), options: { ...choice, colour: 'blue' } })
    const [first, second] = body.variants
    expect(await patch(`variants/${second.id}`, { options: choice })).toMatchObject(taken)
    expect(await patch(`variants/${first.id}`, { options: choice })).toMatchObject({ status: 200 })
    await t.as(admin).del(`/v1/admin/variants/${first.id}`)
    expect((await post(`products/${product.id}/variants`, { sku: aSku(), options: choice })).status).toBe(201)
  })

  test('a product without options has at most one variant', async () => {
    const { product } = await aVariant(t, 0)
    expect(await post(`products/${product.id}/variants`, { sku: aSku() })).toMatchObject({
      status: 409,
      body: { code: 'variant_taken' },
    })
  })

  test.each([
    ['an option twice', [colour, { name: 'colour', values: ['green'] }]],
    ['an option twice in another case', [colour, { name: ' Colour', values: ['green'] }]],
    ['a value twice', [{ name: 'size', values: ['S', 'M', 's '] }]],
    ['an option without values', [{ name: 'size', values: [] }]],
    ['a value in two Unicode forms', [{ name: 'tone', values: ['café', 'cafe\u0301'] }]],
  ])('%s is not declared', async (_, options) => {
    expect(await post('products', { name: 'x', options })).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    const product = await aProduct(t)
    expect(await patch(`products/${product.id}`, { options })).toMatchObject({ status: 400 })
  })

  test('options that variants need cannot be removed; a request that names the variants changes both together', async () => {
    const sku = aSku()
    const product = await aProduct(t, { options: [colour], variants: [{ sku, options: { colour: 'red' } }] })
    const [variant] = product.variants
    const inUse = { status: 409, body: { code: 'options_in_use', skus: [sku] } }
    for (const options of [[], null, [size], [{ name: 'colour', values: ['blue'] }], [colour, size]])
      expect(await patch(`products/${product.id}`, { options })).toMatchObject(inUse)
    expect(await patch(`products/${product.id}`, { options: [{ name: 'colour', values: ['green', 'red'] }] })).toMatchObject({
      status: 200,
    })
    const variants = [{ id: variant.id, options: { colour: 'red', size: 'M' } }]
    expect((await patch(`products/${product.id}`, { options: [colour, size], variants })).body).toMatchObject({
      options: [colour, size],
      variants: [{ options: { colour: 'red', size: 'M' } }],
    })
    expect(
      await patch(`products/${product.id}`, { variants: [{ id: 'var_000000', options: { colour: 'red', size: 'M' } }] }),
    ).toMatchObject({
      status: 404,
    })
  })

  test('a variant that is added while options change fits the options that are declared in the end', async () => {
    for (let round = 0; round < 5; round++) {
      const product = await aProduct(t, { options: [colour] })
      await Promise.all([
        patch(`products/${product.id}`, { options: [size] }),
        post(`products/${product.id}/variants`, { sku: aSku(), options: { colour: 'red' } }),
      ])
      const { body } = await t.as(admin).get(`/v1/admin/products/${product.id}`)
      const [declared] = body.options
      for (const { options } of body.variants) expect(Object.keys(options)).toEqual([declared.name])
    }
  })
})

describe('a slug', () => {
  test.each([
    ['家居用品', /^jia-ju-yong-pin/],
    ['مطبخ', /^[a-z0-9-]+$/],
    ['Кухня', /^kuhnya/],
    ['Straße & Café', /^strasse-cafe/],
    ['😀🎁', /^(category|product)/],
    ['ﷺ', /^[a-z0-9-]+$/],
    ['漢'.repeat(120), /^han(-han)*/],
  ])('of %s is ASCII, for categories and products, as often as it is asked for', async (name, form) => {
    for (const path of ['categories', 'products']) {
      const made = await Promise.all([1, 2, 3].map(() => post(path, { name })))
      expect(made.map(({ status }) => status)).toEqual([201, 201, 201])
      const slugs = made.map(({ body }) => body.slug)
      expect(new Set(slugs).size).toBe(3)
      for (const slug of slugs) expect(slug).toMatch(form)
      const found = path === 'categories' ? await t.anonymous.get(`/v1/categories/${slugs[0].toUpperCase()}`) : null
      if (found) expect(found.body).toMatchObject({ name })
    }
  })

  test('a requested slug is used in lower case, or refused', async () => {
    const slug = `Asked-${unique()}`
    for (const path of ['categories', 'products']) {
      expect(await post(path, { name: 'x', slug })).toMatchObject({ status: 201, body: { slug: slug.toLowerCase() } })
      expect(await post(path, { name: 'x', slug: slug.toUpperCase() })).toMatchObject({
        status: 409,
        body: { code: 'slug_taken' },
      })
    }
  })
})

test('a SKU is the same in any case and with spaces around it, when it is added, stocked and read', async () => {
  const { sku } = await aVariant(t, 3)
  const product = await aProduct(t, { options: [size] })
  for (const normalizeSkus of [sku, sku.toLowerCase(), ` ${sku} `])
    expect(await post(`products/${product.id}/variants`, { sku: normalizeSkus, options: { size: 'S' } })).toMatchObject({
      status: 409,
      body: { code: 'sku_taken' },
    })
  expect(await stockOf(t, sku.toLowerCase())).toEqual({ sku, onHand: 3, reserved: 0, available: 3 })
  expect((await post(`stock/${sku.toLowerCase()}/adjustments`, { delta: 1, reason: 'found' })).body).toMatchObject({
    sku,
    onHand: 4,
  })
  expect((await t.as(admin).get(`/v1/admin/stock/${sku.toLowerCase()}/movements`)).body.items).toHaveLength(2)
  for (const bad of ['', ' ', 'a b', 'ſku', 'ıx', 'ß', 'a'.repeat(65), '-a', 'a\n'])
    expect(await post(`products/${product.id}/variants`, { sku: bad, options: { size: 'S' } }), bad).toMatchObject({
      status: 400,
    })
})

test('null removes optional fields and is refused for required ones', async () => {
  const category = (await post('categories', { name: `Parent ${unique()}` })).body
  const product = await aProduct(t, {
    description: 'long',
    categoryIds: [category.id],
    images: [{ url: '/v1/images/x', alt: '' }],
    options: [colour],
  })
  const emptied = await patch(`products/${product.id}`, { description: null, categoryIds: null, images: null, options: null })
  expect(emptied.body).toMatchObject({ name: product.name, description: '', categories: [], images: [], options: [] })
  for (const member of ['name', 'slug', 'status'])
    expect(await patch(`products/${product.id}`, { [member]: null })).toMatchObject({ status: 400 })
  const prices = [{ amountMinor: 5, currency: 'EUR' }]
  const { body } = await post(`products/${product.id}/variants`, { sku: aSku(), name: 'one', prices })
  expect(
    (await patch(`variants/${body.variants[0].id}`, { name: null, prices: null, options: null })).body.variants,
  ).toMatchObject([{ name: '', prices: [], options: {} }])
  const child = (await post('categories', { name: 'Child', parentId: category.id, position: 3 })).body
  expect((await patch(`categories/${child.id}`, { parentId: null, position: null })).body).toMatchObject({
    parentId: null,
    position: 0,
  })
  expect(await patch(`categories/${child.id}`, { name: null })).toMatchObject({ status: 400 })
})

test('the tree of categories has at most twenty levels', async () => {
  let parentId: string | null = null
  const top = (await post('categories', { name: 'Top' })).body
  for (let level = 1; level <= 20; level++) {
    const made = await post('categories', { name: `Level ${level}`, parentId })
    expect(made.status).toBe(201)
    parentId = made.body.id
  }
  expect(await post('categories', { name: 'Too deep', parentId })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/parentId' }] },
  })
  expect(await patch(`categories/${top.id}`, { parentId })).toMatchObject({ status: 400 })
})

test('operators find drafts and archived products by words, SKU, slug and id, and page through the results', async () => {
  const word = `Wumbo${unique().replace(/\d/g, 'x')}`
  const sku = `${word}-A1`
  const made = [
    await aProduct(t, { name: `${word} draft`, status: 'draft' }),
    await aProduct(t, { name: `Old ${word}`, status: 'archived' }),
    await aProduct(t, { name: 'Other', status: 'active', variants: [{ sku }] }),
  ]
  const ids = made.map(({ id }) => id)
  const found = async (q: string, more = '') => {
    const { body } = await t.as(admin).get(`/v1/admin/products?q=${encodeURIComponent(q)}${more}`)
    return body.items.map(({ id }: { id: string }) => id)
  }
  expect(await found(word)).toEqual(ids.toReversed())
  expect(await found(word, '&status=archived')).toEqual([ids[1]])
  expect(await found(sku.toLowerCase())).toEqual([ids[2]])
  expect(await found(made[0].slug.slice(0, 16))).toContain(ids[0])
  expect(await found(ids[1])).toEqual([ids[1]])
  expect(await found('no such thing at all')).toEqual([])
  const first = (await t.as(admin).get(`/v1/admin/products?q=${word}&limit=1`)).body
  const rest = (await t.as(admin).get(`/v1/admin/products?q=${word}&limit=2&cursor=${first.nextCursor}`)).body
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(ids.toReversed())
})
