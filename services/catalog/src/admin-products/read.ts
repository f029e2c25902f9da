// Products as operators see them, drafts and archived ones too. SQL finds the page, and the Prisma client reads it.
import { AppError, catalogApi } from '@cartwright/contracts'
import { CursorError, decodeCursor, encodeCursor, pageOf, type Queryable, sql, where } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import type { Prisma, PrismaClient } from '../db/generated/client.ts'
import { adminMatchesOf } from '../db/matches.ts'
import type { CatalogDeps } from '../deps.ts'
import type { Image, Option, Status } from '../product.ts'

const everything = {
  categories: { include: { category: true }, orderBy: { categoryId: 'asc' } },
  variants: {
    where: { deletedAt: null },
    include: { prices: { orderBy: { currency: 'asc' } }, stock: true },
    orderBy: { id: 'asc' },
  },
} as const satisfies Prisma.ProductInclude

type ProductRow = Prisma.ProductGetPayload<{ include: typeof everything }>

const adminVariantOf = ({ id, sku, name, options, prices, stock }: ProductRow['variants'][number]) => ({
  id,
  sku,
  name,
  options: JSON.parse(options) as Record<string, string>,
  available: stock ? stock.onHand - stock.reserved : 0,
  prices: prices.map(({ amountMinor, currency }) => ({ amountMinor: Number(amountMinor), currency })),
})

const adminProductOf = (row: ProductRow) => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  description: row.description,
  status: row.status as Status,
  version: row.version,
  categories: row.categories.map(({ category: { id, slug, name } }) => ({ id, slug, name })),
  images: JSON.parse(row.images) as Image[],
  options: JSON.parse(row.options) as Option[],
  variants: row.variants.map(adminVariantOf),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

/** @throws AppError not_found */
export const readAdminProduct = async (prisma: PrismaClient, id: string) => {
  const row = await prisma.product.findFirst({ where: { id, deletedAt: null }, include: everything })
  if (row === null) throw new AppError('not_found')
  return adminProductOf(row)
}

export const adminGetProduct = route(catalogApi.adminGetProduct, (req, { prisma }: CatalogDeps) =>
  readAdminProduct(prisma, req.params.productId),
)

interface ListedProducts {
  limit: number
  before: string | undefined
  status: Status | undefined
  /** Words, a SKU or a slug; empty for all. */
  q: string
}

const idOf = (cursor: string): string => {
  const [id] = decodeCursor('id', cursor, 1)
  if (typeof id !== 'string' || !/^prd_[0-9a-z]{1,40}$/.test(id)) throw new CursorError()
  return id
}

/** Ids of one page and the next one's first, newest first. */
const listIds = async (db: Queryable, { limit, before, status, q }: ListedProducts): Promise<string[]> => {
  const conditions = where([
    sql`p.deleted_at IS NULL`,
    status !== undefined && sql`p.status = ${status}`,
    before !== undefined && sql`p.id < ${before}`,
    q !== '' && sql`p.id IN (SELECT product_id FROM (${adminMatchesOf(q)}) matches)`,
  ])
  const rows = await db.rows<{ id: string }>`SELECT p.id FROM product p WHERE ${conditions} ORDER BY p.id DESC LIMIT ${limit + 1}`
  return rows.map(({ id }) => id)
}

export const adminListProducts = route(catalogApi.adminListProducts, async (req, { db, prisma }: CatalogDeps) => {
  const { limit = 20, cursor, status, q = '' } = req.query
  const before = cursor === undefined ? undefined : idOf(cursor)
  const ids = await listIds(db, { limit, before, status, q: q.trim() })
  const rows = await prisma.product.findMany({ where: { id: { in: ids } }, include: everything, orderBy: { id: 'desc' } })
  const page = pageOf(rows, limit, (last) => encodeCursor('id', [last.id]))
  return { items: page.items.map(adminProductOf), nextCursor: page.nextCursor }
})
