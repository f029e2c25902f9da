// Texts of the mails by key and language, with i18next: placeholders and plurals. A missing text or value throws, so no mail shows a gap.
import { type Language, languageOf, languages } from '@cartwright/contracts'
import { createInstance } from 'i18next'
import { de } from './de.ts'
import { en, type Texts } from './en.ts'

export const texts: Readonly<Record<Language, Texts>> = { en, de }

type Singular<K> = K extends `${infer Base}_one` | `${infer Base}_other` ? Base : K
type English = typeof en
/** Whole keys such as `order-shipped.title`; plurals without their suffix. */
type TextKey = { [G in keyof English & string]: `${G}.${Singular<keyof English[G]> & string}` }[keyof English & string]
type TextOf<K> = K extends `${infer G extends keyof English & string}.${infer N}`
  ? N extends keyof English[G]
    ? English[G][N]
    : `${N}_other` extends keyof English[G]
      ? English[G][`${N}_other`]
      : never
  : never
type Placeholder<T> = T extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Placeholder<Rest> : never
type Values<K> = { readonly [Name in Placeholder<TextOf<K>>]: Name extends 'count' ? number : string }

/** Returns a text of the reader's language. The key decides which values the text needs; `count` selects the plural. */
export type Say = <K extends TextKey>(key: K, ...values: Placeholder<TextOf<K>> extends never ? [] : [Values<K>]) => string

const fail = (what: string): never => {
  throw new Error(what)
}

const catalogue = createInstance()
void catalogue.init({
  // Synchronous: the resources are in memory.
  initAsync: false,
  fallbackLng: false,
  defaultNS: 'mails',
  resources: Object.fromEntries(languages.map((language) => [language, { mails: texts[language] }])),
  // The layouts escape; a value that looks like a placeholder stays as it is.
  interpolation: { escapeValue: false, skipOnVariables: true },
  parseMissingKeyHandler: (key) => fail(`no text has the key ${key}`),
  missingInterpolationHandler: (text) => fail(`a value is missing in "${text}"`),
})

/** The texts in the language of a locale. */
export const sayIn = (locale: string): Say => {
  const translate = catalogue.getFixedT(languageOf(locale))
  return (key: string, values: Record<string, string | number> = {}) => translate(key, values)
}
