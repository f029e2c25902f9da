// SQL of the product listing: filters and keyset paging. Every page costs the same, however deep it is in the list.
import type { Language, ProductSort } from '@cartwright/contracts'
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
import { nameKeyLength } from './column-lengths.ts'
import type { ProductListingRow, ProductRow } from './generated/rows.ts'
import { imagesColumn, productTranslationsColumn } from './json-columns.ts'
import { reductionOf, withPublicUrl } from './product-state.ts'

/** ISO 4217's "no currency": in the listing it stands for every currency in which the shop has no price. */
export const noCurrency = 'XXX'

interface Key {
  column: string
  type: 'number' | 'string'
  fits: RegExp
}
const name: Key = { column: 'l.name_key', type: 'string', fits: new RegExp(`^[\\s\\S]{0,${2 * nameKeyLength}}$`) }
const created: Key = { column: 'l.created_at', type: 'string', fits: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/ }
const price = (column: string): Key => ({ column, type: 'number', fits: /^-?\d{1,16}$/ })
/** Rank of a match; see `matchesOf`. */
const tier: Key = { column: 'm.tier', type: 'number', fits: /^\d$/ }

/** Sort keys of each order; the product's id follows them. */
const keysOf: Record<ProductSort | 'relevance', readonly Key[]> = {
  name: [name],
  '-name': [name],
  price: [price('l.price_up')],
  '-price': [price('l.price_down')],
  createdAt: [created],
  '-createdAt': [created],
  relevance: [tier, name],
}

type ListingRow = Pick<ProductRow, 'id' | 'slug' | 'name' | 'translations' | 'images' | 'tax_class'> &
  Pick<
    ProductListingRow,
    'name_key' | 'price_up' | 'price_down' | 'price_top' | 'priced' | 'compare_at' | 'prior' | 'reduced_at' | 'created_at'
  > & {
    in_stock: 0 | 1
    created_key: string
    tier: number
  }

/** How a list is shown. */
export interface Shown {
  currency: string
  language: Language
  publicUrl: string
  /** Reductions of the past 30 days are shown. */
  now: Date
}

const summaryOf = (row: ListingRow, { currency, language, publicUrl, now }: Shown) => {
  const images = imagesColumn.parse(row.images).map((image) => withPublicUrl(image, publicUrl))
  const prices = { currency, compareAtMinor: row.compare_at, priorMinor: row.prior, reducedAt: row.reduced_at }
  const { compareAt, ...reduction } = reductionOf(prices, now)
  const priceOf = (amountMinor: number) => (row.priced ? { amountMinor, currency } : null)
  return {
    id: row.id,
    slug: row.slug,
    name: productTranslationsColumn.parseOrNull(row.translations)?.[language]?.name ?? row.name,
    image: images[0] ?? null,
    images,
    price: priceOf(row.price_up),
    priceFrom: priceOf(row.price_up),
    priceTo: priceOf(row.price_top),
    ...(compareAt ? { compareAtFrom: compareAt } : {}),
    ...reduction,
    inStock: Boolean(row.in_stock),
    taxClass: row.tax_class,
    createdAt: row.created_at.toISOString(),
  }
}
export type Summary = ReturnType<typeof summaryOf>

/** Filters of lists and of search in MySQL. */
export interface ListFilters {
  /** Ids of a category and everything below it. */
  categoryIds?: readonly string[] | undefined
  minPrice?: number | undefined
  maxPrice?: number | undefined
  inStock?: boolean | undefined
  /** Wanted values by option name: any of the values, all of the names. */
  options?: ReadonlyMap<string, readonly string[]>
}

const soldVariant = sql`
  SELECT 1
  FROM variant v
  JOIN variant_price pr ON pr.variant_id = v.id AND pr.currency = l.currency
  JOIN stock_level s ON s.sku = v.sku
  WHERE v.product_id = l.product_id AND v.deleted_at IS NULL`
const inStock = sql`s.on_hand > s.reserved`
/** True for a product that can be bought now in the currency of the list. For queries on `product_listing l`. */
const stocked = sql`EXISTS (${soldVariant} AND ${inStock})`

/** A variant has one of the wanted values of each option. Compared as JSON, so that no option name becomes part of a JSON path. */
const optionConditions = (options: ListFilters['options'] = new Map()): Sql[] =>
  [...options].map(([option, values]) => {
    const fitting = values.map((value) => sql`JSON_CONTAINS(v.options, ${JSON.stringify({ [option]: value })})`)
    return fitting.length === 0 ? sql`FALSE` : sql`(${fitting.reduce((all, next) => sql`${all} OR ${next}`)})`
  })

/** One single variant has the options, the price and, when the filter wants it, the stock. */
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

export const listingConditions = (filters: ListFilters): (Sql | false)[] => {
  const { categoryIds, minPrice, maxPrice } = filters
  return [
    // The price span of the listing excludes most products before their variants are read.
    (minPrice !== undefined || maxPrice !== undefined) && sql`l.priced`,
    minPrice !== undefined && sql`l.price_top >= ${minPrice}`,
    maxPrice !== undefined && sql`l.price_up <= ${maxPrice}`,
    filters.inStock === false && sql`NOT ${stocked}`,
    variantCondition(filters),
    categoryIds !== undefined &&
      sql`l.product_id IN (SELECT product_id FROM product_category WHERE category_id IN (${list(categoryIds)}))`,
  ]
}

/** Currency of the listing rows that serve `currency`. */
const listedCurrency = async (db: Queryable, currency: string): Promise<string> => {
  const row = await db.one`SELECT code FROM shop_currency WHERE code = ${currency}`
  return row === null ? noCurrency : currency
}

const selected = sql`
  p.id, p.slug, p.name, p.translations, p.images, p.tax_class, l.name_key, l.price_up, l.price_down, l.price_top, l.priced, l.compare_at, l.prior, l.reduced_at, ${stocked} AS in_stock, l.created_at,
  DATE_FORMAT(l.created_at, '%Y-%m-%d %H:%i:%s.%f') AS created_key`

const cursorName = (sort: ProductSort | 'relevance', currency: string): string => `${sort}:${currency}`

/**
 * Sort values and product id of a list cursor. Search uses the same format, so that MySQL can continue its pages.
 * @throws CursorError for a cursor of another order or currency
 */
export const listCursor = (sort: ProductSort | 'relevance', currency: string, cursor: string): CursorValue[] => {
  const keys = keysOf[sort]
  const values = decodeCursor(cursorName(sort, currency), cursor, keys.length + 1)
  const id = values.at(-1)
  const fit = keys.every(({ type, fits }, index) => typeof values[index] === type && fits.test(String(values[index])))
  if (!fit || typeof id !== 'string' || !/^prd_[0-9a-z]{1,40}$/.test(id)) throw new CursorError()
  return values
}

export const encodeListCursor = (sort: ProductSort | 'relevance', currency: string, values: readonly CursorValue[]): string =>
  encodeCursor(cursorName(sort, currency), values)

/** Number of public products. */
export const countListed = async (db: Queryable): Promise<number> => {
  const row = await db.one<{ products: number }>`SELECT COUNT(*) AS products FROM product_listing WHERE currency = ${noCurrency}`
  return row?.products ?? 0
}

interface ListPage extends Shown {
  sort: ProductSort | 'relevance'
  limit: number
  cursor: string | undefined
  /** `product_id` and `tier` of the products that a search found; lower tiers come first. Left out: all products. */
  matches?: Sql
}

const sortValueOf = (row: ListingRow, { column }: Key): CursorValue => {
  if (column === 'l.name_key') return row.name_key
  if (column === 'l.created_at') return row.created_key
  if (column === 'm.tier') return row.tier
  return column === 'l.price_down' ? row.price_down : row.price_up
}

/** Reads one page of public products. @throws CursorError */
export const readListing = async (
  db: Queryable,
  conditions: readonly (Sql | false)[],
  page: ListPage,
): Promise<{ items: Summary[]; nextCursor: string | null }> => {
  const { sort, limit, cursor, currency, matches } = page
  const descending = sort.startsWith('-')
  const keys: SortKey[] = [...keysOf[sort].map(({ column }) => column), 'l.product_id'].map((column) => ({ column, descending }))
  const afterCursor = cursor === undefined ? false : after(keys, listCursor(sort, currency, cursor))
  const inCurrency = sql`l.currency = ${await listedCurrency(db, currency)}`
  const found = matches === undefined ? sql`` : sql`JOIN (${matches}) m ON m.product_id = l.product_id`
  const foundTier = matches === undefined ? sql`0` : sql`m.tier`
  // The inner query limits the page first, so that stock and images are read for the rows of the page only.
  const rows = await db.rows<ListingRow>`
    SELECT ${selected}, m.tier
    FROM (
      SELECT l.currency, l.product_id, ${foundTier} AS tier
      FROM product_listing l
      JOIN product p ON p.id = l.product_id
      ${found}
      WHERE ${where([inCurrency, ...conditions, afterCursor])}
      ORDER BY ${orderBy(keys)}
      LIMIT ${limit + 1}) AS m
    JOIN product_listing l ON l.currency = m.currency AND l.product_id = m.product_id
    JOIN product p ON p.id = l.product_id
    ORDER BY ${orderBy(keys)}`
  const result = pageOf(rows, limit, (last) =>
    encodeListCursor(sort, currency, [...keysOf[sort].map((key) => sortValueOf(last, key)), last.id]),
  )
  return { items: result.items.map((row) => summaryOf(row, page)), nextCursor: result.nextCursor }
}

/** Summaries of the products that are public, in the order of `ids`. */
export const findSummaries = async (db: Queryable, ids: readonly string[], shown: Shown): Promise<Summary[]> => {
  if (ids.length === 0) return []
  const rows = await db.rows<ListingRow>`
    SELECT ${selected}, 0 AS tier
    FROM product_listing l
    JOIN product p ON p.id = l.product_id
    WHERE l.currency = ${await listedCurrency(db, shown.currency)} AND l.product_id IN (${list(ids)})`
  const byId = new Map(rows.map((row) => [row.id, summaryOf(row, shown)]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}
