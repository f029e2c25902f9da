// Conformance suite of search engines, on a real Elasticsearch and on the index in memory: golden queries, filters, orders, facets.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aProduct, aVariant, unique } from '../../fixtures.ts'
import { type SearchShop, startInMemory, startSearchable } from '../../integrations/search-engine.fixture.ts'
import { cases, goods, makeGoods } from './cases.fixture.ts'
import { choiceCases, makePricedGoods, priceCases } from './prices.fixture.ts'

const engineUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
const reason = 'TEST_ELASTICSEARCH_URL is not set, so search on Elasticsearch is not tested'
if (engineUrl === '' && process.env.CI === 'true') throw new Error(reason)
if (engineUrl === '') process.stderr.write(`${reason}\n`)

const engines = [
  { name: 'Elasticsearch', start: (): Promise<SearchShop> => startSearchable(engineUrl) },
  { name: 'the index in memory', start: startInMemory },
]

describe.each(engines.slice(engineUrl === '' ? 1 : 0))('search on $name', ({ start }) => {
  let shop: SearchShop
  beforeAll(async () => {
    shop = await start()
  })
  afterAll(() => shop.stop())

  test('search finds words in spite of typing mistakes, endings, accents and case', async () => {
    for (const q of ['headphnes', 'HEADPHONES', 'headphone', 'headph', 'héadphones']) {
      expect(await shop.slugs(`q=${q}`), q).toEqual(expect.arrayContaining(['studio-headphones', 'travel-headphones']))
    }
    expect((await shop.slugs('q=copper+teapot'))[0]).toBe('copper-rim-teapot')
    expect(await shop.slugs('q=xyzzyqwv')).toEqual([])
    expect(await shop.search('q=headphnes')).toMatchObject({ degraded: false })
  })

  test('search forgives swapped letters, finds a colour of a product by its words, and words within Japanese names', async () => {
    const blanket = await aProduct(shop.t, {
      name: 'Linen Blanket',
      options: [{ name: 'colour', values: ['sand', 'ink'] }],
      variants: [{ sku: `LB-${unique()}`, options: { colour: 'sand' } }],
    })
    const tea = await aProduct(shop.t, { name: '京都抹茶セット' })
    await aProduct(shop.t, { name: 'Wool Rug' })
    await shop.settled()
    const ids = async (q: string) => (await shop.search(`q=${encodeURIComponent(q)}`)).items.map(({ id }) => id)
    expect(await shop.slugs('q=hrabour')).toContain('harbour-mug')
    expect(await shop.slugs('q=mgu')).toContain('harbour-mug')
    expect(await shop.slugs('q=mug')).not.toContain('wool-rug')
    for (const q of ['linen blanket sand', 'Sand Linen Blankets', 'lienn blnaket']) expect(await ids(q), q).toContain(blanket.id)
    expect(await ids('linen blanket moss')).not.toContain(blanket.id)
    expect(await ids('抹茶')).toEqual([tea.id])
  })

  test('search finds words of every language, and answers in the language of the reader', async () => {
    const word = `Zwirbel${unique().replace(/\d/g, 'q')}`
    const product = await aProduct(shop.t, {
      name: `Plain ${unique()}`,
      translations: { de: { name: `${word} aus Leinen`, description: 'Eine Decke.' } },
    })
    await shop.settled()
    const [found] = (await shop.search(`q=${word.toLowerCase()}&locale=de`)).items
    expect(found).toMatchObject({ id: product.id, name: `${word} aus Leinen` })
    expect((await shop.search(`q=${word}&locale=en`)).items).toMatchObject([{ id: product.id, name: product.name }])
    const { facets } = await shop.search('locale=de')
    expect(facets?.categories.map(({ name }) => name)).toContain('Küche')
  })

  test('a renamed product is found by its new words only, and a draft, a withdrawn or an archived one is not found', async () => {
    const [before, after] = [`Quab${unique()}`, `Quob${unique()}`]
    const change = async (id: string, input: object) => {
      await shop.t.as(admin).patch(`/v1/admin/products/${id}`, input)
      await shop.settled()
    }
    const { product, sku } = await aVariant(shop.t, 1)
    await change(product.id, { name: before })
    expect((await shop.search(`q=${before}`)).total).toBe(1)
    await change(product.id, { name: after })
    expect((await shop.search(`q=${before}`)).total).toBe(0)
    expect((await shop.search(`q=${after}&inStock=true`)).total).toBe(1)
    for (const status of ['draft', 'archived']) {
      await change(product.id, { status })
      expect((await shop.search(`q=${sku}`)).total, status).toBe(0)
      await change(product.id, { status: 'active' })
      expect((await shop.search(`q=${sku}`)).total).toBe(1)
    }
    await shop.t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: -1, reason: 'broken' })
    await shop.settled()
    expect((await shop.search(`q=${after}&inStock=true`)).total).toBe(0)
    await shop.t.as(admin).del(`/v1/admin/products/${product.id}`)
    await shop.settled()
    expect((await shop.search(`q=${after}`)).total).toBe(0)
    expect((await shop.search(`q=${sku}`)).total).toBe(0)
  })

  test('a category that moves takes its products along', async () => {
    const make = async (input: object) => (await shop.t.as(admin).post('/v1/admin/categories', input)).body
    const [from, to] = [await make({ name: `From ${unique()}` }), await make({ name: `To ${unique()}` })]
    const child = await make({ name: `Child ${unique()}`, parentId: from.id })
    const product = await aProduct(shop.t, { categoryIds: [child.id] })
    await shop.settled()
    const ids = async (slug: string) => (await shop.search(`category=${slug}`)).items.map(({ id }) => id)
    expect(await ids(from.slug)).toEqual([product.id])
    await shop.t.as(admin).patch(`/v1/admin/categories/${child.id}`, { parentId: to.id })
    await shop.settled()
    expect([await ids(from.slug), await ids(to.slug)]).toEqual([[], [product.id]])
  })

  test('names, then descriptions: the SKU comes first, then the whole name, then names with all words, in pages of any size', async () => {
    const word = `Zorb${unique().replace(/\d/g, 'q')}`
    const make = (input: object) => aProduct(shop.t, { variants: [], ...input })
    const described = await make({ name: `Aaa ${unique()}`, description: `Made for a ${word}.` })
    const longer = await make({ name: `Aab ${word} Large` })
    const exact = await make({ name: word })
    const bySku = await make({ name: `Zzz ${unique()}`, variants: [{ sku: word }] })
    await shop.settled()
    const order = [bySku, exact, longer, described].map(({ id }) => id)
    for (const limit of [1, 2, 3, 10]) {
      const seen: string[] = []
      let page = await shop.search(`q=${word.toLowerCase()}&limit=${limit}`)
      for (seen.push(...page.items.map(({ id }) => id)); page.nextCursor; seen.push(...page.items.map(({ id }) => id)))
        page = await shop.search(`q=${word.toLowerCase()}&limit=${limit}&cursor=${page.nextCursor}`)
      expect(seen).toEqual(order)
    }
  })

  test('search orders by name, price and age as lists do, also names in rare letters and products without a price', async () => {
    const names = ['ﷺ sort', '😀 sort', 'Ä sort', 'a sort', 'a sort', '漢 sort', '\uff5e sort']
    for (const [index, name] of names.entries()) {
      const prices = [{ amountMinor: 700, currency: 'EUR' }]
      await aProduct(shop.t, { name, variants: index % 2 === 0 ? [] : [{ sku: `SRT-${unique()}`, prices }] })
    }
    await shop.settled()
    const idsOf = async (path: string) => {
      const ids: string[] = []
      let cursor = ''
      do {
        const { body } = await shop.t.anonymous.get(`${path}&limit=50${cursor}`)
        ids.push(...body.items.map(({ id }: { id: string }) => id))
        cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : ''
      } while (cursor !== '')
      return ids
    }
    for (const sort of ['name', '-name', 'price', '-price', 'createdAt', '-createdAt']) {
      const searched = await idsOf(`/v1/search?sort=${sort}`)
      expect(searched.length).toBeGreaterThan(60)
      expect(searched, sort).toEqual(await idsOf(`/v1/products?sort=${sort}`))
    }
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
    const seen = new Set(first.items.map(({ id }) => id))
    for (let { nextCursor } = first; nextCursor; ) {
      const next = await shop.search(`currency=CHF&sort=price&limit=50&cursor=${nextCursor}`)
      for (const { id } of next.items) seen.add(id)
      nextCursor = next.nextCursor
    }
    expect(first.items[0]?.price).toBeNull()
    expect([...seen].sort()).toEqual(await shop.publicIds())
    expect(seen.size).toBe(first.total)
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
