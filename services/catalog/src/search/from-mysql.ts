// Search without Elasticsearch: words by prefix in names and descriptions, SKUs by prefix. No facets, no total, no typing mistakes.
import { type Database, type Sql, sql } from '@cartwright/db'
import type { Categories } from '../category.ts'
import { type ListFilters, type ListSort, listingConditions, readListing, type Summary } from '../db/listing.ts'
import type { SearchInput } from './query.ts'

/** Words that MySQL's boolean mode takes: letters and digits, each as a prefix that must occur. */
export const booleanQuery = (q: string): string =>
  (q.match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => word.length >= 2)
    .slice(0, 10)
    .map((word) => `+${word}*`)
    .join(' ')

const likePrefix = (text: string): string => `${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`

const textCondition = (q: string): Sql => {
  const words = booleanQuery(q)
  const named = sql`p.name LIKE ${`%${likePrefix(q)}`}`
  const matched = words === '' ? named : sql`(MATCH(p.name, p.description) AGAINST (${words} IN BOOLEAN MODE) OR ${named})`
  if (!/^[\x21-\x7e]{2,64}$/.test(q)) return matched
  return sql`(${matched} OR EXISTS (SELECT 1 FROM variant v WHERE v.product_id = p.id AND v.deleted_at IS NULL AND v.sku LIKE ${likePrefix(q.toUpperCase())}))`
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
export const searchMysql = (db: Database, categories: Categories, { input, filters, sort, cursor, publicUrl }: MysqlSearch): Promise<{ items: Summary[]; nextCursor: string | null }> => {
  const conditions = [...listingConditions(filters, categories), input.q !== '' && textCondition(input.q), input.options.size > 0 && optionCondition(input.options)]
  return readListing(db, conditions, { sort, limit: input.limit, cursor, currency: input.currency, publicUrl })
}
