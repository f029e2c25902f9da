// Listing of a product: one row per currency for filters and sorting, and its words for search, in the transaction of the change.

import { insertIgnoreInto, insertInto, list, type Queryable, type Tx } from '@cartwright/db'
import {
  type ProductRow,
  type ProductWordRow,
  productListingTable,
  productWordTable,
  type ShopCurrencyRow,
  shopCurrencyTable,
} from '../db/generated/rows.ts'
import { noCurrency } from '../db/listing.ts'
import type { ProductState } from '../db/product-state.ts'
import type { Categories } from '../db/products.ts'
import { isPublic, priceSpans, unpricedDown, unpricedUp } from './product.ts'
import { wordsOfProduct } from './product-words.ts'
import { nameKeyOf } from './words.ts'

/** Version of the rules of listing and words. After an increment every product is refreshed at the start. */
const listingRules = 1

/** Currencies of the shop and of a product. A new currency gets a row for every listed product. */
const ensureCurrencies = async (tx: Tx, priced: Iterable<string>): Promise<string[]> => {
  const known = await tx.rows<ShopCurrencyRow>`SELECT code FROM shop_currency ORDER BY code LOCK IN SHARE MODE`
  const codes = new Set(known.map((row) => row.code))
  for (const code of [...priced].filter((currency) => !codes.has(currency)).sort()) {
    // Each refresh holds a shared lock; a new currency takes the exclusive one, so that no refresh misses it.
    await tx.one`SELECT code FROM shop_currency WHERE code = ${noCurrency} FOR UPDATE`
    await tx.run`${insertIgnoreInto(shopCurrencyTable, { code })}`
    await tx.run`
      INSERT IGNORE INTO product_listing (currency, product_id, name_key, priced, price_up, price_down, price_top, created_at)
      SELECT ${code}, product_id, name_key, FALSE, price_up, price_down, price_top, created_at
      FROM product_listing
      WHERE currency = ${noCurrency}`
    codes.add(code)
  }
  return [...codes]
}

const writeListing = async (tx: Tx, product: ProductState): Promise<void> => {
  await tx.run`DELETE FROM product_listing WHERE product_id = ${product.id}`
  if (!isPublic(product)) return
  const bounds = priceSpans(product)
  const nameKey = nameKeyOf(product.name)
  const rows = (await ensureCurrencies(tx, bounds.keys())).map((currency) => {
    const price = bounds.get(currency)
    return {
      currency,
      product_id: product.id,
      priced: price !== undefined,
      price_up: price?.lowest.amountMinor ?? unpricedUp,
      price_down: price?.lowest.amountMinor ?? unpricedDown,
      created_at: product.createdAt,
      name_key: nameKey,
      price_top: price?.highest.amountMinor ?? unpricedDown,
      compare_at: price?.lowest.compareAtMinor ?? null,
      prior: price?.lowest.priorMinor ?? null,
      reduced_at: price?.lowest.reducedAt ?? null,
    }
  })
  await tx.run`
    ${insertInto(productListingTable, ...rows)}
    ON DUPLICATE KEY UPDATE name_key = VALUES(name_key), priced = VALUES(priced), price_up = VALUES(price_up),
      price_down = VALUES(price_down), price_top = VALUES(price_top), compare_at = VALUES(compare_at), prior = VALUES(prior),
      reduced_at = VALUES(reduced_at)`
}

const slice = 1000
const slicesOf = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / slice) }, (_, index) => items.slice(index * slice, (index + 1) * slice))

const writeWords = async (tx: Tx, productId: string, wanted: ReadonlyMap<string, boolean>): Promise<void> => {
  const rows = await tx.rows<ProductWordRow>`SELECT * FROM product_word WHERE product_id = ${productId}`
  const present = new Map(rows.map(({ word, in_name }) => [word, in_name === 1]))
  const gone = [...present.keys()].filter((word) => !wanted.has(word)).sort()
  const fresh = [...wanted].filter(([word, inName]) => present.get(word) !== inName).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const words of slicesOf(gone))
    await tx.run`DELETE FROM product_word WHERE product_id = ${productId} AND word IN (${list(words)})`
  for (const words of slicesOf(fresh)) {
    await tx.run`${insertInto(productWordTable, ...words.map(([word, inName]) => ({ word, product_id: productId, in_name: inName })))}
      ON DUPLICATE KEY UPDATE in_name = VALUES(in_name)`
  }
}

/** Refreshes the listing of a product from its state. The caller has locked its row. */
export const refreshListing = async (tx: Tx, product: ProductState, categories: Categories): Promise<void> => {
  await writeListing(tx, product)
  await writeWords(tx, product.id, product.deleted ? new Map() : wordsOfProduct(product, categories))
  await tx.run`UPDATE product SET listed_as = ${listingRules} WHERE id = ${product.id}`
}

/** Lists products whose listing an older version of the rules wrote. */
export const listOutdated = async (db: Queryable, limit: number): Promise<string[]> => {
  const rows = await db.rows<Pick<ProductRow, 'id'>>`
    SELECT id
    FROM product
    WHERE listed_as < ${listingRules}
    ORDER BY listed_as, id
    LIMIT ${limit}`
  return rows.map(({ id }) => id)
}

/** Locks a product, also a withdrawn one. @returns false when it does not exist */
export const lockAnyProduct = async (tx: Tx, productId: string): Promise<boolean> =>
  (await tx.one`SELECT id FROM product WHERE id = ${productId} FOR UPDATE`) !== null
