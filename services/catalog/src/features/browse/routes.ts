// Routes by which shoppers browse: product lists by keyset, single products, the tree of categories, images.

import { AppError, catalogApi, isCurrency, lineName, translatedLineNames } from '@cartwright/contracts'
import { list, type OuterJoined, type Queryable, sql } from '@cartwright/db'
import { reply } from '@cartwright/service-kit'
import type { ImageRow, ProductRow, VariantPriceRow, VariantRow } from '../../db/generated/rows.ts'
import { imagesColumn, productTranslationsColumn, variantImagesColumn, variantOptionsColumn } from '../../db/json-columns.ts'
import { listingConditions, readListing } from '../../db/listing.ts'
import { type ProductState, reductionOf, type VariantPrice, withPublicUrl } from '../../db/product-state.ts'
import { type Categories, loadCategories, loadProducts } from '../../db/products.ts'
import { type CatalogDeps, route } from '../../deps.ts'
import { categoryDetail, refsOf, subtreeOf, treeOf } from '../../domain/category.ts'
import { defaultCurrency, liveVariants, lowestPrices, priceIn } from '../../domain/product.ts'
import { languageFor, languageHeaders } from '../../domain/reader-language.ts'
import { categoriesIn, inLanguage } from '../../domain/translations.ts'

interface ShownProduct {
  currency: string
  publicUrl: string
  now: Date
}

/** The price of a variant and its reduction. */
const shownPrice = (prices: readonly VariantPrice[], { currency, now }: ShownProduct) => {
  const price = priceIn(prices, currency)
  if (price === null) return { price }
  return { price: { amountMinor: price.amountMinor, currency }, ...reductionOf(price, now) }
}

/** A product as shoppers see it. */
const productOf = (product: ProductState, categories: Categories, shown: ShownProduct) => {
  const { currency, publicUrl } = shown
  const variants = liveVariants(product).map((variant) => ({
    id: variant.id,
    sku: variant.sku,
    name: variant.name,
    options: variant.options,
    images: variant.images.map((image) => withPublicUrl(image, publicUrl)),
    ...shownPrice(variant.prices, shown),
    available: variant.available,
    weightGrams: variant.weightGrams,
    requiresShipping: variant.requiresShipping,
  }))
  const lowest = lowestPrices(product).get(currency)
  return {
    id: product.id,
    slug: product.slug,
    name: product.name,
    description: product.description,
    status: product.status,
    taxClass: product.taxClass,
    categories: refsOf(categories, product.categoryIds),
    images: product.images.map((image) => withPublicUrl(image, publicUrl)),
    options: product.options,
    variants,
    price: lowest === undefined ? null : { amountMinor: lowest, currency },
    // A variant without a price in the currency cannot be bought in it.
    inStock: variants.some((variant) => variant.price !== null && variant.available > 0),
    createdAt: product.createdAt.toISOString(),
  }
}

/** Finds a public product. @throws AppError not_found, also for drafts, archived and withdrawn products */
export const getPublicProduct = async (idOrSlug: string, deps: CatalogDeps): Promise<ProductState> => {
  const key = /^prd_[0-9a-z]+$/.test(idOrSlug) ? sql`id = ${idOrSlug}` : sql`slug = ${idOrSlug}`
  const [product] = await loadProducts(deps.db, sql`${key} AND status = 'active' AND deleted_at IS NULL`)
  if (product === undefined) throw new AppError('not_found')
  return product
}

export const getProduct = route(catalogApi.getProduct, async ({ request, deps }) => {
  const { currency = defaultCurrency } = request.query
  const shown = { currency, publicUrl: deps.shared.publicUrl, now: deps.clock.now() }
  const language = languageFor(request, deps.shared.locale)
  const product = inLanguage(await getPublicProduct(request.params.idOrSlug, deps), language)
  const categories = categoriesIn(await loadCategories(deps.db), language)
  return reply(200, productOf(product, categories, shown), languageHeaders(language))
})

export const getAvailability = route(catalogApi.getAvailability, async ({ request, deps }) => {
  const product = await getPublicProduct(request.params.idOrSlug, deps)
  const variants = liveVariants(product).map(({ sku, available }) => ({ sku, available }))
  return { productId: product.id, variants, inStock: variants.some((variant) => variant.available > 0) }
})

export const listProducts = route(catalogApi.listProducts, async ({ request, deps }) => {
  const { currency = defaultCurrency, sort = '-createdAt', limit = 20, cursor, category } = request.query
  const categoryIds = category === undefined ? undefined : subtreeOf(await loadCategories(deps.db), category)
  const language = languageFor(request, deps.shared.locale)
  const shown = { currency, language, publicUrl: deps.shared.publicUrl, now: deps.clock.now() }
  const conditions = listingConditions({ ...request.query, categoryIds })
  return reply(200, await readListing(deps.db, conditions, { sort, limit, cursor, ...shown }), languageHeaders(language))
})

export const listCategories = route(catalogApi.listCategories, async ({ request, deps }) => {
  const language = languageFor(request, deps.shared.locale)
  const [categories, counts] = await Promise.all([loadCategories(deps.db), deps.productCounts.read()])
  const items = treeOf(categoriesIn(categories, language), counts, null)
  return reply(200, { items, nextCursor: null }, languageHeaders(language))
})

export const getCategory = route(catalogApi.getCategory, async ({ request, deps }) => {
  const language = languageFor(request, deps.shared.locale)
  const [categories, counts] = await Promise.all([loadCategories(deps.db), deps.productCounts.read()])
  return reply(
    200,
    categoryDetail(categoriesIn(categories, language), counts, request.params.idOrSlug),
    languageHeaders(language),
  )
})

export const getImage = route(catalogApi.getImage, async ({ request, deps }) => {
  const row = await deps.db.one<Pick<ImageRow, 'svg'>>`SELECT svg FROM image WHERE id = ${request.params.imageId}`
  if (row === null) throw new AppError('not_found')
  return reply(200, row.svg, {
    'content-type': 'image/svg+xml; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  })
})

type InternalRow = Pick<VariantRow, 'sku' | 'options' | 'weight_grams' | 'requires_shipping'> &
  Pick<ProductRow, 'slug' | 'tax_class' | 'translations'> & {
    variant_images: VariantRow['images']
    product_images: ProductRow['images']
  } & OuterJoined<Pick<VariantPriceRow, 'amount_minor' | 'compare_at_minor'> & { available: number }> & {
    variant_id: string
    product_id: string
    product_name: string
    variant_name: string
    sellable: 0 | 1
  }

/** Categories of the products of some SKUs, with all ancestors, by product. */
const listCategoryIds = async (db: Queryable, skus: readonly string[]): Promise<ReadonlyMap<string, string[]>> => {
  const rows = await db.rows<{ product_id: string; category_id: string }>`
    WITH RECURSIVE above AS (
      SELECT pc.product_id, pc.category_id
      FROM variant v
      JOIN product_category pc ON pc.product_id = v.product_id
      WHERE v.sku IN (${list(skus)})
      UNION DISTINCT
      SELECT above.product_id, c.parent_id
      FROM above
      JOIN category c ON c.id = above.category_id
      WHERE c.parent_id IS NOT NULL
    )
    SELECT product_id, category_id
    FROM above
    ORDER BY category_id`
  const groups = Map.groupBy(rows, ({ product_id }) => product_id)
  return new Map([...groups].map(([productId, members]) => [productId, members.map(({ category_id }) => category_id)]))
}

const internalVariantOf = (row: InternalRow, categoryIds: string[], currency: string, publicUrl: string) => {
  const moneyOf = (amountMinor: number | null) =>
    amountMinor === null || !isCurrency(currency) ? null : { amountMinor, currency }
  const compareAt = moneyOf(row.compare_at_minor)
  const [image] = [...(variantImagesColumn.parseOrNull(row.variant_images) ?? []), ...imagesColumn.parse(row.product_images)]
  return {
    sku: row.sku,
    variantId: row.variant_id,
    productId: row.product_id,
    productSlug: row.slug,
    productName: row.product_name,
    name: lineName(row.product_name, row.variant_name),
    names: translatedLineNames(productTranslationsColumn.parseOrNull(row.translations) ?? {}, row.variant_name),
    options: variantOptionsColumn.parse(row.options),
    imageUrl: image ? withPublicUrl(image, publicUrl).url : null,
    sellable: Boolean(row.sellable),
    categoryIds,
    price: moneyOf(row.amount_minor),
    ...(compareAt === null ? {} : { compareAt }),
    available: row.available ?? 0,
    taxClass: row.tax_class,
    weightGrams: row.weight_grams,
    requiresShipping: row.requires_shipping === 1,
  }
}

/** Current prices and stock of SKUs, for cart and order. */
export const internalVariants = route(catalogApi.internalVariants, async ({ request, deps }) => {
  const { currency } = request.query
  const skus = [...new Set(request.query.skus.split(','))]
  const rowsFound = deps.db.rows<InternalRow>`
    SELECT v.sku, v.id AS variant_id, p.id AS product_id, p.slug, p.name AS product_name, v.name AS variant_name,
      v.options, v.weight_grams, v.requires_shipping, v.images AS variant_images, p.images AS product_images, p.tax_class, p.translations,
      (p.status = 'active' AND p.deleted_at IS NULL AND v.deleted_at IS NULL) AS sellable,
      pr.amount_minor, pr.compare_at_minor, s.on_hand - s.reserved AS available
    FROM variant v
    JOIN product p ON p.id = v.product_id
    LEFT JOIN variant_price pr ON pr.variant_id = v.id AND pr.currency = ${currency}
    LEFT JOIN stock_level s ON s.sku = v.sku
    WHERE v.sku IN (${list(skus)})`
  const [rows, categories] = await Promise.all([rowsFound, listCategoryIds(deps.db, skus)])
  const categoriesOf = ({ product_id: id }: InternalRow) => categories.get(id) ?? []
  return { items: rows.map((row) => internalVariantOf(row, categoriesOf(row), currency, deps.shared.publicUrl)) }
})
