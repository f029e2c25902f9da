// Shoppers read their own orders, operators all of them; lists page by keyset.
import { AppError, orderApi } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { listAll, listOwn } from '../db/order-list.ts'
import { findWhole, showOrder, showPage, showToOperator } from '../db/order-view.ts'
import type { OrderDeps } from '../deps.ts'
import { normalNumber } from '../order.ts'
import { longPoll } from '../waiters.ts'

export const listOrders = route(orderApi.listOrders, (req, { prisma }: OrderDeps) => {
  const { limit = 20, cursor } = req.query
  return listOwn(prisma, req.principal.id, { limit, cursor })
})

export const getOrder = route(orderApi.getOrder, (req, { db, waiters }: OrderDeps) => {
  const { orderId } = req.params
  return longPoll(waiters, { orderId, ...req.query, socket: req.raw.socket }, async () => {
    const whole = await findWhole(db, sql`id = ${orderId} AND principal_id = ${req.principal.id}`)
    if (whole === null) throw new AppError('not_found')
    return { version: whole.row.version, state: whole.row.status, view: showOrder(whole) }
  })
})

export const adminListOrders = route(orderApi.adminListOrders, (req, deps: OrderDeps) => {
  const { from, to, number, sort = '-createdAt', limit = 20, cursor, ...rest } = req.query
  const filter = {
    ...rest,
    number: number === undefined ? undefined : normalNumber(number),
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  }
  return listAll(deps, filter, sort === 'createdAt' ? 'asc' : 'desc', { limit, cursor })
})

export const adminGetOrder = route(orderApi.adminGetOrder, async (req, { db }: OrderDeps) => {
  const whole = await findWhole(db, sql`id = ${req.params.orderId}`)
  if (whole === null) throw new AppError('not_found')
  return showToOperator(whole)
})

/** For the gateway's order page, which has checked the ticket. */
export const internalOrder = route(orderApi.internalOrder, async (req, { db }: OrderDeps) => {
  const whole = await findWhole(db, sql`id = ${req.params.orderId}`)
  if (whole === null) throw new AppError('not_found')
  return showPage(whole)
})
