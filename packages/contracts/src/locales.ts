// Locales: the languages in which the shop writes, and the one that a mail, a page or an answer uses.

/** Languages in which every text of the shop exists. */
export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

const spoken = (locale: string): Language | undefined => languages.find((language) => locale.split('-')[0] === language)

/** Language of the texts for a locale; English when the shop does not write in the locale's language. */
export const languageOf = (locale: string): Language => spoken(locale) ?? 'en'

/** A language tag in the spelling of the contracts, `de` or `de-AT`; scripts and variants are left out. Null for anything else. */
const localeOf = (tag: string): string | null => {
  const [, language, region] = /^([a-z]{2})(?:-[a-z]{4})?(?:-([a-z]{2}))?(?:-[a-z0-9-]*)?$/i.exec(tag.trim()) ?? []
  if (language === undefined) return null
  return region === undefined ? language.toLowerCase() : `${language.toLowerCase()}-${region.toUpperCase()}`
}

/** Browsers send less; a longer header only costs time. */
const maxHeaderLength = 500

/** The locales of an `Accept-Language` header, most wanted first. `*` and refused languages (`q=0`) are left out. */
export const acceptedLocales = (header: string | undefined): string[] =>
  (header ?? '')
    .slice(0, maxHeaderLength)
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.split(';')
      const weight = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/i.exec(parameter)?.[1]).find(Boolean)
      return { locale: localeOf(tag), weight: Number(weight ?? 1) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ locale }) => locale)
    .filter((locale) => locale !== null)

/** The first candidate whose language the shop speaks; the fallback when there is none, as for `fr-CA`. */
export const chooseLocale = (candidates: readonly (string | null | undefined)[], fallback: string): string =>
  candidates.map((candidate) => localeOf(candidate ?? '')).find((locale) => locale !== null && spoken(locale)) ?? fallback
