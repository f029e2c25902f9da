// What shoppers browse: lists by keyset over the listing table, products in three statements, categories as a tree.
import { AppError, catalogApi, type QueryOf } from '@cartwright/contracts'
import { after, decodeCursor, encodeCursor, list, orderBy, pageOf, type SortKey, sql, where } from '@cartwright/db'
import { answer, route } from '@cartwright/service-kit'
import { ancestorsOf, type CategoryRow, loadCategories, loadProducts, type ProductState, subtreeOf } from '../db/products.ts'
import type { CatalogDeps } from '../deps.ts'

export const defaultCurrency = 'EUR'

/** Pictures are stored with paths; shoppers get whole addresses. */
const absolute = <I extends { url: string }>(image: I, publicUrl: string): I => (image.url.startsWith('/') ? { ...image, url: publicUrl + image.url } : image)

const priceIn = (prices: readonly { amountMinor: number; currency: string }[], currency: string) => prices.find((price) => price.currency === currency) ?? null

const refOf = ({ id, slug, name }: CategoryRow) => ({ id, slug, name })

/** A product as shoppers see it. */
export const productOf = (product: ProductState, categories: ReadonlyMap<string, CategoryRow>, currency: string, publicUrl: string) => {
  const variants = product.variants
    .filter((variant) => !variant.deleted)
    .map(({ id, sku, name, options, prices, available }) => ({ id, sku, name, options, price: priceIn(prices, currency), available }))
  const lowest = variants.flatMap(({ price }) => (price ? [price] : [])).sort((a, b) => a.amountMinor - b.amountMinor)[0] ?? null
  return {
    id: product.id, slug: product.slug, name: product.name, description: product.description, status: product.status,
    categories: product.categoryIds.flatMap((id) => {
      const category = categories.get(id)
      return category ? [refOf(category)] : []
    }),
    images: product.images.map((image) => absolute(image, publicUrl)), options: product.options, variants, price: lowest,
    inStock: variants.some((variant) => variant.available > 0), createdAt: product.createdAt.toISOString(),
  }
}

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
  const variants = product.variants.filter((variant) => !variant.deleted).map(({ sku, available }) => ({ sku, available }))
  return { productId: product.id, variants, inStock: variants.some((variant) => variant.available > 0) }
})

export interface ListingRow {
  id: string
  slug: string
  name: string
  images: string
  min_price: number
  priced: number
  in_stock: number
  created_at: Date
  created_key: string
}

const sorts = {
  name: 'l.name', '-name': 'l.name', price: 'l.min_price', '-price': 'l.min_price', createdAt: 'l.created_at', '-createdAt': 'l.created_at',
} as const
export type ListSort = keyof typeof sorts

export const summaryOf = (row: ListingRow, currency: string, publicUrl: string) => {
  const [image] = JSON.parse(row.images) as { url: string; alt: string }[]
  return {
    id: row.id, slug: row.slug, name: row.name, image: image ? absolute(image, publicUrl) : null,
    price: row.priced ? { amountMinor: row.min_price, currency } : null, inStock: Boolean(row.in_stock), createdAt: row.created_at.toISOString(),
  }
}

const stocked = sql`EXISTS (SELECT 1 FROM stock_level s JOIN variant v ON v.sku = s.sku AND v.deleted_at IS NULL WHERE s.product_id = l.product_id AND s.on_hand > s.reserved)`

/** The conditions that browsing and the fallback of search share. */
export const listingConditions = async (query: Pick<QueryOf<typeof catalogApi.listProducts>, 'category' | 'minPrice' | 'maxPrice' | 'inStock'>, currency: string, deps: CatalogDeps) => {
  const { category, minPrice, maxPrice, inStock } = query
  const inCurrency = sql`l.currency = ${currency}`
  // Without a price filter, products that have no price in this currency are listed too.
  const unpriced = sql`(l.currency = 'XXX' AND NOT EXISTS (SELECT 1 FROM product_listing o WHERE o.currency = ${currency} AND o.product_id = l.product_id))`
  const ids = category === undefined ? null : subtreeOf(await loadCategories(deps.db), category)
  return [
    minPrice === undefined && maxPrice === undefined ? sql`(${inCurrency} OR ${unpriced})` : inCurrency,
    minPrice !== undefined && sql`l.min_price >= ${minPrice}`,
    maxPrice !== undefined && sql`l.min_price <= ${maxPrice}`,
    inStock === true && stocked,
    inStock === false && sql`NOT ${stocked}`,
    ids !== null && sql`l.product_id IN (SELECT product_id FROM product_category WHERE category_id IN (${list(ids)}))`,
  ]
}

/** One page of the listing. */
export const readListing = async (
  conditions: Awaited<ReturnType<typeof listingConditions>>,
  page: { sort: ListSort; limit: number; cursor: string | undefined; currency: string },
  deps: CatalogDeps,
) => {
  const descending = page.sort.startsWith('-')
  const name = `${page.sort}:${page.currency}`
  const keys: SortKey[] = [{ column: sorts[page.sort], descending }, { column: 'l.product_id', descending }]
  const rows = await deps.db.rows<ListingRow>`SELECT p.id, p.slug, p.name, p.images, l.min_price, l.priced, ${stocked} AS in_stock, l.created_at,
    DATE_FORMAT(l.created_at, '%Y-%m-%d %H:%i:%s.%f') AS created_key FROM product_listing l JOIN product p ON p.id = l.product_id
    WHERE ${where([...conditions, page.cursor !== undefined && after(keys, decodeCursor(name, page.cursor, 2))])} ORDER BY ${orderBy(keys)} LIMIT ${page.limit + 1}`
  const cursorValue = (row: ListingRow) => (page.sort.endsWith('name') ? row.name : page.sort.endsWith('price') ? row.min_price : row.created_key)
  const result = pageOf(rows, page.limit, (last) => encodeCursor(name, [cursorValue(last), last.id]))
  return { items: result.items.map((row) => summaryOf(row, page.currency, deps.shared.publicUrl)), nextCursor: result.nextCursor }
}

export const listProducts = route(catalogApi.listProducts, async (req, deps: CatalogDeps) => {
  const { currency = defaultCurrency, sort = '-createdAt', limit = 20, cursor } = req.query
  return readListing(await listingConditions(req.query, currency, deps), { sort, limit, cursor, currency }, deps)
})

const categoryOf = (row: CategoryRow) => ({ id: row.id, slug: row.slug, name: row.name, parentId: row.parent_id, position: row.position })
type CategoryNode = ReturnType<typeof categoryOf> & { children: CategoryNode[] }

const childrenOf = (categories: ReadonlyMap<string, CategoryRow>, parentId: string | null): CategoryRow[] => [...categories.values()].filter((row) => row.parent_id === parentId)

const treeOf = (categories: ReadonlyMap<string, CategoryRow>, parentId: string | null): CategoryNode[] =>
  childrenOf(categories, parentId).map((row) => ({ ...categoryOf(row), children: treeOf(categories, row.id) }))

export const listCategories = route(catalogApi.listCategories, async (_, deps: CatalogDeps) => ({ items: treeOf(await loadCategories(deps.db), null), nextCursor: null }))

/** A category with its way from the root. @throws AppError not_found */
export const categoryDetail = (categories: ReadonlyMap<string, CategoryRow>, idOrSlug: string) => {
  const row = categories.get(idOrSlug) ?? [...categories.values()].find((candidate) => candidate.slug === idOrSlug)
  if (row === undefined) throw new AppError('not_found')
  return { ...categoryOf(row), breadcrumbs: [...ancestorsOf(categories, row.id), row].map(refOf), children: childrenOf(categories, row.id).map(categoryOf) }
}

export const getCategory = route(catalogApi.getCategory, async (req, deps: CatalogDeps) => categoryDetail(await loadCategories(deps.db), req.params.idOrSlug))

export const getImage = route(catalogApi.getImage, async (req, deps: CatalogDeps) => {
  const row = await deps.db.one<{ svg: string }>`SELECT svg FROM image WHERE id = ${req.params.imageId}`
  if (row === null) throw new AppError('not_found')
  return answer(200, row.svg, { 'content-type': 'image/svg+xml; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" })
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

/** For cart and order: price and stock of SKUs now, in one statement. */
export const internalVariants = route(catalogApi.internalVariants, async (req, deps: CatalogDeps) => {
  const { currency } = req.query
  const skus = req.query.skus.split(',').slice(0, 200)
  const rows = await deps.db.rows<InternalRow>`SELECT v.sku, v.id AS variant_id, p.id AS product_id, p.slug, p.name AS product_name, v.name AS variant_name, v.options, p.images,
    (p.status = 'active' AND p.deleted_at IS NULL AND v.deleted_at IS NULL) AS sellable, pr.amount_minor, CAST(s.on_hand AS SIGNED) - CAST(s.reserved AS SIGNED) AS available
    FROM variant v JOIN product p ON p.id = v.product_id LEFT JOIN variant_price pr ON pr.variant_id = v.id AND pr.currency = ${currency} LEFT JOIN stock_level s ON s.sku = v.sku
    WHERE v.sku IN (${list(skus)})`
  return {
    items: rows.map((row) => {
      const [image] = JSON.parse(row.images) as { url: string; alt: string }[]
      return {
        sku: row.sku, variantId: row.variant_id, productId: row.product_id, productSlug: row.slug, productName: row.product_name,
        name: row.variant_name === '' ? row.product_name : `${row.product_name} — ${row.variant_name}`, options: JSON.parse(row.options),
        imageUrl: image ? absolute(image, deps.shared.publicUrl).url : null, sellable: Boolean(row.sellable),
        price: row.amount_minor === null ? null : { amountMinor: row.amount_minor, currency }, available: row.available ?? 0,
      }
    }),
  }
})
