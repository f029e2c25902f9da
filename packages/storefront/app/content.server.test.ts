// Pages of text: all of them in every language, with a title.
import { expect, test } from 'vitest'
import { contentSlugs, findContent } from './content.server.ts'
import { contentLinks } from './content-links.ts'
import { locales } from './locales.ts'

test('the footer links every page', () => {
  expect([...contentLinks].sort()).toEqual(contentSlugs)
})

test.each(contentSlugs.flatMap((slug) => locales.map((locale) => [slug, locale] as const)))(
  '%s has a title in %s',
  (slug, locale) => {
    const page = findContent(locale, slug)
    expect(page?.title.length).toBeGreaterThan(3)
    expect(page?.html).toContain(`<h1>${page?.title}</h1>`)
  },
)

test('links of a page stay in its language', () => {
  for (const slug of contentSlugs) {
    const paths = [...(findContent('de', slug)?.html ?? '').matchAll(/href="(\/[^"]*)"/g)].map(([, path]) => path)
    for (const path of paths) expect(path).toMatch(/^\/de\//)
  }
})

test.each(['nothing', '../en/terms', '__proto__', ''])('there is no page %s', (slug) => {
  expect(findContent('en', slug)).toBeNull()
})
