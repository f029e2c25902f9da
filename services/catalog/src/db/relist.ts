// Lists a product: a row per currency for lists to filter and sort by, and the words by which it is found. Both follow every change at once.
import { list, type Queryable, rowsOf, type Tx } from '@cartwright/db'
import type { Categories } from '../category.ts'
import { isPublic, noCurrency, type ProductState, priceSpans, unpricedDown, unpricedUp } from '../product.ts'
import { wordsOfProduct } from '../product-words.ts'
import { nameKeyOf } from '../words.ts'

/** Counts the rules by which products are listed and split into words: one more, and every product is listed anew after the start. */
const listingRules = 1

/** The shop's currencies with those of a product. A new one lists every product anew, so that it finds all of them. */
const takeCurrencies = async (tx: Tx, priced: Iterable<string>): Promise<string[]> => {
  const known = await tx.rows<{ code: string }>`SELECT code FROM shop_currency ORDER BY code LOCK IN SHARE MODE`
  const codes = new Set(known.map((row) => row.code))
  for (const code of [...priced].filter((currency) => !codes.has(currency)).sort()) {
    // Listing a product takes the shared lock; a new currency waits for all of them and lets none in.
    await tx.one`SELECT code FROM shop_currency WHERE code = ${noCurrency} FOR UPDATE`
    await tx.run`INSERT IGNORE INTO shop_currency (code) VALUES (${code})`
    await tx.run`INSERT IGNORE INTO product_listing (currency, product_id, name_key, priced, price_up, price_down, price_top, created_at)
      SELECT ${code}, product_id, name_key, FALSE, price_up, price_down, price_top, created_at FROM product_listing WHERE currency = ${noCurrency}`
    codes.add(code)
  }
  return [...codes]
}

const listPrices = async (tx: Tx, product: ProductState): Promise<void> => {
  await tx.run`DELETE FROM product_listing WHERE product_id = ${product.id}`
  if (!isPublic(product)) return
  const bounds = priceSpans(product)
  const nameKey = nameKeyOf(product.name)
  const rows = (await takeCurrencies(tx, bounds.keys())).map((currency) => {
    const price = bounds.get(currency)
    return [
      currency,
      product.id,
      nameKey,
      price !== undefined,
      price?.lowest ?? unpricedUp,
      price?.lowest ?? unpricedDown,
      price?.highest ?? unpricedDown,
      product.createdAt,
    ]
  })
  await tx.run`INSERT INTO product_listing (currency, product_id, name_key, priced, price_up, price_down, price_top, created_at)
    VALUES ${rowsOf(rows)}
    ON DUPLICATE KEY UPDATE name_key = VALUES(name_key), priced = VALUES(priced), price_up = VALUES(price_up), price_down = VALUES(price_down),
      price_top = VALUES(price_top)`
}

const slice = 1000
const slicesOf = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / slice) }, (_, index) => items.slice(index * slice, (index + 1) * slice))

const writeWords = async (tx: Tx, productId: string, wanted: ReadonlyMap<string, boolean>): Promise<void> => {
  const rows = await tx.rows<{
    word: string
    in_name: number
  }>`SELECT word, in_name FROM product_word WHERE product_id = ${productId}`
  const present = new Map(rows.map(({ word, in_name }) => [word, in_name === 1]))
  const gone = [...present.keys()].filter((word) => !wanted.has(word)).sort()
  const fresh = [...wanted].filter(([word, inName]) => present.get(word) !== inName).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const words of slicesOf(gone))
    await tx.run`DELETE FROM product_word WHERE product_id = ${productId} AND word IN (${list(words)})`
  for (const words of slicesOf(fresh)) {
    await tx.run`INSERT INTO product_word (word, product_id, in_name) VALUES ${rowsOf(words.map(([word, inName]) => [word, productId, inName]))}
      ON DUPLICATE KEY UPDATE in_name = VALUES(in_name)`
  }
}

/** Lists a product as it now is. The caller holds its row. */
export const relist = async (tx: Tx, product: ProductState, categories: Categories): Promise<void> => {
  await listPrices(tx, product)
  await writeWords(tx, product.id, product.deleted ? new Map() : wordsOfProduct(product, categories))
  await tx.run`UPDATE product SET listed_as = ${listingRules} WHERE id = ${product.id}`
}

/** Products that were listed by older rules. */
export const listOutdated = async (db: Queryable, limit: number): Promise<string[]> => {
  const rows = await db.rows<{
    id: string
  }>`SELECT id FROM product WHERE listed_as < ${listingRules} ORDER BY listed_as, id LIMIT ${limit}`
  return rows.map(({ id }) => id)
}

/** Locks a product that may be withdrawn. @returns false when there is none */
export const lockAnyProduct = async (tx: Tx, productId: string): Promise<boolean> =>
  (await tx.one`SELECT id FROM product WHERE id = ${productId} FOR UPDATE`) !== null
