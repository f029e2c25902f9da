// Stream of an order for its shopper: order and payment as they are, and again at every change on any replica.
import { AppError, orderApi } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { type EventStream, isStillAuthorized } from '@cartwright/service-kit'
import { findWhole, type WholeOrder } from '../../db/whole-order.ts'
import { type OrderDeps, route } from '../../deps.ts'
import type { Subscription } from '../../domain/long-poll.ts'
import { showOrder } from '../../domain/order-view.ts'
import { paymentViewOf } from '../../domain/payment-view.ts'
import { dueEvents, eventIds, type Sent } from './decide.ts'

/** Longer than a stream lives. */
const waitMs = 900_000

/** Sends what the client lacks. @returns what it has then */
const sendDue = (stream: EventStream, sent: Sent, whole: WholeOrder, deps: OrderDeps): Sent => {
  const { version } = whole.row
  const ids = eventIds(version)
  const view = paymentViewOf(whole.row)
  const payment = JSON.stringify(view)
  const due = dueEvents(sent, version, payment)
  if (due.order) stream.send({ event: 'order', id: ids.order, data: showOrder(whole, deps) })
  if (due.payment) stream.send({ event: 'payment', id: ids.payment, data: view })
  return { id: due.payment ? ids.payment : Math.max(sent.id ?? 0, ids.order), payment }
}

const follow = async (
  stream: EventStream,
  subscription: Subscription,
  first: WholeOrder,
  read: () => Promise<WholeOrder | null>,
  deps: OrderDeps,
): Promise<void> => {
  let sent: Sent = { id: stream.lastEventId, payment: null }
  for (let whole: WholeOrder | null = first; stream.isOpen; whole = await read()) {
    if (whole === null) return stream.end('gone')
    sent = sendDue(stream, sent, whole, deps)
    await subscription.changed(whole.row.version, waitMs)
  }
}

export const streamOrder = route(orderApi.streamOrder, async ({ request, fastifyReply, deps }) => {
  const { principal, params, method, headers } = request
  const { orderId } = params
  const { log, orderChanges, eventStreams, verifyAccess } = deps
  const read = () => findWhole(deps.db, sql`id = ${orderId} AND principal_id = ${principal.id}`)
  // Before the first read, so that no change falls between them.
  const subscription = orderChanges.subscribe(orderId)
  try {
    const first = await read()
    if (first === null) throw new AppError('not_found')
    const stream = eventStreams.open({
      request: { method, headers },
      fastifyReply,
      caller: principal.id,
      isAllowed: () => isStillAuthorized({ headers }, verifyAccess, orderId),
    })
    stream.onEnd(subscription.close)
    follow(stream, subscription, first, read, deps).catch((error: unknown) => {
      log.warn({ err: error }, 'streams: an order cannot be read, its stream ends; check the database')
      stream.end('failed')
    })
  } catch (error) {
    subscription.close()
    throw error
  }
})
