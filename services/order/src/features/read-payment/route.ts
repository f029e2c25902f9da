// Long poll of the payment, which frontends use before and after the hosted payment page.
import { AppError, orderApi } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { findOrder } from '../../db/orders.ts'
import { route } from '../../deps.ts'
import { longPoll } from '../../domain/long-poll.ts'
import { paymentViewOf } from '../../domain/payment-view.ts'

export const getPayment = route(orderApi.getPayment, ({ request, deps: { db, orderChanges } }) => {
  const { orderId } = request.params
  return longPoll(orderChanges, { orderId, ...request.query, socket: request.raw.socket }, async () => {
    const row = await findOrder(db, sql`id = ${orderId} AND principal_id = ${request.principal.id}`)
    if (row === null) throw new AppError('not_found')
    const view = paymentViewOf(row)
    return { version: row.version, state: view.state, view }
  })
})
