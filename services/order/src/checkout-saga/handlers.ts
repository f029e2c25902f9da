// Feeds the answers of catalog and payment to the saga, and keeps what changes no state: declines, reviews, disputes, refunds.
import { catalogEvents, paymentEvents } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import { type Message, on } from '@cartwright/messaging'
import { changeOrder, lockOrder } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { settleRefund } from '../refund-order/request-refund.ts'
import { checkoutSaga } from './effects.ts'
import type { Input } from './saga.ts'

const feed = async (tx: Tx, message: Message<{ orderId: string }>, input: Input, deps: OrderDeps): Promise<void> => {
  const { orderId } = message.data
  await checkoutSaga.feed(tx, orderId, input, message.data, deps)
  tx.afterCommit(() => deps.waiters.wake(orderId))
}

export const sagaHandlers = [
  on(catalogEvents.stockReserved, (tx, message, deps: OrderDeps) => feed(tx, message, 'stockReserved', deps)),
  on(catalogEvents.stockRejected, (tx, message, deps: OrderDeps) => feed(tx, message, message.data.rejected === 'reserve' ? 'stockRejected' : 'commitRejected', deps)),
  on(catalogEvents.stockCommitted, (tx, message, deps: OrderDeps) => feed(tx, message, 'stockCommitted', deps)),
  on(paymentEvents.sessionOpened, (tx, message, deps: OrderDeps) => feed(tx, message, 'sessionOpened', deps)),
  on(paymentEvents.succeeded, (tx, message, deps: OrderDeps) => feed(tx, message, 'paymentSucceeded', deps)),
  on(paymentEvents.failed, (tx, message, deps: OrderDeps) => feed(tx, message, 'paymentFailed', deps)),
  on(paymentEvents.expired, (tx, message, deps: OrderDeps) => feed(tx, message, 'paymentExpired', deps)),
]

export const paymentNews = [
  on(paymentEvents.attemptDeclined, async (tx, { data, at }, _: OrderDeps) => {
    await lockOrder(tx, data.orderId)
    await changeOrder(tx, data.orderId, sql`last_decline = ${JSON.stringify({ at: at.toISOString(), declineCode: data.declineCode })}`)
  }),
  on(paymentEvents.reviewRequired, async (tx, { data }, deps: OrderDeps) => {
    await lockOrder(tx, data.orderId)
    await changeOrder(tx, data.orderId, sql`payment_status = 'review'`)
    tx.afterCommit(() => deps.waiters.wake(data.orderId))
  }),
  on(paymentEvents.disputeOpened, async (tx, { data }, _: OrderDeps) => {
    await lockOrder(tx, data.orderId)
    await changeOrder(tx, data.orderId, sql`payment_status = 'disputed'`)
  }),
  on(paymentEvents.disputeClosed, async (tx, { data }, _: OrderDeps) => {
    await lockOrder(tx, data.orderId)
    await changeOrder(tx, data.orderId, sql`payment_status = 'paid'`)
  }),
  on(paymentEvents.refundSucceeded, (tx, { data }, _: OrderDeps) => settleRefund(tx, data, 'succeeded', data.origin)),
  on(paymentEvents.refundFailed, (tx, { data }, _: OrderDeps) => settleRefund(tx, data, 'failed', 'order')),
]
