// Shoppers read their own orders, operators all of them; lists page by keyset.
import { AppError, type Endpoint, money, orderApi } from '@cartwright/contracts'
import { after, decodeCursor, encodeCursor, orderBy, pageOf, type Sql, sql, where } from '@cartwright/db'
import { parseTraceparent } from '@cartwright/messaging'
import { route } from '@cartwright/service-kit'
import { findOrder, type OrderRow, viewOrder } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'

const summaryOf = (row: OrderRow) => ({
  id: row.id, number: row.number, status: row.status, paymentStatus: row.payment_status, fulfilmentStatus: row.fulfilment_status, refundStatus: row.refund_status,
  cancelReason: row.cancel_reason, email: row.email, total: money(row.total_minor, row.currency), createdAt: row.created_at.toISOString(),
})

const pageOfOrders = async (deps: OrderDeps, conditions: (Sql | false)[], descending: boolean, limit: number, cursor: string | undefined) => {
  const keys = [{ column: 'id', descending }]
  const name = descending ? '-id' : 'id'
  const rows = await deps.db.rows<OrderRow>`SELECT * FROM customer_order WHERE ${where([...conditions, cursor !== undefined && after(keys, decodeCursor(name, cursor, 1))])}
    ORDER BY ${orderBy(keys)} LIMIT ${limit + 1}`
  const page = pageOf(rows, limit, (last) => encodeCursor(name, [last.id]))
  return { items: page.items.map(summaryOf), nextCursor: page.nextCursor }
}

export const listOrders = route(orderApi.listOrders, (req, deps: OrderDeps) =>
  pageOfOrders(deps, [sql`principal_id = ${req.principal.id}`], true, req.query.limit ?? 20, req.query.cursor),
)

export const getOrder = route(orderApi.getOrder, async (req, deps: OrderDeps) => {
  const row = await findOrder(deps.db, sql`id = ${req.params.orderId} AND principal_id = ${req.principal.id}`)
  if (row === null) throw new AppError('not_found')
  return viewOrder(deps.db, row)
})

// Order ids are time-ordered, so the id is the order of placement.
export const adminListOrders = route(orderApi.adminListOrders, (req, deps: OrderDeps) => {
  const { status, paymentStatus, email, from, to, sort = '-createdAt', limit = 20, cursor } = req.query
  const conditions = [
    status !== undefined && sql`status = ${status}`,
    paymentStatus !== undefined && sql`payment_status = ${paymentStatus}`,
    email !== undefined && sql`email = ${email}`,
    from !== undefined && sql`created_at >= ${new Date(from)}`,
    to !== undefined && sql`created_at < ${new Date(to)}`,
  ]
  return pageOfOrders(deps, conditions, sort.startsWith('-'), limit, cursor)
})

export const adminGetOrder = route(orderApi.adminGetOrder, async (req, deps: OrderDeps) => {
  const row = await findOrder(deps.db, sql`id = ${req.params.orderId}`)
  if (row === null) throw new AppError('not_found')
  return viewOrder(deps.db, row)
})

interface SagaRow {
  state: string
  tries: number
  deadline_at: Date | null
  headers: string
  started_at: Date
  updated_at: Date
}

export const getSaga = route(orderApi.getSaga satisfies Endpoint, async (req, deps: OrderDeps) => {
  const { orderId } = req.params
  const row = await deps.db.one<SagaRow>`SELECT state, tries, deadline_at, headers, started_at, updated_at FROM saga_instance WHERE saga = 'checkout' AND id = ${orderId}`
  if (row === null) throw new AppError('not_found')
  const events = await deps.db.rows<{ event_type: string; occurred_at: Date }>`SELECT event_type, occurred_at FROM outbox_event WHERE aggregate_type = 'order' AND aggregate_id = ${orderId} ORDER BY id`
  const { traceparent } = JSON.parse(row.headers) as { traceparent: string }
  return {
    orderId, state: row.state, tries: row.tries, deadlineAt: row.deadline_at?.toISOString() ?? null, traceId: parseTraceparent(traceparent)?.traceId ?? '', startedAt: row.started_at.toISOString(),
    updatedAt: row.updated_at.toISOString(), events: events.map((event) => ({ type: event.event_type, at: event.occurred_at.toISOString(), direction: 'sent' as const })),
  }
})
