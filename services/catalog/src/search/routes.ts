// Search from MySQL: words by prefix in names and descriptions, SKUs by prefix. Answers without facets, and says so by `degraded`.
import { AppError, catalogApi } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { defaultCurrency, type ListSort, listingConditions, readListing } from '../browse/routes.ts'
import type { CatalogDeps } from '../deps.ts'

/** Words that MySQL's boolean mode takes: letters and digits, each as a prefix that must occur. */
export const booleanQuery = (q: string): string =>
  (q.match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => word.length >= 2)
    .slice(0, 10)
    .map((word) => `+${word}*`)
    .join(' ')

const likePrefix = (text: string): string => `${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`

const textCondition = (q: string) => {
  const words = booleanQuery(q)
  const sku = /^[\x21-\x7e]{2,64}$/.test(q.trim()) ? sql`EXISTS (SELECT 1 FROM variant v WHERE v.product_id = p.id AND v.deleted_at IS NULL AND v.sku LIKE ${likePrefix(q.trim().toUpperCase())})` : null
  const named = sql`p.name LIKE ${`%${likePrefix(q.trim())}`}`
  const matched = words === '' ? named : sql`(MATCH(p.name, p.description) AGAINST (${words} IN BOOLEAN MODE) OR ${named})`
  return sku === null ? matched : sql`(${matched} OR ${sku})`
}

const optionConditions = (query: Record<string, unknown>) =>
  Object.entries(query)
    .filter(([name]) => name.startsWith('option.'))
    .map(([name, value]) => {
      const path = `$."${name.slice('option.'.length)}"`
      return sql`EXISTS (SELECT 1 FROM variant v WHERE v.product_id = p.id AND v.deleted_at IS NULL AND JSON_UNQUOTE(JSON_EXTRACT(v.options, ${path})) = ${String(value)})`
    })

export const search = route(catalogApi.search, async (req, deps: CatalogDeps) => {
  const { q = '', currency = defaultCurrency, limit = 20, cursor, sort = 'relevance' } = req.query
  if (/[\\"]/.test(Object.keys(req.query).join(''))) throw new AppError('validation_failed', 'an option name takes letters, digits, spaces, - and _')
  const conditions = [...(await listingConditions(req.query, currency, deps)), q.trim() !== '' && textCondition(q), ...optionConditions(req.query)]
  const order: ListSort = sort === 'relevance' ? 'name' : sort
  const page = await readListing(conditions, { sort: order, limit, cursor, currency }, deps)
  return { ...page, total: null, facets: null, degraded: true }
})
