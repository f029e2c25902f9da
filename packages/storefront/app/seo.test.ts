// What search engines are told.
import { expect, test } from 'vitest'
import { alternatesOf, isPrivate, robotsText, sitemapEntries } from './seo.ts'

const origin = 'https://shop.example'

test.each(['/cart', '/de/cart', '/checkout/review', '/de/account/orders', '/orders/ord_1', '/login'])('%s is private', (path) => {
  expect(isPrivate(path)).toBe(true)
})

test.each(['/', '/de', '/c/home', '/p/cart', '/de/p/checkout', '/search', '/cartography'])('%s is public', (path) => {
  expect(isPrivate(path)).toBe(false)
})

test('robots keep away from the pages of one visitor in every language, and find the sitemap', () => {
  const lines = robotsText(origin).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining(['User-agent: *', 'Disallow: /cart', 'Disallow: /de/checkout', `Sitemap: ${origin}/sitemap.xml`]),
  )
  expect(lines).not.toContain('Disallow: /')
})

test('a page names itself in each language', () => {
  expect(alternatesOf(origin, '/')).toEqual([
    { language: 'en', url: `${origin}/` },
    { language: 'de', url: `${origin}/de` },
    { language: 'x-default', url: `${origin}/` },
  ])
})

test('the sitemap lists a page once in each language, and escapes addresses', () => {
  const entries = sitemapEntries(origin, '/p/salt&pepper')
  expect(entries.match(/<loc>[^<]*<\/loc>/g)).toEqual([
    `<loc>${origin}/p/salt&amp;pepper</loc>`,
    `<loc>${origin}/de/p/salt&amp;pepper</loc>`,
  ])
  expect(entries.match(/hreflang="de"/g)).toHaveLength(2)
})
