// Addresses within the storefront in the language of the page.
import { useLocation } from 'react-router'
import { type Locale, localeOf, pathIn } from './locales.ts'

export const useLocale = (): Locale => localeOf(useLocation().pathname)

/** @returns a function from an English path to the address in the language of this page */
export const useTo = (): ((path: string) => string) => {
  const locale = useLocale()
  return (path) => pathIn(locale, path)
}

/** A picture of the shop by an address of this host, where the gateway serves it; other addresses stay. */
export const pictureUrl = (url: string): string => {
  const path = URL.canParse(url) ? new URL(url).pathname : url
  return /^\/v1\/(images|media)\//.test(path) ? path : url
}
