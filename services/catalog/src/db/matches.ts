// SQL that finds products by words. `tier` ranks the match: 0 SKU, 1 whole name, 2 all words in the name, 3 elsewhere.
import { join, type Sql, sql } from '@cartwright/db'

/** What a product must have for one word of a query: one of the words, or a word with the prefix. */
export interface QueryWord {
  words: string[]
  prefix: string | null
}

/** A query that is not blank, split by the rules of the word index. */
export interface SearchText {
  text: string
  /** The word that stands for the whole name. */
  nameWord: string
  words: readonly QueryWord[]
}

const skuText = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
/** A shorter prefix of SKUs would match half of the shop. */
const minSkuPrefix = 3

const likePrefix = (text: string): string => `${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`

const wordCondition = ({ words, prefix }: QueryWord): Sql =>
  join([...words.map((word) => sql`word = ${word}`), ...(prefix === null ? [] : [sql`word LIKE ${likePrefix(prefix)}`])], ' OR ')

/** Products that have every word. Each word is one lookup by a prefix of the key. */
const byWords = (words: readonly QueryWord[]): Sql => {
  const lookups = words.map(
    (word) => sql`SELECT product_id, MAX(in_name) AS in_name FROM product_word WHERE ${wordCondition(word)} GROUP BY product_id`,
  )
  return sql`SELECT product_id, IF(MIN(in_name) = 1, 2, 3) AS tier FROM (${join(lookups, ' UNION ALL ')}) hits
    GROUP BY product_id HAVING COUNT(*) = ${words.length}`
}

const bySku = (q: string): Sql[] => {
  if (!skuText.test(q)) return []
  const sku = q.toUpperCase()
  const exact = sql`SELECT product_id, 0 AS tier FROM variant WHERE sku = ${sku} AND deleted_at IS NULL`
  const prefixed = sql`SELECT product_id, 2 AS tier FROM variant WHERE sku LIKE ${likePrefix(sku)} AND deleted_at IS NULL`
  return q.length < minSkuPrefix ? [exact] : [exact, prefixed]
}

export const matchesOf = ({ text, nameWord, words }: SearchText): Sql => {
  const lookups = [
    ...bySku(text),
    sql`SELECT product_id, 1 AS tier FROM product_word WHERE word = ${nameWord}`,
    ...(words.length === 0 ? [] : [byWords(words)]),
  ]
  return sql`SELECT product_id, MIN(tier) AS tier FROM (${join(lookups, ' UNION ALL ')}) matched GROUP BY product_id`
}

/** Matches for operators: the same, and products by their id or a prefix of their slug. */
export const adminMatchesOf = (search: SearchText): Sql => {
  const text = search.text.toLowerCase()
  const byName = sql`SELECT product_id FROM (${matchesOf(search)}) found`
  if (!/^[a-z0-9_-]{1,120}$/.test(text)) return byName
  return sql`${byName} UNION SELECT id AS product_id FROM product WHERE slug LIKE ${likePrefix(text)} OR id = ${text}`
}
