// Requests at the limits of the schema: longest and odd bodies are stored, published and found, or refused, and never end in 500.
import { startUnderTest, type TestResponse, type UnderTest } from '@cartwright/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aProduct, aVariant, searchedByMysql, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

let t: UnderTest
beforeAll(async () => {
  t = await startUnderTest(catalogService, searchedByMysql)
})
afterAll(() => t.stop())

const post = (path: string, body: object) => t.as(admin).post(`/v1/admin/${path}`, body)
const patch = (path: string, body: object) => t.as(admin).patch(`/v1/admin/${path}`, body)
const isAnswered = ({ status, text }: TestResponse) => {
  expect(status, text).toBeLessThan(500)
  return status < 300
}

/** Characters that grow, vanish, combine or are only half there. */
const odd = [
  'ﷺ',
  'İ',
  'ß',
  'ŉ',
  '𝕌',
  '😀',
  '👩‍👩‍👧‍👦',
  '\u0301',
  '\u0345',
  '\u0007',
  '\n',
  '\u2028',
  '\ufeff',
  '\u202e',
  '\\',
  '"',
  '%',
  '漢',
  'ก',
  '각',
  '한',
  '①',
  '½',
  'ǆ',
  '\u{1f1e9}',
  '\u{10ffff}',
]
/** Texts that are whole but for one in twenty, which holds NUL or half of a character. */
const text = (maxLength: number) => {
  const repeated = fc
    .constantFrom(...odd)
    .map((character) => character.repeat(Math.floor(maxLength / Array.from(character).length)))
  const mixed = fc
    .array(fc.constantFrom(...odd, 'a', ' '), { maxLength: Math.floor(maxLength / 7) })
    .map((parts) => `x${parts.join('')}`)
  return fc.oneof(
    { arbitrary: repeated, weight: 6 },
    { arbitrary: mixed, weight: 8 },
    { arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: Math.floor(maxLength / 8) }), weight: 5 },
    { arbitrary: fc.constantFrom('\0', '\ud800', 'x\udc00'), weight: 1 },
  )
}
const price = fc.record({ amountMinor: fc.constantFrom(0, 1, 99_999_999), currency: fc.constantFrom('EUR', 'KWD', 'JPY', 'ZZZ') })
const image = fc.record({ url: fc.webUrl(), alt: text(300) })

describe('nothing that passes the schema ends in 500', () => {
  test('odd texts in a product are stored or refused, and never end in 500', async () => {
    let kept = 0
    const product = fc.record(
      {
        name: text(200),
        description: text(2000),
        status: fc.constantFrom('draft', 'active'),
        images: fc.array(image, { maxLength: 3 }),
        options: fc.uniqueArray(fc.record({ name: text(60), values: fc.array(text(60), { minLength: 1, maxLength: 3 }) }), {
          maxLength: 3,
        }),
      },
      { requiredKeys: ['name'] },
    )
    await fc.assert(
      fc.asyncProperty(product, fc.array(price, { maxLength: 3 }), text(200), async (body, prices, label) => {
        const choice = Object.fromEntries((body.options ?? []).map(({ name, values }) => [name, values[0]]))
        const variants = [{ sku: `B-${unique()}`, name: label, options: choice, prices }]
        const made = await post('products', { ...body, variants })
        if (!isAnswered(made)) return
        kept += 1
        const { id, slug } = made.body
        isAnswered(await patch(`products/${id}`, body))
        isAnswered(await patch(`variants/${made.body.variants[0].id}`, { name: label, options: choice, prices }))
        if (body.status !== 'active') return
        for (const path of [
          `/v1/products/${id}`,
          `/v1/products/${slug}?currency=KWD`,
          `/v1/search?q=${encodeURIComponent(body.name)}`,
        ])
          expect((await t.anonymous.get(path)).status, path).toBe(200)
        const [option] = Object.entries(choice)
        if (option) {
          const filter = `${encodeURIComponent(`option.${option[0]}`)}=${encodeURIComponent(String(option[1]))}`
          const found = await t.anonymous.get(`/v1/search?${filter}&limit=100`)
          expect(found.status, found.text).toBe(200)
          expect(found.body.items.map((item: { id: string }) => item.id)).toContain(id)
        }
      }),
      { numRuns: 80 },
    )
    expect(kept).toBeGreaterThan(8)
  }, 180_000)

  test('odd texts in categories and movements are stored or refused, and never end in 500', async () => {
    const { sku } = await aVariant(t, 0)
    await fc.assert(
      fc.asyncProperty(text(120), text(200), fc.integer(), async (name, reason, position) => {
        const made = await post('categories', { name, position })
        if (isAnswered(made)) {
          isAnswered(await patch(`categories/${made.body.id}`, { name, position }))
          expect((await t.anonymous.get(`/v1/categories/${made.body.slug}`)).status).toBe(200)
        }
        isAnswered(await t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: 1, reason }))
      }),
      { numRuns: 40 },
    )
  }, 120_000)

  test('odd texts in the admin list and in search are answered, and never end in 500', async () => {
    await fc.assert(
      fc.asyncProperty(text(200), async (q) => {
        const asked = encodeURIComponent(q.toWellFormed())
        isAnswered(await t.as(admin).get(`/v1/admin/products?q=${asked}`))
        isAnswered(await t.anonymous.get(`/v1/search?q=${asked}&option.x=${asked.slice(0, 30)}`))
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})

describe('as large as the schema allows', () => {
  const wide = (length: number, seed = 0) =>
    Array.from({ length }, (_, index) => String.fromCodePoint(0x20000 + ((seed * 977 + index) % 40_000))).join('')

  test('the schema refuses 600 options of a variant', async () => {
    const product = await aProduct(t)
    const options = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`option ${index}`, 'x']))
    expect(await post(`products/${product.id}/variants`, { sku: `B-${unique()}`, options })).toMatchObject({ status: 400 })
  })

  test('a product with the longest texts and the most options, images and prices is created, found and listed', async () => {
    const options = Array.from({ length: 10 }, (_, at) => ({
      name: wide(60, at),
      values: Array.from({ length: 100 }, (_, value) => wide(60, value)),
    }))
    const choice = Object.fromEntries(options.map(({ name, values }) => [name, values[0]]))
    const prices = ['EUR', 'USD', 'GBP', 'KWD', 'JPY'].map((currency) => ({ amountMinor: 99_999_999, currency }))
    const name = wide(200)
    const product = {
      name,
      description: wide(10_000),
      status: 'active',
      images: Array.from({ length: 20 }, () => ({ url: `/v1/images/${'x'.repeat(480)}`, alt: wide(300) })),
      options,
      variants: [{ sku: `B${unique()}${'x'.repeat(50)}`, name: wide(200), options: choice, prices }],
    }
    const made = await post('products', product)
    expect(made.status, made.text.slice(0, 500)).toBe(201)
    const found = await t.anonymous.get(`/v1/search?q=${encodeURIComponent(name)}`)
    expect(found.body.items, found.text.slice(0, 300)).toHaveLength(1)
    const page = (await t.anonymous.get('/v1/products?sort=-name&limit=1')).body
    expect((await t.anonymous.get(`/v1/products?sort=-name&limit=1&cursor=${page.nextCursor}`)).status).toBe(200)
  }, 60_000)

  test('a change that makes a product too large for its event is refused with that reason and changes nothing', async () => {
    const options = Array.from({ length: 10 }, (_, at) => ({
      name: `${at}${wide(59, at)}`,
      values: [wide(60, at), wide(60, at + 50)],
    }))
    const choices = Array.from({ length: 200 }, (_, index) =>
      Object.fromEntries(options.map(({ name, values }, at) => [name, values[(index >> at) & 1]])),
    )
    const product = await aProduct(t, { options })
    const refused: TestResponse[] = []
    for (const [index, choice] of choices.entries()) {
      const added = await post(`products/${product.id}/variants`, {
        sku: `BIG-${unique()}-${index}`,
        name: wide(200),
        options: choice,
      })
      expect([201, 400]).toContain(added.status)
      if (added.status === 400) refused.push(added)
      if (refused.length > 0) break
    }
    expect(refused[0]?.body).toMatchObject({ code: 'validation_failed', errors: [{ path: '/' }] })
    expect((await patch(`products/${product.id}`, { name: 'still here' })).status).toBe(200)
  }, 180_000)
})
