// The languages of the storefront, and the addresses of its pages in each: English at the root, German under `/de`.

export const locales = ['en', 'de'] as const
export type Locale = (typeof locales)[number]

/** The language of a page, by its address. */
export const localeOf = (pathname: string): Locale => (/^\/de(\/|$)/.test(pathname) ? 'de' : 'en')

/** Address of a page in a language. @param path of the English page, such as `/cart` */
export const pathIn = (locale: Locale, path: string): string => (locale === 'en' ? path : path === '/' ? '/de' : `/de${path}`)

/** The English path of a page in any language. */
export const plainPath = (pathname: string): string => pathname.replace(/^\/de(?=\/|$)/, '') || '/'
