// Search API on a real Elasticsearch: golden queries, paging, facets.
import { afterAll, test as anyTest, beforeAll, describe, expect } from 'vitest'
import { aProduct, unique } from '../../fixtures.ts'
import { type Searchable, startSearchable } from '../../integrations/search-engine.fixture.ts'
import { cases, goods, makeGoods } from './cases.fixture.ts'
import { choiceCases, makePricedGoods, priceCases } from './prices.fixture.ts'

const engineUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
const reason = 'TEST_ELASTICSEARCH_URL is not set, so search on Elasticsearch is not tested'
if (engineUrl === '' && process.env.CI === 'true') throw new Error(reason)
if (engineUrl === '') process.stderr.write(`${reason}\n`)
const test = anyTest.runIf(engineUrl !== '')

describe('search on Elasticsearch', () => {
  let shop: Searchable
  beforeAll(async () => {
    if (engineUrl !== '') shop = await startSearchable(engineUrl)
  })
  afterAll(async () => {
    if (engineUrl !== '') await shop.stop()
  })

  test('search finds words in spite of typing mistakes, endings, accents and case', async () => {
    for (const q of ['headphnes', 'HEADPHONES', 'headphone', 'headph', 'héadphones']) {
      expect(await shop.slugs(`q=${q}`), q).toEqual(expect.arrayContaining(['studio-headphones', 'travel-headphones']))
    }
    expect((await shop.slugs('q=copper+teapot'))[0]).toBe('copper-rim-teapot')
    expect(await shop.slugs('q=xyzzyqwv')).toEqual([])
    expect(await shop.search('q=headphnes')).toMatchObject({ degraded: false })
  })

  test('search finds what MySQL finds: the table of cases, every product by its name and by its SKU in any case', async () => {
    const { idOf, goodOf, skuOf } = await makeGoods(shop.t)
    await shop.settled()
    for (const [q, found, missing] of cases) {
      const { items, degraded } = await shop.search(`limit=100&q=${encodeURIComponent(q)}`)
      const keys = items.flatMap(({ id }) => goodOf.get(id) ?? [])
      expect(degraded).toBe(false)
      expect(keys, q).toEqual(expect.arrayContaining([...found]))
      expect(
        keys.filter((key) => missing.includes(key)),
        q,
      ).toEqual([])
    }
    for (const [key, id] of idOf) {
      expect((await shop.search(`q=${encodeURIComponent(goods[key])}`)).items[0]?.id, key).toBe(id)
      const sku = skuOf.get(key) ?? ''
      for (const q of [sku, sku.toLowerCase()]) expect((await shop.search(`q=${q}`)).items[0]?.id, q).toBe(id)
    }
  })

  test('search by price range, stock and options finds what MySQL finds', async () => {
    const { word, idOf } = await makePricedGoods(shop.t)
    await shop.settled()
    const mine = new Set(Object.values(idOf))
    for (const [query, found] of [...priceCases, ...choiceCases]) {
      const { items, degraded } = await shop.search(`limit=100&q=${word}&${query}`)
      expect(degraded).toBe(false)
      expect(items.flatMap(({ id }) => (mine.has(id) ? [id] : [])).toSorted(), query).toEqual(
        found.map((name) => idOf[name]).toSorted(),
      )
    }
  })

  test('search ranks a full SKU first and finds a prefix of a SKU, in any case', async () => {
    const [{ sku, slug }] = await shop.t.sql(
      'SELECT v.sku, p.slug FROM variant v JOIN product p ON p.id = v.product_id ORDER BY v.sku LIMIT 1 OFFSET 40',
    )
    expect((await shop.slugs(`q=${sku}`))[0]).toBe(slug)
    expect((await shop.slugs(`q=${sku.toLowerCase()}`))[0]).toBe(slug)
    expect(await shop.slugs(`q=${sku.slice(0, 6)}`)).toContain(slug)
  })

  test.for(['relevance', 'name', '-name', 'price', '-price', 'createdAt', '-createdAt'])(
    'pages by %s show every hit once and in order',
    async (sort) => {
      const seen: { id: string; price: { amountMinor: number } | null }[] = []
      let page = await shop.search(`sort=${sort}&limit=9`)
      for (seen.push(...page.items); page.nextCursor; seen.push(...page.items))
        page = await shop.search(`sort=${sort}&limit=9&cursor=${page.nextCursor}`)
      expect(seen.length).toBe(page.total)
      expect(new Set(seen.map((item) => item.id)).size).toBe(page.total)
      expect(seen.map((item) => item.id).sort()).toEqual(await shop.publicIds())
      const prices = seen.map((item) => item.price?.amountMinor ?? Number.NaN)
      if (sort.endsWith('price')) expect(prices).toEqual([...prices].sort((a, b) => (sort === 'price' ? a - b : b - a)))
    },
  )

  test('search in a currency without prices finds every product without a price, on every page', async () => {
    const first = await shop.search('currency=CHF&sort=price&limit=50')
    const second = await shop.search(`currency=CHF&sort=price&limit=50&cursor=${first.nextCursor}`)
    expect(first.items[0]?.price).toBeNull()
    expect(first.items.length + second.items.length).toBe(first.total)
    expect((await shop.search('currency=CHF&minPrice=0')).total).toBe(0)
  })

  const bases = [
    '',
    'q=wool',
    'category=home',
    'inStock=true&maxPrice=6000',
    'option.colour=moss',
    'q=lamp&option.finish=oak',
    'minPrice=2000&maxPrice=9000&category=outdoors&option.colour=sand&option.colour=ink',
  ]
  test.for(bases)('every facet count of "%s" is the number of hits when it is chosen', async (base) => {
    const parameters = new URLSearchParams(base)
    const { facets, total } = await shop.search(base)
    const totalWith = async (change: Record<string, string | null>) => {
      const changed = new URLSearchParams(parameters)
      for (const [name, value] of Object.entries(change)) value === null ? changed.delete(name) : changed.set(name, value)
      return (await shop.search(changed.toString())).total
    }
    if (!facets) throw new Error('no facets')
    expect(total).toBeGreaterThanOrEqual(0)
    for (const { value, count } of facets.categories)
      expect(await totalWith({ category: value }), `category ${value}`).toBe(count)
    for (const { value, count } of facets.inStock) expect(await totalWith({ inStock: value }), `inStock ${value}`).toBe(count)
    for (const { minPrice, maxPrice, count } of facets.prices) {
      expect(
        await totalWith({ minPrice: String(minPrice), maxPrice: maxPrice === null ? null : String(maxPrice) }),
        `price ${minPrice}`,
      ).toBe(count)
    }
    for (const [name, values] of Object.entries(facets.options)) {
      for (const { value, count } of values)
        expect(await totalWith({ [`option.${name}`]: value }), `${name} ${value}`).toBe(count)
    }
  })

  test('search finds a product only when one variant has all wanted options', async () => {
    const sku = `OPT-${unique().toUpperCase()}`
    const product = await aProduct(shop.t, {
      options: [
        { name: 'Größe.', values: ['M', 'L'] },
        { name: 'tone', values: ['red', 'blue'] },
      ],
      variants: [
        { sku: `${sku}-1`, options: { 'Größe.': 'M', tone: 'red' } },
        { sku: `${sku}-2`, options: { 'Größe.': 'L', tone: 'blue' } },
      ],
    })
    await shop.settled()
    const found = (tone: string, size: string) =>
      shop.search(`q=${sku}&option.tone=${tone}&${encodeURIComponent('option.Größe.')}=${size}`)
    expect((await found('red', 'M')).items.map((item) => item.id)).toEqual([product.id])
    expect((await found('red', 'L')).total).toBe(0)
  })

  test('search refuses a cursor of another order', async () => {
    const { nextCursor } = await shop.search('sort=name&limit=1')
    const forged = Buffer.from(JSON.stringify(['createdAt:EUR', 'yesterday', 'prd_x'])).toString('base64url')
    for (const query of [
      `sort=price&cursor=${nextCursor}`,
      `sort=relevance&cursor=AAAA`,
      `sort=createdAt&cursor=${forged}`,
      'sort=name&cursor=%00',
    ]) {
      expect((await shop.t.anonymous.get(`/v1/search?${query}`)).body, query).toMatchObject({
        status: 400,
        code: 'validation_failed',
      })
    }
  })
})
