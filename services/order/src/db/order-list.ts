// Lists of orders, read through Prisma. Ids are time-ordered, so a shopper's list pages by id; operators' lists page by time and id.
import type { Order } from '@cartwright/contracts'
import { money } from '@cartwright/contracts'
import { CursorError, decodeCursor, encodeCursor, pageOf, type Queryable } from '@cartwright/db'
import type { Prisma } from './generated/client.ts'
import { type SearchFilter, type SearchPage, searchOrders } from './order-search.ts'
import type { PrismaClient } from './prisma.ts'

const columns = {
  id: true,
  number: true,
  status: true,
  paymentStatus: true,
  fulfilmentStatus: true,
  refundStatus: true,
  cancelReason: true,
  email: true,
  totalMinor: true,
  currency: true,
  createdAt: true,
} as const satisfies Prisma.CustomerOrderSelect
type ListedOrder = Prisma.CustomerOrderGetPayload<{ select: typeof columns }>

// The columns hold only words of the contract: order is their only writer.
const summaryOf = (row: ListedOrder) => ({
  id: row.id,
  number: row.number,
  status: row.status as Order['status'],
  paymentStatus: row.paymentStatus as Order['paymentStatus'],
  fulfilmentStatus: row.fulfilmentStatus as Order['fulfilmentStatus'],
  refundStatus: row.refundStatus as Order['refundStatus'],
  cancelReason: row.cancelReason as Order['cancelReason'],
  email: row.email,
  total: money(Number(row.totalMinor), row.currency),
  createdAt: row.createdAt.toISOString(),
})

export interface Paging {
  limit: number
  cursor: string | undefined
}

/** One principal's orders, newest first. */
export const listOwn = async (prisma: PrismaClient, principalId: string, { limit, cursor }: Paging) => {
  const last = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const rows = await prisma.customerOrder.findMany({
    select: columns,
    where: { principalId, ...(last === undefined ? {} : { id: { lt: last } }) },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
  const page = pageOf(rows, limit, (row) => encodeCursor('-id', [row.id]))
  return { items: page.items.map(summaryOf), nextCursor: page.nextCursor }
}

/** Rows strictly behind a position. The first condition is implied by the second; it lets the index narrow the range. */
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

/** Without a text the table's indexes give the page; with one, the ids of the page are found first. */
const whereOf = async (
  db: Queryable,
  { q, from, to, ...equal }: SearchFilter & { q?: string | undefined },
  page: SearchPage,
): Promise<Prisma.CustomerOrderWhereInput> => {
  if (q !== undefined) return { id: { in: await searchOrders(db, q, { ...equal, from, to }, page) } }
  const createdAt = { ...(from === undefined ? {} : { gte: from }), ...(to === undefined ? {} : { lt: to }) }
  const given = Object.fromEntries(Object.entries(equal).filter(([, value]) => value !== undefined))
  return { AND: [{ ...given, createdAt }, page.last === null ? {} : behind(page.direction, page.last)] }
}

/** All orders that fit, by the time of their placement. */
export const listAll = async (
  stores: { prisma: PrismaClient; db: Queryable },
  filter: SearchFilter & { q?: string | undefined },
  direction: 'asc' | 'desc',
  { limit, cursor }: Paging,
) => {
  const last = cursor === undefined ? null : positionOf(direction, cursor)
  const rows = await stores.prisma.customerOrder.findMany({
    select: columns,
    where: await whereOf(stores.db, filter, { direction, last, take: limit + 1 }),
    orderBy: [{ createdAt: direction }, { id: direction }],
    take: limit + 1,
  })
  const page = pageOf(rows, limit, (row) => encodeCursor(direction, [row.createdAt.toISOString(), row.id]))
  return { items: page.items.map(summaryOf), nextCursor: page.nextCursor }
}
