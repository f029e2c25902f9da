// Routes that read orders: shoppers their own, operators all; lists use keyset paging.
import { AppError, chooseLocale, orderApi } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { listAll, listOwn } from '../../db/order-list.ts'
import { findWhole } from '../../db/whole-order.ts'
import { route } from '../../deps.ts'
import { longPoll } from '../../domain/long-poll.ts'
import { normalNumber } from '../../domain/order.ts'
import { showOrder, showPage, showToOperator } from '../../domain/order-view.ts'

export const listOrders = route(orderApi.listOrders, ({ request, deps: { db } }) => {
  const { limit = 20, cursor } = request.query
  return listOwn(db, request.principal.id, { limit, cursor })
})

export const getOrder = route(orderApi.getOrder, ({ request, deps }) => {
  const { orderId } = request.params
  return longPoll(deps.orderChanges, { orderId, ...request.query, socket: request.raw.socket }, async () => {
    const whole = await findWhole(deps.db, sql`id = ${orderId} AND principal_id = ${request.principal.id}`)
    if (whole === null) throw new AppError('not_found')
    return { version: whole.row.version, state: whole.row.status, view: showOrder(whole, deps) }
  })
})

export const adminListOrders = route(orderApi.adminListOrders, ({ request, deps }) => {
  const { from, to, number, sort = '-createdAt', limit = 20, cursor, ...rest } = request.query
  const filter = {
    ...rest,
    number: number === undefined ? undefined : normalNumber(number),
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  }
  return listAll(deps, filter, sort === 'createdAt' ? 'asc' : 'desc', { limit, cursor })
})

export const adminGetOrder = route(orderApi.adminGetOrder, async ({ request, deps }) => {
  const whole = await findWhole(deps.db, sql`id = ${request.params.orderId}`)
  if (whole === null) throw new AppError('not_found')
  return showToOperator(whole, deps)
})

/** For the gateway's order page; the gateway has checked the caller. */
export const internalOrder = route(orderApi.internalOrder, async ({ request, deps }) => {
  const whole = await findWhole(deps.db, sql`id = ${request.params.orderId}`)
  if (whole === null) throw new AppError('not_found')
  return showPage(whole, chooseLocale([request.query.locale, whole.row.locale], deps.shared.locale), deps)
})
