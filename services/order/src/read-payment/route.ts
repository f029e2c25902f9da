// The long poll that a frontend uses between checkout and the hosted page, and after it.
import { AppError, orderApi } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import { findOrder } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { paymentViewOf } from '../payment-view.ts'
import { longPoll } from '../waiters.ts'

export const getPayment = route(orderApi.getPayment, (req, { db, waiters }: OrderDeps) => {
  const { orderId } = req.params
  return longPoll(waiters, { orderId, ...req.query, socket: req.raw.socket }, async () => {
    const row = await findOrder(db, sql`id = ${orderId} AND principal_id = ${req.principal.id}`)
    if (row === null) throw new AppError('not_found')
    const view = paymentViewOf(row)
    return { version: row.version, state: view.state, view }
  })
})
