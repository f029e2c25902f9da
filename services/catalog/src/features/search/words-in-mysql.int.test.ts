// Search API without Elasticsearch: the table of cases, generated names in many scripts, order, paging, older listings.
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aProduct, searchedByMysql, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'
import { cases, type Good, goods, makeGoods } from './cases.fixture.ts'

interface Found {
  items: { id: string; slug: string; name: string }[]
  nextCursor: string | null
}

describe('search in MySQL', () => {
  let t: UnderTest
  let made: Awaited<ReturnType<typeof makeGoods>>
  beforeAll(async () => {
    t = await startUnderTest(catalogService, searchedByMysql)
    await t.running.seed()
    made = await makeGoods(t)
  }, 120_000)
  afterAll(() => t.stop())

  const search = async (q: string, more = ''): Promise<Found> => {
    const found = await t.anonymous.get(`/v1/search?q=${encodeURIComponent(q)}&limit=100${more}`)
    expect(found.status, found.text).toBe(200)
    return found.body
  }

  test.each(cases)('%s finds %j and not %j', async (q, found, missing) => {
    const { items } = await search(q)
    const keys = items.flatMap(({ id }) => made.goodOf.get(id) ?? [])
    expect(keys).toEqual(expect.arrayContaining([...found]))
    expect(keys.filter((key) => missing.includes(key))).toEqual([])
  })

  test('every product is found by its own name, as the first result, and by its SKU in any case', async () => {
    for (const [key, name] of Object.entries(goods) as [Good, string][]) {
      expect((await search(name)).items[0]?.id, name).toBe(made.idOf.get(key))
      const sku = made.skuOf.get(key) ?? ''
      for (const normalizeSkus of [sku, sku.toLowerCase(), ` ${sku.slice(0, 6).toLowerCase()}${sku.slice(6)} `])
        expect((await search(normalizeSkus)).items[0]?.id, normalizeSkus).toBe(made.idOf.get(key))
    }
  })

  test('a simple plural finds its singular in the seeded shop, and a singular its plural', async () => {
    const slugs = async (q: string) => (await search(q)).items.map(({ slug }) => slug)
    for (const [one, many, slug] of [
      ['harbour mug', 'harbour mugs', 'harbour-mug'],
      ['studio headphone', 'studio headphones', 'studio-headphones'],
      ['copper teapot', 'copper teapots', 'copper-rim-teapot'],
    ] as const) {
      expect(await slugs(one)).toContain(slug)
      expect(await slugs(many)).toContain(slug)
    }
  })

  const letters = [
    'abcxyz',
    'ÄÖüßñŁ',
    'αβγως',
    'дежзёй',
    'كتاب',
    'किताब',
    'กาแฟคั่ว',
    '京都抹茶',
    'カタひらー',
    '무선이어',
    '0159',
    " -'’&+",
    '😀🎁❤️',
    'ﷺİﬁ',
  ]
  const names = fc
    .array(fc.constantFrom(...letters.flatMap((text) => Array.from(text))), { minLength: 2, maxLength: 40 })
    .map((characters) => characters.join('').trim())
    .filter((name) => name !== '')

  test('generated names in several scripts and random SKUs are found', async () => {
    const skus = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{3,40}$/)
    await fc.assert(
      fc.asyncProperty(names, skus, async (name, random) => {
        const sku = `${random}-${unique()}`
        const product = await aProduct(t, { name, variants: [{ sku }] })
        const swapped = sku.replace(/[a-z]/gi, (letter) =>
          letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
        )
        for (const q of [name, sku, swapped])
          expect(
            (await search(q)).items.map(({ id }) => id),
            q,
          ).toContain(product.id)
        await t.as(admin).del(`/v1/admin/products/${product.id}`)
        expect((await search(sku)).items).toEqual([])
      }),
      { numRuns: 25 },
    )
  }, 120_000)

  test('queries of any characters are answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), async (q) => {
        await search(q.toWellFormed())
      }),
      { numRuns: 60 },
    )
    for (const q of [
      '\ud800'.toWellFormed(),
      '\u0000',
      '*'.repeat(200),
      '京'.repeat(200),
      `${'a b '.repeat(50)}`,
      'e\u0301'.repeat(100),
      'ﷺ'.repeat(200),
    ])
      await search(q)
  }, 60_000)

  test('the SKU comes first, then the name, then names that have all words, then descriptions; pages of any size miss and repeat none', async () => {
    const word = `Zorb${unique().replace(/\d/g, 'q')}`
    const make = (input: object) => aProduct(t, { variants: [], ...input })
    const described = await make({ name: `Aaa ${unique()}`, description: `Made for a ${word}.` })
    const longer = await make({ name: `Aab ${word} Large` })
    const exact = await make({ name: word })
    const bySku = await make({ name: `Zzz ${unique()}`, variants: [{ sku: word }] })
    const order = [bySku, exact, longer, described].map(({ id }) => id)
    expect((await search(word.toLowerCase())).items.map(({ id }) => id)).toEqual(order)
    for (const limit of [1, 2, 3]) {
      const seen: string[] = []
      let cursor = ''
      do {
        const page = (await t.anonymous.get(`/v1/search?q=${word}&limit=${limit}${cursor}`)).body as Found
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : ''
      } while (cursor !== '')
      expect(seen).toEqual(order)
    }
  })

  test('a changed product is not found by its old words, and a draft is found by operators only', async () => {
    const [before, after] = [`Quab${unique()}`, `Quob${unique()}`]
    const product = await aProduct(t, { name: before })
    await t.as(admin).patch(`/v1/admin/products/${product.id}`, { name: after })
    expect((await search(before)).items).toEqual([])
    expect((await search(after)).items).toHaveLength(1)
    await t.as(admin).patch(`/v1/admin/products/${product.id}`, { status: 'draft' })
    expect((await search(after)).items).toEqual([])
    const listed = await t.as(admin).get(`/v1/admin/products?q=${after.toLowerCase()}`)
    expect(listed.body.items.map(({ id }: { id: string }) => id)).toEqual([product.id])
  })

  test('listings of older rules are refreshed after the start', async () => {
    const name = `Ünaltered ${unique()}`
    const product = await aProduct(t, { name })
    await t.sql(`DELETE FROM product_word WHERE product_id = '${product.id}'`)
    await t.sql(`UPDATE product_listing SET name_key = 'x' WHERE product_id = '${product.id}'`)
    await t.sql(`UPDATE product SET listed_as = 0 WHERE id = '${product.id}'`)
    expect((await search(name)).items).toEqual([])
    await t.clock.advance('6s')
    await t.idle()
    expect((await search(name.toLowerCase())).items).toHaveLength(1)
    expect(await t.sql(`SELECT DISTINCT name_key FROM product_listing WHERE product_id = '${product.id}'`)).toEqual([
      { name_key: name.toLowerCase().replace('ü', 'u') },
    ])
  })
})
