// Return page routes: with a ticket instead of a token, a shopper reads the payment's state and cancels an unpaid order.
import { AppError, acceptedLocales, chooseLocale, type ReturnView, returnPageApi } from '@cartwright/contracts'
import { type Queryable, sql, type Tx } from '@cartwright/db'
import { reply } from '@cartwright/service-kit'
import { changeOrder, findOrder, lockOrder, type OrderRow } from '../../db/orders.ts'
import { type OrderDeps, route } from '../../deps.ts'
import { checkoutSaga, lockWithSaga } from '../../domain/checkout-saga/effects.ts'
import { longPoll } from '../../domain/long-poll.ts'
import { stateRefusal } from '../../domain/order.ts'
import { readMessage } from '../../domain/order-view.ts'
import { paymentViewOf } from '../../domain/payment-view.ts'
import { isTicketFor, ticketKey } from '../../domain/return-ticket.ts'

/** An invalid ticket and an unknown order give the same error. */
const assertTicket = ({ orderId, ticket }: { orderId: string; ticket: string }, { shared, clock }: OrderDeps): void => {
  if (!isTicketFor(ticketKey(shared.internalAuthSecret), orderId, ticket, clock.now())) throw new AppError('not_found')
}

/** The view in the language of the page, else in that of the order. */
const viewOf = async (db: Queryable, row: OrderRow, accepted: string | undefined, shopLocale: string): Promise<ReturnView> => ({
  number: row.number,
  ...paymentViewOf(row),
  message: await readMessage(db, row, chooseLocale([...acceptedLocales(accepted), row.locale], shopLocale)),
})

export const readReturn = route(returnPageApi.readReturn, ({ request, deps }) => {
  const { orderId, waitSec, known } = request.body
  assertTicket(request.body, deps)
  return longPoll(deps.orderChanges, { orderId, waitSec, known, socket: request.raw.socket }, async () => {
    const row = await findOrder(deps.db, sql`id = ${orderId}`)
    if (row === null) throw new AppError('not_found')
    const view = await viewOf(deps.db, row, request.headers['accept-language'], deps.shared.locale)
    return { version: row.version, state: view.state, view }
  })
})

/** Requests the same cancellation as a signed-in shopper. Repeats are no-ops; a paid order cannot be cancelled with a ticket. */
const requestCancellation = async (tx: Tx, row: OrderRow, deps: OrderDeps): Promise<void> => {
  if (row.status === 'cancelled' || row.cancel_requested_at !== null) return
  if (row.status !== 'pending' || (row.payment_status !== 'awaiting' && row.payment_status !== 'not_required'))
    throw stateRefusal(row, 'this order is paid: sign in to cancel it')
  await changeOrder(tx, row, {
    cancel_requested_at: tx.dbNow,
    cancel_requested_by: row.principal_id,
    cancel_note: 'cancelled on the return page',
  })
  await checkoutSaga.feed(tx, row.id, 'cancelAsked', undefined, deps)
}

export const cancelReturn = route(returnPageApi.cancelReturn, async ({ request, deps }) => {
  const { orderId } = request.body
  assertTicket(request.body, deps)
  const view = await deps.db.tx(async (tx) => {
    const row = await lockWithSaga(tx, orderId)
    await requestCancellation(tx, row, deps)
    tx.afterCommit(() => deps.orderChanges.notify(orderId))
    return viewOf(tx, await lockOrder(tx, orderId), request.headers['accept-language'], deps.shared.locale)
  })
  return reply(202, view)
})
