// Pages of text: all of them in every language, with a title.
import type { RouteConfigEntry } from '@react-router/dev/routes'
import { matchPath } from 'react-router'
import { expect, test } from 'vitest'
import { contentSlugs, findContent } from './content.server.ts'
import { contentLinks } from './content-links.ts'
import { localeOf, locales } from './locales.ts'
import routes from './routes.ts'

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

const pathsBelow = (entries: readonly RouteConfigEntry[], parent: string): string[] =>
  entries.flatMap(({ path = '', children }) => {
    const own = `${parent}/${path}`.replaceAll(/\/+/g, '/')
    return children ? pathsBelow(children, own) : own.includes('*') ? [] : [own]
  })

test('links of a page stay in its language, and lead to pages', () => {
  const pages = pathsBelow(routes, '')
  const links = locales.flatMap((locale) =>
    contentSlugs.flatMap((slug) =>
      [...(findContent(locale, slug)?.html ?? '').matchAll(/href="(\/[^"]*)"/g)].map(([, path = '']) => ({ locale, path })),
    ),
  )
  expect(links.length).toBeGreaterThan(4)
  expect(links.filter(({ locale, path }) => localeOf(path) !== locale)).toEqual([])
  expect(links.filter(({ path }) => !pages.some((page) => matchPath(page, path)))).toEqual([])
})

test.each(['nothing', '../en/terms', '__proto__', ''])('there is no page %s', (slug) => {
  expect(findContent('en', slug)).toBeNull()
})
