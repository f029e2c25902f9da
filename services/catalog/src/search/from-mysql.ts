// Search without Elasticsearch: words by prefix in names and descriptions, SKUs by prefix. No facets, no total, no typing mistakes.
import { type Database, list, type Sql, sql } from '@cartwright/db'
import type { Categories } from '../category.ts'
import { type ListFilters, type ListSort, listingConditions, readListing, type Summary } from '../db/listing.ts'
import type { SearchInput } from './query.ts'

/** Words that InnoDB does not index; asking for one of them would find nothing. */
const stopWords = new Set(
  'a about an are as at be by com de en for from how i in is it la of on or that the this to was what when where who will with und www'.split(
    ' ',
  ),
)
const shortestIndexed = 3

/** Words that MySQL's boolean mode takes: letters and digits, each as a prefix that must occur. Empty when none is worth asking for. */
export const booleanQuery = (q: string): string =>
  (q.match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => word.length >= shortestIndexed && !stopWords.has(word.toLowerCase()))
    .slice(0, 10)
    .map((word) => `+${word}*`)
    .join(' ')

const likePrefix = (text: string): string => `${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`

const mostSkus = 200

/** Products with a SKU that begins like this: asked for apart, since it would keep the words from using their index. */
const findBySku = async (db: Database, q: string): Promise<string[]> => {
  if (!/^[\x21-\x7e]{2,64}$/.test(q)) return []
  const rows = await db.rows<{ product_id: string }>`SELECT DISTINCT product_id FROM variant
    WHERE sku LIKE ${likePrefix(q.toUpperCase())} AND deleted_at IS NULL ORDER BY product_id LIMIT ${mostSkus}`
  return rows.map((row) => row.product_id)
}

const textCondition = async (db: Database, q: string): Promise<Sql> => {
  const words = booleanQuery(q)
  const byWords =
    words === '' ? sql`p.name LIKE ${`%${likePrefix(q)}`}` : sql`MATCH(p.name, p.description) AGAINST (${words} IN BOOLEAN MODE)`
  const bySku = await findBySku(db, q)
  return bySku.length === 0 ? byWords : sql`(${byWords} OR p.id IN (${list(bySku)}))`
}

/** One variant must fit every chosen option. */
const optionCondition = (options: SearchInput['options']): Sql => {
  const fitting = [...options].map(([name, values]) => {
    const value = sql`JSON_UNQUOTE(JSON_EXTRACT(v.options, ${`$."${name}"`}))`
    return values.map((wanted) => sql`${value} = ${wanted}`).reduce((all, next) => sql`${all} OR ${next}`)
  })
  const all = fitting.reduce((conditions, next) => sql`${conditions} AND (${next})`, sql`TRUE`)
  return sql`EXISTS (SELECT 1 FROM variant v WHERE v.product_id = p.id AND v.deleted_at IS NULL AND ${all})`
}

export interface MysqlSearch {
  input: SearchInput
  filters: ListFilters
  /** How the fallback orders: relevance becomes the name. */
  sort: ListSort
  cursor: string | undefined
  publicUrl: string
}

/** One page from MySQL. @throws CursorError */
export const searchMysql = async (
  db: Database,
  categories: Categories,
  { input, filters, sort, cursor, publicUrl }: MysqlSearch,
): Promise<{ items: Summary[]; nextCursor: string | null }> => {
  const conditions = [
    ...listingConditions(filters, categories),
    input.q !== '' && (await textCondition(db, input.q)),
    input.options.size > 0 && optionCondition(input.options),
  ]
  return readListing(db, conditions, { sort, limit: input.limit, cursor, currency: input.currency, publicUrl })
}
