// Finds products by words in MySQL, as a query for `product_id` and `tier`: 0 the SKU, 1 the whole name, 2 every word in the name, 3 elsewhere.
import { join, type Sql, sql } from '@cartwright/db'
import { exactKeyOf, type QueryWord, queryWordsOf } from '../words.ts'

const skuText = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
/** Shorter beginnings of SKUs would find half of the shop. */
const shortestBeginning = 3

const likePrefix = (text: string): string => `${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`

const wordCondition = ({ words, prefix }: QueryWord): Sql =>
  join([...words.map((word) => sql`word = ${word}`), ...(prefix === null ? [] : [sql`word LIKE ${likePrefix(prefix)}`])], ' OR ')

/** Products that have every word; each word is looked up once, by its beginning in the key. */
const byWords = (questions: readonly QueryWord[]): Sql => {
  const lookups = questions.map(
    (question) =>
      sql`SELECT product_id, MAX(in_name) AS in_name FROM product_word WHERE ${wordCondition(question)} GROUP BY product_id`,
  )
  return sql`SELECT product_id, IF(MIN(in_name) = 1, 2, 3) AS tier FROM (${join(lookups, ' UNION ALL ')}) hits
    GROUP BY product_id HAVING COUNT(*) = ${questions.length}`
}

const bySku = (q: string): Sql[] => {
  if (!skuText.test(q)) return []
  const sku = q.toUpperCase()
  const exact = sql`SELECT product_id, 0 AS tier FROM variant WHERE sku = ${sku} AND deleted_at IS NULL`
  const beginning = sql`SELECT product_id, 2 AS tier FROM variant WHERE sku LIKE ${likePrefix(sku)} AND deleted_at IS NULL`
  return q.length < shortestBeginning ? [exact] : [exact, beginning]
}

/** @param q not blank */
export const matchesOf = (q: string): Sql => {
  const text = q.trim()
  const questions = queryWordsOf(text)
  const ways = [
    ...bySku(text),
    sql`SELECT product_id, 1 AS tier FROM product_word WHERE word = ${exactKeyOf(text)}`,
    ...(questions.length === 0 ? [] : [byWords(questions)]),
  ]
  return sql`SELECT product_id, MIN(tier) AS tier FROM (${join(ways, ' UNION ALL ')}) ways GROUP BY product_id`
}

/** What operators find: the same, and products by their id or the beginning of their slug. @param q not blank */
export const adminMatchesOf = (q: string): Sql => {
  const text = q.trim().toLowerCase()
  const byName = sql`SELECT product_id FROM (${matchesOf(q)}) found`
  if (!/^[a-z0-9_-]{1,120}$/.test(text)) return byName
  return sql`${byName} UNION SELECT id AS product_id FROM product WHERE slug LIKE ${likePrefix(text)} OR id = ${text}`
}
