// Lists of orders with keyset paging: by id for shoppers, by time and id for operators.
import { money } from '@cartwright/contracts'
import { CursorError, decodeCursor, encodeCursor, list, pageOf, type Queryable, raw, type Sql, sql, where } from '@cartwright/db'
import type { Prisma } from './generated/client.ts'
import { type SearchFilter, type SearchPage, searchOrders } from './order-search.ts'
import type { OrderRow } from './orders.ts'
import type { PrismaClient } from './prisma.ts'
import { statusesOf } from './statuses.ts'

const columns = [
  'id',
  'number',
  'status',
  'payment_status',
  'fulfilment_status',
  'refund_status',
  'return_status',
  'cancel_reason',
  'email',
  'total_minor',
  'currency',
  'created_at',
] as const satisfies readonly (keyof OrderRow)[]
type ListedOrder = Pick<OrderRow, (typeof columns)[number]>

const listOrders = (db: Queryable, rest: Sql): Promise<ListedOrder[]> =>
  db.rows<ListedOrder>`SELECT ${raw(columns.join(', '))} FROM customer_order ${rest}`

const summaryOf = (row: ListedOrder) => ({
  id: row.id,
  number: row.number,
  ...statusesOf(row),
  email: row.email,
  total: money(row.total_minor, row.currency),
  createdAt: row.created_at.toISOString(),
})

interface Paging {
  limit: number
  cursor: string | undefined
}

/** One principal's orders, newest first. */
export const listOwn = async (db: Queryable, principalId: string, { limit, cursor }: Paging) => {
  const last = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const conditions = where([sql`principal_id = ${principalId}`, last !== undefined && sql`id < ${last}`])
  const rows = await listOrders(db, sql`WHERE ${conditions} ORDER BY id DESC LIMIT ${limit + 1}`)
  const page = pageOf(rows, limit, (row) => encodeCursor('-id', [row.id]))
  return { items: page.items.map(summaryOf), nextCursor: page.nextCursor }
}

/** Rows strictly after a position. The first condition is redundant; it narrows the index range. */
const behind = (direction: 'asc' | 'desc', { at, id }: { at: Date; id: string }): Prisma.CustomerOrderWhereInput => {
  const beyond = (value: Date) => (direction === 'desc' ? { lt: value } : { gt: value })
  const upTo = direction === 'desc' ? { lte: at } : { gte: at }
  const next = direction === 'desc' ? { lt: id } : { gt: id }
  return { AND: [{ createdAt: upTo }, { OR: [{ createdAt: beyond(at) }, { createdAt: at, id: next }] }] }
}

const positionOf = (direction: 'asc' | 'desc', cursor: string): { at: Date; id: string } => {
  const [time, id] = decodeCursor(direction, cursor, 2)
  const at = new Date(String(time))
  if (Number.isNaN(at.getTime())) throw new CursorError()
  return { at, id: String(id) }
}

interface Stores {
  prisma: PrismaClient
  db: Queryable
}
type Filter = SearchFilter & { q?: string | undefined }

/** Ids of one page: by the search for a text, else by Prisma. */
const findIds = async ({ prisma, db }: Stores, { q, ...filter }: Filter, page: SearchPage): Promise<string[]> => {
  if (q !== undefined) return searchOrders(db, q, filter, page)
  const { from, to, ...equal } = filter
  const createdAt = { ...(from === undefined ? {} : { gte: from }), ...(to === undefined ? {} : { lt: to }) }
  const given = Object.fromEntries(Object.entries(equal).filter(([, value]) => value !== undefined))
  const rows = await prisma.customerOrder.findMany({
    select: { id: true },
    where: { AND: [{ ...given, createdAt }, page.last === null ? {} : behind(page.direction, page.last)] },
    orderBy: [{ createdAt: page.direction }, { id: page.direction }],
    take: page.take,
  })
  return rows.map(({ id }) => id)
}

/** Orders of the filter, by the time of their placement. */
export const listAll = async (stores: Stores, filter: Filter, direction: 'asc' | 'desc', { limit, cursor }: Paging) => {
  const last = cursor === undefined ? null : positionOf(direction, cursor)
  const ids = await findIds(stores, filter, { direction, last, take: limit + 1 })
  const order = raw(direction)
  const rows = await listOrders(stores.db, sql`WHERE id IN (${list(ids)}) ORDER BY created_at ${order}, id ${order}`)
  const page = pageOf(rows, limit, (row) => encodeCursor(direction, [row.created_at.toISOString(), row.id]))
  return { items: page.items.map(summaryOf), nextCursor: page.nextCursor }
}
