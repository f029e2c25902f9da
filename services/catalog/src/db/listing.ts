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
import { nameKeyLength } from '../words.ts'

export type ListSort = 'name' | '-name' | 'price' | '-price' | 'createdAt' | '-createdAt'

interface Key {
  column: string
  type: 'number' | 'string'
  fits: RegExp
}
const name: Key = { column: 'l.name_key', type: 'string', fits: new RegExp(`^[\\s\\S]{0,${2 * nameKeyLength}}$`) }
const created: Key = { column: 'l.created_at', type: 'string', fits: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/ }
const price = (column: string): Key => ({ column, type: 'number', fits: /^-?\d{1,16}$/ })
/** How well a product matches a search; see `Matches`. */
const tier: Key = { column: 'm.tier', type: 'number', fits: /^\d$/ }

/** What each order sorts by, before the product's id. */
const keysOf: Record<ListSort | 'relevance', readonly Key[]> = {
  name: [name],
  '-name': [name],
  price: [price('l.price_up')],
  '-price': [price('l.price_down')],
  createdAt: [created],
  '-createdAt': [created],
  relevance: [tier, name],
}

interface ListingRow {
  id: string
  slug: string
  name: string
  name_key: string
  images: string
  price_up: number
  price_down: number
  priced: number
  in_stock: number
  created_at: Date
  created_key: string
  tier: number
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

/** What lists and the fallback of search filter by. */
export interface ListFilters {
  category?: string | undefined
  minPrice?: number | undefined
  maxPrice?: number | undefined
  inStock?: boolean | undefined
  /** Wanted values by option name: any of the values, all of the names. */
  options?: ReadonlyMap<string, readonly string[]>
}

const soldVariant = sql`SELECT 1 FROM variant v JOIN variant_price pr ON pr.variant_id = v.id AND pr.currency = l.currency
  JOIN stock_level s ON s.sku = v.sku WHERE v.product_id = l.product_id AND v.deleted_at IS NULL`
const inStock = sql`s.on_hand > s.reserved`
/** True for a product that can be bought now in the currency of the list; for queries over `product_listing l`. */
const stocked = sql`EXISTS (${soldVariant} AND ${inStock})`

/** A variant is each of the chosen options: what is contained in its options is compared as JSON, so no name needs to be spelled in a path. */
const optionConditions = (options: ListFilters['options'] = new Map()): Sql[] =>
  [...options].map(([option, values]) => {
    const fitting = values.map((value) => sql`JSON_CONTAINS(v.options, ${JSON.stringify({ [option]: value })})`)
    return fitting.length === 0 ? sql`FALSE` : sql`(${fitting.reduce((all, next) => sql`${all} OR ${next}`)})`
  })

/** One variant that can be bought has the options, the price and, where it is asked for, the stock. */
const variantCondition = ({ minPrice, maxPrice, inStock: wanted, options }: ListFilters): Sql | false => {
  const ofPrice = [
    minPrice !== undefined && sql`pr.amount_minor >= ${minPrice}`,
    maxPrice !== undefined && sql`pr.amount_minor <= ${maxPrice}`,
    wanted === true && inStock,
  ].filter((condition): condition is Sql => condition !== false)
  const ofChoice = optionConditions(options)
  if (ofPrice.length > 0) return sql`EXISTS (${soldVariant} AND ${where([...ofPrice, ...ofChoice])})`
  if (ofChoice.length === 0) return false
  return sql`EXISTS (SELECT 1 FROM variant v WHERE v.product_id = l.product_id AND v.deleted_at IS NULL AND ${where(ofChoice)})`
}

/** @param categories needed only when the filters name a category */
export const listingConditions = (filters: ListFilters, categories: Categories): (Sql | false)[] => {
  const { category, minPrice, maxPrice } = filters
  return [
    // What the listing knows of the prices of all variants leaves fewer products to look at.
    (minPrice !== undefined || maxPrice !== undefined) && sql`l.priced`,
    minPrice !== undefined && sql`l.price_top >= ${minPrice}`,
    maxPrice !== undefined && sql`l.price_up <= ${maxPrice}`,
    filters.inStock === false && sql`NOT ${stocked}`,
    variantCondition(filters),
    category !== undefined &&
      sql`l.product_id IN (SELECT product_id FROM product_category WHERE category_id IN (${list(subtreeOf(categories, category))}))`,
  ]
}

/** The currency under which the shop lists prices in `currency`. */
const listedCurrency = async (db: Queryable, currency: string): Promise<string> => {
  const row = await db.one`SELECT code FROM shop_currency WHERE code = ${currency}`
  return row === null ? noCurrency : currency
}

const selected = sql`p.id, p.slug, p.name, l.name_key, p.images, l.price_up, l.price_down, l.priced, ${stocked} AS in_stock, l.created_at,
  DATE_FORMAT(l.created_at, '%Y-%m-%d %H:%i:%s.%f') AS created_key`

const cursorName = (sort: ListSort | 'relevance', currency: string): string => `${sort}:${currency}`

/**
 * Sort values and product id of a list cursor. Search shares the format, so a page can be continued when Elasticsearch is lost.
 * @throws CursorError for anything that this list did not make
 */
export const listCursor = (sort: ListSort | 'relevance', currency: string, cursor: string): CursorValue[] => {
  const keys = keysOf[sort]
  const values = decodeCursor(cursorName(sort, currency), cursor, keys.length + 1)
  const id = values.at(-1)
  const fit = keys.every(({ type, fits }, index) => typeof values[index] === type && fits.test(String(values[index])))
  if (!fit || typeof id !== 'string' || !/^prd_[0-9a-z]{1,40}$/.test(id)) throw new CursorError()
  return values
}

export const encodeListCursor = (sort: ListSort | 'relevance', currency: string, values: readonly CursorValue[]): string =>
  encodeCursor(cursorName(sort, currency), values)

export interface ListPage {
  sort: ListSort | 'relevance'
  limit: number
  cursor: string | undefined
  currency: string
  publicUrl: string
  /** `product_id` and `tier` of the products that a search found; lower tiers come first. All products when left out. */
  matches?: Sql
}

const sortValueOf = (row: ListingRow, { column }: Key): CursorValue => {
  if (column === 'l.name_key') return row.name_key
  if (column === 'l.created_at') return row.created_key
  if (column === 'm.tier') return row.tier
  return column === 'l.price_down' ? row.price_down : row.price_up
}

/** One page of what is sold. @throws CursorError */
export const readListing = async (
  db: Queryable,
  conditions: readonly (Sql | false)[],
  page: ListPage,
): Promise<{ items: Summary[]; nextCursor: string | null }> => {
  const { sort, limit, cursor, currency, publicUrl, matches } = page
  const descending = sort.startsWith('-')
  const keys: SortKey[] = [...keysOf[sort].map(({ column }) => column), 'l.product_id'].map((column) => ({ column, descending }))
  const behind = cursor === undefined ? false : after(keys, listCursor(sort, currency, cursor))
  const inCurrency = sql`l.currency = ${await listedCurrency(db, currency)}`
  const found = matches === undefined ? sql`` : sql`JOIN (${matches}) m ON m.product_id = l.product_id`
  const foundTier = matches === undefined ? sql`0` : sql`m.tier`
  // The page is cut before anything is looked up for its rows, or a sort of many would look everything up for all of them.
  const rows =
    await db.rows<ListingRow>`SELECT ${selected}, m.tier FROM (SELECT l.currency, l.product_id, ${foundTier} AS tier FROM product_listing l
      JOIN product p ON p.id = l.product_id ${found}
      WHERE ${where([inCurrency, ...conditions, behind])} ORDER BY ${orderBy(keys)} LIMIT ${limit + 1}) AS m
    JOIN product_listing l ON l.currency = m.currency AND l.product_id = m.product_id JOIN product p ON p.id = l.product_id ORDER BY ${orderBy(keys)}`
  const result = pageOf(rows, limit, (last) =>
    encodeListCursor(sort, currency, [...keysOf[sort].map((key) => sortValueOf(last, key)), last.id]),
  )
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
  const rows =
    await db.rows<ListingRow>`SELECT ${selected}, 0 AS tier FROM product_listing l JOIN product p ON p.id = l.product_id
    WHERE l.currency = ${await listedCurrency(db, currency)} AND l.product_id IN (${list(ids)})`
  const byId = new Map(rows.map((row) => [row.id, summaryOf(row, currency, publicUrl)]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}
