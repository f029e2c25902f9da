// Texts of products and categories in the reader's language; a missing translation falls back to the text of the row. Pure.
import type { CategoryTranslations, Language, ProductTranslations } from '@cartwright/contracts'
import type { CategoryRow } from '../db/generated/rows.ts'
import { categoryTranslationsColumn } from '../db/json-columns.ts'
import type { Categories } from '../db/products.ts'

/** Replaces the texts that exist in the language. */
export const inLanguage = <T extends { name: string; translations: ProductTranslations | CategoryTranslations }>(
  row: T,
  language: Language,
): T => ({ ...row, ...row.translations[language] })

const translationsOf = ({ translations }: Pick<CategoryRow, 'translations'>): CategoryTranslations =>
  categoryTranslationsColumn.parseOrNull(translations) ?? {}

/** The tree with its names in the language. */
export const categoriesIn = (categories: Categories, language: Language): Categories =>
  new Map([...categories].map(([id, row]) => [id, { ...row, name: translationsOf(row)[language]?.name ?? row.name }]))

/** Every translated name of some categories, for the search index. */
export const translatedNames = (categories: Categories, ids: readonly string[]): string[] =>
  ids.flatMap((id) => {
    const row = categories.get(id)
    return row === undefined ? [] : Object.values(translationsOf(row)).flatMap(({ name }) => name ?? [])
  })
