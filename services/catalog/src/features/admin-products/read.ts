// Routes by which operators read products, including drafts and archived ones.

import { AppError, catalogApi } from '@cartwright/contracts'
import { CursorError, decodeCursor, encodeCursor, list, pageOf, type Queryable, sql, where } from '@cartwright/db'
import type { ProductRow } from '../../db/generated/rows.ts'
import { adminMatchesOf } from '../../db/matches.ts'
import type { ProductState } from '../../db/product-state.ts'
import { type Categories, loadCategories, loadProducts } from '../../db/products.ts'
import { route } from '../../deps.ts'
import { refsOf } from '../../domain/category.ts'
import { liveVariants } from '../../domain/product.ts'
import { publishedVariant } from '../../domain/publish-product.ts'
import { searchTextOf } from '../../domain/words.ts'

/** Operators see prices in every currency, including those that Stripe does not charge. */
const everyCurrency = () => true

const adminProductOf = (product: ProductState, categories: Categories) => ({
  id: product.id,
  slug: product.slug,
  name: product.name,
  description: product.description,
  status: product.status,
  taxClass: product.taxClass,
  version: product.version,
  translations: product.translations,
  categories: refsOf(categories, product.categoryIds),
  images: product.images,
  options: product.options,
  variants: liveVariants(product).map((variant) => ({
    ...publishedVariant(variant),
    prices: variant.prices.map(({ compareAtMinor, ...price }) => ({
      amountMinor: price.amountMinor,
      currency: price.currency,
      ...(compareAtMinor === null ? {} : { compareAtMinor }),
    })),
    available: variant.available,
  })),
  createdAt: product.createdAt.toISOString(),
  updatedAt: product.updatedAt.toISOString(),
})

/** @throws AppError not_found */
export const readAdminProduct = async (db: Queryable, id: string) => {
  const [product] = await loadProducts(db, sql`id = ${id} AND deleted_at IS NULL`, everyCurrency)
  if (product === undefined) throw new AppError('not_found')
  return adminProductOf(product, await loadCategories(db))
}

export const adminGetProduct = route(catalogApi.adminGetProduct, ({ request, deps: { db } }) =>
  readAdminProduct(db, request.params.productId),
)

interface ListedProducts {
  limit: number
  before: string | undefined
  status: ProductRow['status'] | undefined
  /** Words, a SKU or a slug; empty for all products. */
  q: string
}

const idOf = (cursor: string): string => {
  const [id] = decodeCursor('id', cursor, 1)
  if (typeof id !== 'string' || !/^prd_[0-9a-z]{1,40}$/.test(id)) throw new CursorError()
  return id
}

/** Ids of one page, newest first, and one more that shows whether there is a next page. */
const listIds = async (db: Queryable, { limit, before, status, q }: ListedProducts): Promise<string[]> => {
  const conditions = where([
    sql`p.deleted_at IS NULL`,
    status !== undefined && sql`p.status = ${status}`,
    before !== undefined && sql`p.id < ${before}`,
    q !== '' && sql`p.id IN (SELECT product_id FROM (${adminMatchesOf(searchTextOf(q))}) matches)`,
  ])
  const rows = await db.rows<
    Pick<ProductRow, 'id'>
  >`SELECT p.id FROM product p WHERE ${conditions} ORDER BY p.id DESC LIMIT ${limit + 1}`
  return rows.map(({ id }) => id)
}

export const adminListProducts = route(catalogApi.adminListProducts, async ({ request, deps: { db } }) => {
  const { limit = 20, cursor, status, q = '' } = request.query
  const before = cursor === undefined ? undefined : idOf(cursor)
  const ids = await listIds(db, { limit, before, status, q: q.trim() })
  const products = await loadProducts(db, sql`id IN (${list(ids)}) ORDER BY id DESC`, everyCurrency)
  const page = pageOf(products, limit, (last) => encodeCursor('id', [last.id]))
  const categories = await loadCategories(db)
  return { items: page.items.map((product) => adminProductOf(product, categories)), nextCursor: page.nextCursor }
})
