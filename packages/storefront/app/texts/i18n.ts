// Texts of the storefront in both languages.
import i18next, { type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Locale } from '../locales.ts'
import { de } from './de.ts'
import { en } from './en.ts'

const create = (locale: Locale): i18n => {
  const instance = i18next.createInstance()
  void instance.use(initReactI18next).init({
    lng: locale,
    fallbackLng: 'en',
    initAsync: false,
    // React escapes what it shows.
    interpolation: { escapeValue: false },
    resources: { en: { translation: en }, de: { translation: de } },
  })
  return instance
}

const instances = new Map<Locale, i18n>()

/** One instance for each language; none is ever switched, because requests in both are answered at once. */
export const textsIn = (locale: Locale): i18n => {
  const instance = instances.get(locale) ?? create(locale)
  instances.set(locale, instance)
  return instance
}
