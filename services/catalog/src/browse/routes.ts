// What shoppers browse: lists by keyset, products in three statements, categories as a tree.
import { AppError, catalogApi, isCurrency } from '@cartwright/contracts'
import { list, sql } from '@cartwright/db'
import { answer, route } from '@cartwright/service-kit'
import { type Categories, categoryDetail, refsOf, treeOf } from '../category.ts'
import { listingConditions, readListing } from '../db/listing.ts'
import { loadCategories, loadProducts } from '../db/products.ts'
import type { CatalogDeps } from '../deps.ts'
import { absolute, defaultCurrency, type Image, liveVariants, lowestPrices, type ProductState, priceIn } from '../product.ts'

/** A product as shoppers see it. */
const productOf = (product: ProductState, categories: Categories, currency: string, publicUrl: string) => {
  const variants = liveVariants(product).map(({ id, sku, name, options, prices, available }) => ({
    id,
    sku,
    name,
    options,
    price: priceIn(prices, currency),
    available,
  }))
  const lowest = lowestPrices(product).get(currency)
  return {
    id: product.id,
    slug: product.slug,
    name: product.name,
    description: product.description,
    status: product.status,
    categories: refsOf(categories, product.categoryIds),
    images: product.images.map((image) => absolute(image, publicUrl)),
    options: product.options,
    variants,
    price: lowest === undefined ? null : { amountMinor: lowest, currency },
    // What has no price in the currency cannot be bought in it.
    inStock: variants.some((variant) => variant.price !== null && variant.available > 0),
    createdAt: product.createdAt.toISOString(),
  }
}

/** Drafts, archived and withdrawn products look absent. */
const publicProduct = async (idOrSlug: string, deps: CatalogDeps): Promise<ProductState> => {
  const key = /^prd_[0-9a-z]+$/.test(idOrSlug) ? sql`id = ${idOrSlug}` : sql`slug = ${idOrSlug}`
  const [product] = await loadProducts(deps.db, sql`${key} AND status = 'active' AND deleted_at IS NULL`)
  if (product === undefined) throw new AppError('not_found')
  return product
}

export const getProduct = route(catalogApi.getProduct, async (req, deps: CatalogDeps) => {
  const product = await publicProduct(req.params.idOrSlug, deps)
  return productOf(product, await loadCategories(deps.db), req.query.currency ?? defaultCurrency, deps.shared.publicUrl)
})

export const getAvailability = route(catalogApi.getAvailability, async (req, deps: CatalogDeps) => {
  const product = await publicProduct(req.params.idOrSlug, deps)
  const variants = liveVariants(product).map(({ sku, available }) => ({ sku, available }))
  return { productId: product.id, variants, inStock: variants.some((variant) => variant.available > 0) }
})

export const listProducts = route(catalogApi.listProducts, async (req, deps: CatalogDeps) => {
  const { currency = defaultCurrency, sort = '-createdAt', limit = 20, cursor, category } = req.query
  const categories: Categories = category === undefined ? new Map() : await loadCategories(deps.db)
  return readListing(deps.db, listingConditions(req.query, categories), {
    sort,
    limit,
    cursor,
    currency,
    publicUrl: deps.shared.publicUrl,
  })
})

export const listCategories = route(catalogApi.listCategories, async (_, deps: CatalogDeps) => ({
  items: treeOf(await loadCategories(deps.db), null),
  nextCursor: null,
}))

export const getCategory = route(catalogApi.getCategory, async (req, deps: CatalogDeps) =>
  categoryDetail(await loadCategories(deps.db), req.params.idOrSlug),
)

export const getImage = route(catalogApi.getImage, async (req, deps: CatalogDeps) => {
  const row = await deps.db.one<{ svg: string }>`SELECT svg FROM image WHERE id = ${req.params.imageId}`
  if (row === null) throw new AppError('not_found')
  return answer(200, row.svg, {
    'content-type': 'image/svg+xml; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  })
})

interface InternalRow {
  sku: string
  variant_id: string
  product_id: string
  slug: string
  product_name: string
  variant_name: string
  options: string
  images: string
  sellable: number
  amount_minor: number | null
  available: number | null
}

const internalVariantOf = (row: InternalRow, currency: string, publicUrl: string) => {
  const [image] = JSON.parse(row.images) as Image[]
  return {
    sku: row.sku,
    variantId: row.variant_id,
    productId: row.product_id,
    productSlug: row.slug,
    productName: row.product_name,
    name: row.variant_name === '' ? row.product_name : `${row.product_name} — ${row.variant_name}`,
    options: JSON.parse(row.options),
    imageUrl: image ? absolute(image, publicUrl).url : null,
    sellable: Boolean(row.sellable),
    price: row.amount_minor === null || !isCurrency(currency) ? null : { amountMinor: row.amount_minor, currency },
    available: row.available ?? 0,
  }
}

/** For cart and order: price and stock of SKUs now, in one statement. */
export const internalVariants = route(catalogApi.internalVariants, async (req, deps: CatalogDeps) => {
  const { currency } = req.query
  const skus = [...new Set(req.query.skus.split(','))]
  const rows = await deps.db
    .rows<InternalRow>`SELECT v.sku, v.id AS variant_id, p.id AS product_id, p.slug, p.name AS product_name, v.name AS variant_name, v.options, p.images,
    (p.status = 'active' AND p.deleted_at IS NULL AND v.deleted_at IS NULL) AS sellable, pr.amount_minor, s.on_hand - s.reserved AS available
    FROM variant v JOIN product p ON p.id = v.product_id LEFT JOIN variant_price pr ON pr.variant_id = v.id AND pr.currency = ${currency} LEFT JOIN stock_level s ON s.sku = v.sku
    WHERE v.sku IN (${list(skus)})`
  return { items: rows.map((row) => internalVariantOf(row, currency, deps.shared.publicUrl)) }
})
