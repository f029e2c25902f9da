// What search engines are told: which addresses they may list, and how a page is called in each language.
import { type Locale, locales, pathIn, plainPath } from './locales.ts'

/** Pages that belong to one visitor. */
const privatePaths = ['/cart', '/checkout', '/account', '/orders', '/login', '/register', '/verify', '/forgot', '/withdraw']

export const isPrivate = (pathname: string): boolean => {
  const path = plainPath(pathname)
  return privatePaths.some((one) => path === one || path.startsWith(`${one}/`))
}

interface AlternateAddress {
  /** `x-default` is for readers of all other languages. */
  language: Locale | 'x-default'
  url: string
}

/** @param path of the English page */
export const alternatesOf = (origin: string, path: string): AlternateAddress[] => [
  ...locales.map((language) => ({ language, url: `${origin}${pathIn(language, path)}` })),
  { language: 'x-default', url: `${origin}${path}` },
]

export const robotsText = (origin: string): string => {
  const disallowed = privatePaths.flatMap((path) => locales.map((locale) => `Disallow: ${pathIn(locale, path)}`))
  return ['User-agent: *', ...disallowed, '', `Sitemap: ${origin}/sitemap.xml`, ''].join('\n')
}

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

export const sitemapStart =
  '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
export const sitemapEnd = '</urlset>\n'

/** A page in every language, each naming the others. @param path of the English page */
export const sitemapEntries = (origin: string, path: string): string => {
  const links = alternatesOf(origin, path)
    .map(({ language, url }) => `<xhtml:link rel="alternate" hreflang="${language}" href="${escapeXml(url)}"/>`)
    .join('')
  return locales.map((locale) => `<url><loc>${escapeXml(origin + pathIn(locale, path))}</loc>${links}</url>\n`).join('')
}
