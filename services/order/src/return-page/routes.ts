// What a shopper who comes back from the hosted payment page may see and do without a token: the payment's state, and a way out while nothing is paid.
import { AppError, type ReturnView, returnPageApi } from '@cartwright/contracts'
import { type Queryable, sql, type Tx } from '@cartwright/db'
import { answer, route } from '@cartwright/service-kit'
import { checkoutSaga, lockWithSaga } from '../checkout-saga/effects.ts'
import { readMessage } from '../db/order-view.ts'
import { changeOrder, findOrder, lockOrder, type OrderRow } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { stateRefusal } from '../order.ts'
import { paymentViewOf } from '../payment-view.ts'
import { isTicketFor, ticketKey } from '../return-ticket.ts'
import { longPoll } from '../waiters.ts'

/** A wrong ticket and an unknown order look the same. */
const assertTicket = ({ orderId, ticket }: { orderId: string; ticket: string }, { shared, clock }: OrderDeps): void => {
  if (!isTicketFor(ticketKey(shared.internalAuthSecret), orderId, ticket, clock.now())) throw new AppError('not_found')
}

const viewOf = async (db: Queryable, row: OrderRow): Promise<ReturnView> => ({
  number: row.number,
  ...paymentViewOf(row),
  message: await readMessage(db, row),
})

export const readReturn = route(returnPageApi.readReturn, (req, deps: OrderDeps) => {
  const { orderId, waitSec, known } = req.body
  assertTicket(req.body, deps)
  return longPoll(deps.waiters, { orderId, waitSec, known, socket: req.raw.socket }, async () => {
    const row = await findOrder(deps.db, sql`id = ${orderId}`)
    if (row === null) throw new AppError('not_found')
    const view = await viewOf(deps.db, row)
    return { version: row.version, state: view.state, view }
  })
})

/** The same question as a cancellation by the signed-in shopper. It can be asked again; a paid order is beyond this ticket. */
const askToCancel = async (tx: Tx, row: OrderRow, deps: OrderDeps): Promise<void> => {
  if (row.status === 'cancelled' || row.cancel_requested_at !== null) return
  if (row.status !== 'pending' || row.payment_status !== 'awaiting')
    throw stateRefusal(row, 'this order is paid: sign in to cancel it')
  changeOrder(tx, row, {
    cancel_requested_at: tx.dbNow,
    cancel_requested_by: row.principal_id,
    cancel_note: 'cancelled on the return page',
  })
  await checkoutSaga.feed(tx, row.id, 'cancelAsked', { by: row.principal_id }, deps)
}

export const cancelReturn = route(returnPageApi.cancelReturn, async (req, deps: OrderDeps) => {
  const { orderId } = req.body
  assertTicket(req.body, deps)
  const view = await deps.db.tx(async (tx) => {
    const row = await lockWithSaga(tx, orderId)
    await askToCancel(tx, row, deps)
    tx.afterCommit(() => deps.waiters.wake(orderId))
    return viewOf(tx, await lockOrder(tx, orderId))
  })
  return answer(202, view)
})
