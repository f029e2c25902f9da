// Customers ask for the return of shipped goods and look at their returns.
import { AppError, orderApi, orderEvents } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { returnLinesColumn } from '../../db/json-columns.ts'
import { findOrder, lockOrder } from '../../db/orders.ts'
import { insertReturn, listOfOrder, returnView } from '../../db/returns.ts'
import { route } from '../../deps.ts'
import { decideReturn } from './decide.ts'
import { deliveredAt, readSold, renewReturnStatus, returnedGoods } from './sold.ts'

const dayMs = 24 * 3_600_000

export const requestReturn = route(orderApi.requestReturn, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const order = await lockOrder(tx, request.params.orderId)
    if (order.principal_id !== request.principal.id) throw new AppError('not_found')
    const delivered = await deliveredAt(tx, order.id)
    const until = delivered === null ? null : new Date(delivered.getTime() + deps.config.returnDays * dayMs)
    const now = deps.clock.now()
    const lines = decideReturn(await readSold(tx, order), request.body.lines, { now, until })
    const row = await insertReturn(tx, {
      id: deps.newId('ret'),
      order_id: order.id,
      state: 'requested',
      return_lines: returnLinesColumn.stringify(lines),
      note: request.body.note ?? null,
      reject_reason: null,
      refund_id: null,
      created_at: now,
      updated_at: now,
    })
    await renewReturnStatus(tx, order)
    await publish(tx, orderEvents.returnRequested, returnedGoods(order, row))
    return returnView(row, order.number)
  }),
)

export const listReturns = route(orderApi.listReturns, async ({ request, deps: { db } }) => {
  const order = await findOrder(db, sql`id = ${request.params.orderId} AND principal_id = ${request.principal.id}`)
  if (order === null) throw new AppError('not_found')
  return { items: (await listOfOrder(db, order.id)).map((row) => returnView(row, order.number)) }
})
