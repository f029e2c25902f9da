// Products as operators see them, drafts and archived ones too. Plain reads, so the Prisma client serves them.
import { AppError, catalogApi } from '@cartwright/contracts'
import { CursorError, decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import type { Prisma, PrismaClient } from '../db/generated/client.ts'
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

const idOf = (cursor: string): string => {
  const [id] = decodeCursor('id', cursor, 1)
  if (typeof id !== 'string' || !/^prd_[0-9a-z]{1,40}$/.test(id)) throw new CursorError()
  return id
}

export const adminListProducts = route(catalogApi.adminListProducts, async (req, { prisma }: CatalogDeps) => {
  const { limit = 20, cursor, status } = req.query
  const rows = await prisma.product.findMany({
    where: {
      deletedAt: null,
      ...(status === undefined ? {} : { status }),
      ...(cursor === undefined ? {} : { id: { lt: idOf(cursor) } }),
    },
    include: everything,
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
  const page = pageOf(rows, limit, (last) => encodeCursor('id', [last.id]))
  return { items: page.items.map(adminProductOf), nextCursor: page.nextCursor }
})
