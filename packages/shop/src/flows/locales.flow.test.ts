// Languages through the gateway: products, categories, pages, problems and mails follow the reader, and fall back to the shop's locale.
import { testClient } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anAddress, cards, payOnPage } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

const words = {
  en: {
    product: 'Harbour lamp',
    category: 'Lights',
    country: 'Germany',
    notFound: 'There is nothing here',
    field: 'must be one line of visible characters',
  },
  de: {
    product: 'Hafenlampe',
    category: 'Leuchten',
    country: 'Deutschland',
    notFound: 'Hier ist nichts',
    field: 'muss eine Zeile sichtbarer Zeichen sein',
  },
} as const

describe.each([['en'], ['de']] as const)('a shop whose locale is %s', (own) => {
  let shop: TestShop
  let sku: string
  beforeAll(async () => {
    shop = await startTestShop({ env: { SHOP_LOCALE: own } })
    const { client } = shop.admin
    const category = await client.post('/v1/admin/categories', {
      name: words.en.category,
      slug: 'lights',
      translations: { de: { name: words.de.category } },
    })
    sku = 'LAMP-1'
    const made = await client.post('/v1/admin/products', {
      name: words.en.product,
      slug: 'harbour-lamp',
      description: 'Shines',
      status: 'active',
      categoryIds: [category.body.id],
      translations: { de: { name: words.de.product, description: 'Leuchtet' } },
      variants: [{ sku, name: 'Standard', options: {}, prices: [{ amountMinor: 1500, currency: 'EUR' }] }],
    })
    expect([category.status, made.status]).toEqual([201, 201])
    await client.post(`/v1/admin/stock/${sku}/adjustments`, { delta: 20, reason: 'first delivery' })
    await shop.idle()
  })
  afterAll(() => shop?.stop())

  const read = (path: string, accepted: string | undefined) =>
    testClient(shop.url, async () => null).get(path, { headers: { 'accept-language': accepted ?? '*' } })

  describe.each([
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['en-GB', 'en'],
    ['fr-CA, fr;q=0.9', own],
    ['fr, de;q=0.7, en;q=0.3', 'de'],
    ['de;q=0, en;q=0.1', 'en'],
    [undefined, own],
  ] as const)('for a reader who accepts %s', (accepted, language) => {
    const own = words[language]

    test.each([
      ['/v1/products/harbour-lamp', own.product],
      ['/v1/products/harbour-lamp', own.category],
      ['/v1/products?category=lights', own.product],
      ['/v1/categories', own.category],
      ['/v1/categories/lights', own.category],
      ['/v1/search?q=lamp', own.product],
      ['/v1/shop', own.country],
    ])(`%s says %s in ${language}`, async (path, said) => {
      const { status, text, headers } = await read(path, accepted)
      expect([status, headers.get('content-language')]).toEqual([200, language])
      expect(headers.get('vary')).toMatch(/\bAccept-Language\b/)
      expect(text).toContain(`"${said}"`)
      expect(text).not.toContain(`"${words[language === 'de' ? 'en' : 'de'].product}"`)
    })

    test.each([
      ['/orders/withdraw', 200],
      ['/orders/view', 404],
      ['/checkout/return?order=ord_0000000001', 200],
      ['/account/undo-email', 200],
      ['/errors/out_of_stock', 200],
      ['/errors/no_such_code', 404],
    ])(`the page %s is in ${language}`, async (path, expected) => {
      const { status, text, headers } = await read(path, accepted)
      expect([status, headers.get('content-language')?.slice(0, 2)]).toEqual([expected, language])
      expect(headers.get('vary')).toMatch(/\bAccept-Language\b/)
      expect(text).toContain(`<html lang="${headers.get('content-language')}">`)
      expect(text).toContain(language === 'de' ? 'Zurück zum Shop' : 'Back to the shop')
    })

    test(`problems of the gateway and of a service are in ${language}`, async () => {
      for (const path of ['/v1/no-such-thing', '/v1/products/no-such-product']) {
        const { status, body, headers } = await read(path, accepted)
        expect([status, body.title, headers.get('content-language')]).toEqual([404, own.notFound, language])
        expect(headers.get('vary')).toMatch(/\bAccept-Language\b/)
        const page = await read(new URL(body.type).pathname, accepted)
        expect([page.status, page.text.includes(`<h1>${own.notFound}</h1>`)]).toEqual([200, true])
      }
      const wrong = await testClient(shop.url, async () => null).post(
        '/v1/auth/register',
        { email: 'ada@example.net', password: 'long-enough-password', name: ' ' },
        { key: null, headers: { 'accept-language': accepted ?? '*' } },
      )
      expect(wrong).toMatchObject({ status: 400, body: { errors: [{ path: '/name', message: own.field }] } })
    })
  })

  test.each([
    ['de-AT', 'de'],
    ['fr', own],
    ['en', 'en'],
  ] as const)(
    'the mails of a guest whose browser accepts %s, and the page that they link to, are in %s',
    async (accepted, language) => {
      const guest = await shop.guest()
      const email = `${accepted.toLowerCase()}-of-${own}@example.net`
      const cart = await guest.addToCart(sku, 1)
      const shown = await guest.client.get('/v1/cart', { headers: { 'accept-language': accepted } })
      const name = `${words[language].product} — Standard`
      expect(shown.body.lines).toMatchObject([{ name }])
      const placed = await guest.client.post(
        '/v1/checkout',
        { cartVersion: cart.version, expectedTotal: cart.total, shippingAddress: anAddress, email },
        { headers: { 'accept-language': accepted } },
      )
      expect(placed.status, placed.text).toBe(201)
      expect(placed.body.lines).toMatchObject([{ name }])
      await payOnPage(await guest.payUrl(placed.body.id), cards.pays)
      await shop.idle()
      const [mail, ...others] = shop.mailbox.messages().filter(({ To }) => To.some(({ Address }) => Address === email))
      expect(others).toEqual([])
      expect(mail?.Subject).toContain(language === 'de' ? 'ist bestätigt' : 'is confirmed')
      expect(mail?.Text).toContain(name)
      const link = /^https?:\/\/\S+\/orders\/view\?ticket=\S+$/m.exec(mail?.Text ?? '')?.[0] ?? ''
      const page = await fetch(link, { headers: { 'accept-language': 'fr' } })
      expect(page.headers.get('content-language')?.slice(0, 2)).toBe(language)
    },
  )
})
