// Language of an answer: by the query, else by the browser, else the shop's own. The headers tell caches.
import { acceptedLocales, chooseLocale, type Language, languageOf } from '@cartwright/contracts'

interface Asked {
  query: { locale?: string | undefined }
  headers: { 'accept-language'?: string | undefined }
}

export const languageFor = ({ query, headers }: Asked, shopLocale: string): Language =>
  languageOf(chooseLocale([query.locale, ...acceptedLocales(headers['accept-language'])], shopLocale))

export const languageHeaders = (language: Language) => ({ 'content-language': language, vary: 'Accept-Language' })
