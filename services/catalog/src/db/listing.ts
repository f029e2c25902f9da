// Lists what is sold: keyset paging over the listing table, so that a page deep in the list costs what the first one costs.
import {
  after,
  CursorError,
  type CursorValue,
  decodeCursor,
  encodeCursor,
  list,
  orderBy,
  pageOf,
  type Queryable,
  type SortKey,
  type Sql,
  sql,
  where,
} from '@cartwright/db'
import { type Categories, subtreeOf } from '../category.ts'
import { absolute, type Image, noCurrency } from '../product.ts'

export type ListSort = 'name' | '-name' | 'price' | '-price' | 'createdAt' | '-createdAt'

const columns = {
  name: 'l.name',
  '-name': 'l.name',
  price: 'l.price_up',
  '-price': 'l.price_down',
  createdAt: 'l.created_at',
  '-createdAt': 'l.created_at',
} as const satisfies Record<ListSort, string>

interface ListingRow {
  id: string
  slug: string
  name: string
  images: string
  price_up: number
  price_down: number
  priced: number
  in_stock: number
  created_at: Date
  created_key: string
}

const summaryOf = (row: ListingRow, currency: string, publicUrl: string) => {
  const [image] = JSON.parse(row.images) as Image[]
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    image: image ? absolute(image, publicUrl) : null,
    price: row.priced ? { amountMinor: row.price_up, currency } : null,
    inStock: Boolean(row.in_stock),
    createdAt: row.created_at.toISOString(),
  }
}
export type Summary = ReturnType<typeof summaryOf>

/** True for a product with stock to sell; for queries over `product_listing l`. */
const stocked = sql`EXISTS (SELECT 1 FROM variant v JOIN stock_level s ON s.sku = v.sku WHERE v.product_id = l.product_id AND v.deleted_at IS NULL AND s.on_hand > s.reserved)`

/** What lists and the fallback of search filter by. */
export interface ListFilters {
  category?: string
  minPrice?: number
  maxPrice?: number
  inStock?: boolean
}

/** @param categories needed only when the filters name a category */
export const listingConditions = (
  { category, minPrice, maxPrice, inStock }: ListFilters,
  categories: Categories,
): (Sql | false)[] => [
  (minPrice !== undefined || maxPrice !== undefined) && sql`l.priced`,
  minPrice !== undefined && sql`l.price_up >= ${minPrice}`,
  maxPrice !== undefined && sql`l.price_up <= ${maxPrice}`,
  inStock === true && stocked,
  inStock === false && sql`NOT ${stocked}`,
  category !== undefined &&
    sql`l.product_id IN (SELECT product_id FROM product_category WHERE category_id IN (${list(subtreeOf(categories, category))}))`,
]

/** The currency under which the shop lists prices in `currency`. */
const listedCurrency = async (db: Queryable, currency: string): Promise<string> => {
  const row = await db.one`SELECT code FROM shop_currency WHERE code = ${currency}`
  return row === null ? noCurrency : currency
}

const selected = sql`p.id, p.slug, p.name, p.images, l.price_up, l.price_down, l.priced, ${stocked} AS in_stock, l.created_at,
  DATE_FORMAT(l.created_at, '%Y-%m-%d %H:%i:%s.%f') AS created_key`

const valueTypes = { name: /^[\s\S]{0,200}$/, price: /^-?\d{1,16}$/, createdAt: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/ }

/**
 * Sort value and product id of a list cursor. Search shares the format, so a page can be continued when Elasticsearch is lost.
 * @throws CursorError for anything that this list did not make
 */
export const listCursor = (sort: ListSort, currency: string, cursor: string): [CursorValue, string] => {
  const [value = null, id] = decodeCursor(`${sort}:${currency}`, cursor, 2)
  const field = sort.replace('-', '') as 'name' | 'price' | 'createdAt'
  const fits = typeof value === (field === 'price' ? 'number' : 'string') && valueTypes[field].test(String(value))
  if (!fits || typeof id !== 'string' || !/^prd_[0-9a-z]{1,40}$/.test(id)) throw new CursorError()
  return [value, id]
}

export const encodeListCursor = (sort: ListSort, currency: string, value: CursorValue, id: string): string =>
  encodeCursor(`${sort}:${currency}`, [value, id])

export interface ListPage {
  sort: ListSort
  limit: number
  cursor: string | undefined
  currency: string
  publicUrl: string
}

/** One page of what is sold. @throws CursorError */
export const readListing = async (
  db: Queryable,
  conditions: readonly (Sql | false)[],
  page: ListPage,
): Promise<{ items: Summary[]; nextCursor: string | null }> => {
  const { sort, limit, cursor, currency, publicUrl } = page
  const descending = sort.startsWith('-')
  const keys: SortKey[] = [
    { column: columns[sort], descending },
    { column: 'l.product_id', descending },
  ]
  const behind = cursor === undefined ? false : after(keys, listCursor(sort, currency, cursor))
  const inCurrency = sql`l.currency = ${await listedCurrency(db, currency)}`
  // The page is cut before anything is looked up for its rows, or a sort of many would look everything up for all of them.
  const rows =
    await db.rows<ListingRow>`SELECT ${selected} FROM (SELECT l.currency, l.product_id FROM product_listing l JOIN product p ON p.id = l.product_id
      WHERE ${where([inCurrency, ...conditions, behind])} ORDER BY ${orderBy(keys)} LIMIT ${limit + 1}) AS page
    JOIN product_listing l ON l.currency = page.currency AND l.product_id = page.product_id JOIN product p ON p.id = l.product_id ORDER BY ${orderBy(keys)}`
  const sortValueOf = (row: ListingRow) => {
    if (sort.endsWith('name')) return row.name
    if (sort.endsWith('createdAt')) return row.created_key
    return descending ? row.price_down : row.price_up
  }
  const result = pageOf(rows, limit, (last) => encodeListCursor(sort, currency, sortValueOf(last), last.id))
  return { items: result.items.map((row) => summaryOf(row, currency, publicUrl)), nextCursor: result.nextCursor }
}

/** Summaries of the products that are public now, in the order of `ids`. */
export const findSummaries = async (
  db: Queryable,
  ids: readonly string[],
  currency: string,
  publicUrl: string,
): Promise<Summary[]> => {
  if (ids.length === 0) return []
  const rows = await db.rows<ListingRow>`SELECT ${selected} FROM product_listing l JOIN product p ON p.id = l.product_id
    WHERE l.currency = ${await listedCurrency(db, currency)} AND l.product_id IN (${list(ids)})`
  const byId = new Map(rows.map((row) => [row.id, summaryOf(row, currency, publicUrl)]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}
