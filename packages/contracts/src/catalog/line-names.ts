// Names of variants as carts and orders show them: the product and, where it has one, the variant.
import type { Language } from '../locales.ts'
import type { ProductTranslations, TranslatedNames } from './schemas.ts'

/** `Harbour mug — blue`; a variant without a name is called as its product. */
export const lineName = (product: string, variant: string): string => (variant === '' ? product : `${product} — ${variant}`)

/** The line's name in each language to which the name of the product is translated. */
export const translatedLineNames = (translations: ProductTranslations, variant: string): TranslatedNames =>
  Object.fromEntries(
    Object.entries(translations).flatMap(([language, texts]) =>
      texts?.name === undefined ? [] : [[language, lineName(texts.name, variant)]],
    ),
  )

/** The name in a language, else the name in the shop's own. */
export const nameIn = ({ name, names }: { name: string; names?: TranslatedNames }, language: Language): string =>
  names?.[language] ?? name
