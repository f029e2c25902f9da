// Translations: operators write texts in other languages, and shoppers read and search in their language.
import { catalogEvents } from '@cartwright/contracts'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aProduct, internalVariants, searchedByMysql, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

describe('texts of products and categories', () => {
  let t: UnderTest
  let product: { id: string; slug: string; version: number }
  let category: { id: string; slug: string }
  const word = unique()
  const german = { name: `Teedose ${word}`, description: `Schließt dicht, Glanzlack ${word}` }

  beforeAll(async () => {
    t = await startUnderTest(catalogService, searchedByMysql)
    const made = await t
      .as(admin)
      .post('/v1/admin/categories', { name: `Tea ${word}`, translations: { de: { name: `Tee ${word}` } } })
    expect(made).toMatchObject({ status: 201, body: { name: `Tea ${word}`, translations: { de: { name: `Tee ${word}` } } } })
    category = made.body
    product = await aProduct(t, {
      name: `Tea tin ${word}`,
      description: 'Closes tightly',
      translations: { de: german },
      categoryIds: [category.id],
      variants: [{ sku: `TIN-${word}`.toUpperCase(), prices: [{ amountMinor: 1000, currency: 'EUR' }] }],
    })
    await t.idle()
  })
  afterAll(() => t.stop())

  const read = (path: string, accepted = '*') => t.anonymous.get(path, { headers: { 'accept-language': accepted } })

  test.each([
    ['', 'de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['?locale=de-AT', 'en', 'de'],
    ['', 'fr-CA', 'en'],
    ['?locale=fr', '*', 'en'],
    ['?locale=en-GB', 'de', 'en'],
  ])('%j with Accept-Language %s answers in %s, and says so to caches', async (query, accepted, language) => {
    const named = language === 'de' ? german.name : `Tea tin ${word}`
    const answer = await read(`/v1/products/${product.slug}${query}`, accepted)
    expect(answer.body).toMatchObject({
      name: named,
      description: language === 'de' ? german.description : 'Closes tightly',
      categories: [{ name: language === 'de' ? `Tee ${word}` : `Tea ${word}` }],
    })
    expect(answer.headers.get('content-language')).toBe(language)
    expect(answer.headers.get('vary')).toMatch(/\bAccept-Language\b/)
    const listed = await read(`/v1/products${query === '' ? '?' : `${query}&`}category=${category.slug}`, accepted)
    expect(listed.body.items).toMatchObject([{ name: named }])
    const tree = await read(`/v1/categories${query}`, accepted)
    expect(JSON.stringify(tree.body)).toContain(language === 'de' ? `"Tee ${word}"` : `"Tea ${word}"`)
    expect((await read(`/v1/categories/${category.slug}${query}`, accepted)).body.name).toMatch(
      language === 'de' ? /^Tee / : /^Tea /,
    )
  })

  test('cart and order read the translated names of a variant beside its own', async () => {
    const { items } = (await internalVariants(t, { skus: `TIN-${word}`.toUpperCase(), currency: 'EUR' })).body
    expect(items).toMatchObject([{ name: `Tea tin ${word}`, names: { de: german.name } }])
  })

  test('search finds words of every language, and answers in the language of the reader', async () => {
    for (const q of [german.name, `Glanzlack ${word}`, `Tee ${word}`, `tea tin ${word}`]) {
      const found = await read(`/v1/search?q=${encodeURIComponent(q)}`, 'de')
      expect(found.body.items, q).toMatchObject([{ id: product.id, name: german.name }])
      expect(found.headers.get('content-language')).toBe('de')
    }
  })

  test('a missing translation falls back to the text of the product, member by member', async () => {
    const partly = await aProduct(t, {
      name: `Pot ${word}`,
      description: 'Round',
      translations: { de: { name: `Topf ${word}` } },
    })
    const answer = await read(`/v1/products/${partly.id}?locale=de`)
    expect(answer.body).toMatchObject({ name: `Topf ${word}`, description: 'Round' })
  })

  test('an operator replaces and removes translations, and each change is published', async () => {
    const changed = await aProduct(t, { name: `Cup ${word}`, translations: { de: { name: `Tasse ${word}` } } })
    const patch = (body: object) => t.as(admin).patch(`/v1/admin/products/${changed.id}`, body)
    expect((await patch({ name: `Mug ${word}` })).body.translations).toEqual({ de: { name: `Tasse ${word}` } })
    expect((await patch({ translations: { de: { name: `Becher ${word}` } } })).body).toMatchObject({
      name: `Mug ${word}`,
      translations: { de: { name: `Becher ${word}` } },
    })
    expect((await t.published(catalogEvents.productChanged)).at(-1)).toMatchObject({
      translations: { de: { name: `Becher ${word}` } },
    })
    expect((await patch({ translations: null })).body.translations).toEqual({})
    const renamed = await t
      .as(admin)
      .patch(`/v1/admin/categories/${category.id}`, { translations: { de: { name: `Tees ${word}` } } })
    expect(renamed.body).toMatchObject({ name: `Tea ${word}`, translations: { de: { name: `Tees ${word}` } } })
    await t.as(admin).patch(`/v1/admin/categories/${category.id}`, { translations: { de: { name: `Tee ${word}` } } })
  })

  test.each([
    ['a language that the shop does not write', { fr: { name: 'Tasse' } }],
    ['a blank name', { de: { name: ' ' } }],
    ['an unknown text', { de: { title: 'Tasse' } }],
  ])('%s is refused with the field’s name', async (_, translations) => {
    const refused = await t.as(admin).post('/v1/admin/products', { name: 'Cup', translations })
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect(refused.body.errors[0].path).toMatch(/^\/translations\//)
  })
})
