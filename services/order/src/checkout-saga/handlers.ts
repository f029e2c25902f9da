// Feeds the answers of catalog and payment to the saga, and keeps what changes no state: declines, disputes, refunds.
import { AppError, catalogEvents, type DataOf, type EventContract, paymentEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { type Message, on } from '@cartwright/messaging'
import { changeOrder, lockAhead, lockOrder } from '../db/orders.ts'
import { cancellation, requestRefund, settleRefund } from '../db/refunds.ts'
import type { OrderDeps } from '../deps.ts'
import { type Dispute, disputedMinor, disputesIn, withNews } from '../disputes.ts'
import { checkoutSaga } from './effects.ts'
import type { Input } from './saga.ts'

const feeds = <E extends EventContract>(event: E, inputOf: (data: DataOf<E>) => Input | null) =>
  on(event, async (tx, message, deps: OrderDeps) => {
    const input = inputOf(message.data)
    if (input === null) return checkoutSaga.note(tx, message.key, message.type)
    const fed = checkoutSaga.feed(tx, message.key, input, message.data, deps)
    // Behind the saga's row, as everywhere; nearly every step asks for it.
    lockAhead(tx, message.key)
    const state = await fed
    // News of a checkout that nobody knows is for an operator to see: it may be about money.
    if (state === null && (await checkoutSaga.lockState(tx, message.key)) === null)
      throw new AppError('not_found', `no checkout ${message.key}`)
  })

export const sagaHandlers = [
  feeds(catalogEvents.stockReserved, () => 'stockReserved'),
  feeds(catalogEvents.stockRejected, ({ rejected }) => (rejected === 'reserve' ? 'stockRejected' : 'commitRejected')),
  feeds(catalogEvents.stockCommitted, () => 'stockCommitted'),
  // A release that order asked for changes nothing; a hold that lapsed is a deadline.
  feeds(catalogEvents.stockReleased, ({ reason }) => (reason === 'lapsed' ? 'stockLapsed' : null)),
  feeds(catalogEvents.stockReturned, () => null),
  feeds(paymentEvents.sessionOpened, () => 'sessionOpened'),
  feeds(paymentEvents.succeeded, () => 'paymentSucceeded'),
  feeds(paymentEvents.failed, () => 'paymentFailed'),
  feeds(paymentEvents.expired, () => 'paymentExpired'),
  feeds(paymentEvents.reviewRequired, () => 'paymentReviewed'),
]

/** What payment tells besides: written down for the inspector, then applied under the order's lock. */
const news = <E extends EventContract>(
  event: E,
  apply: (tx: Tx, message: Message<DataOf<E>>, deps: OrderDeps) => Promise<void>,
) =>
  on(event, async (tx, message, deps: OrderDeps) => {
    await checkoutSaga.note(tx, message.key, message.type)
    await apply(tx, message, deps)
  })

const disputed = async (
  tx: Tx,
  data: DataOf<typeof paymentEvents.disputeOpened | typeof paymentEvents.disputeClosed>,
  { newId }: OrderDeps,
) => {
  const row = await lockOrder(tx, data.orderId)
  const latest: Dispute = {
    id: data.disputeId,
    amount: data.amount,
    reason: 'reason' in data ? data.reason : '',
    dueAt: 'dueAt' in data ? data.dueAt : null,
    outcome: 'outcome' in data ? data.outcome : null,
  }
  const disputes = withNews(disputesIn(row.disputes), latest)
  // A lost dispute stays `disputed`: the money is gone, and no refund could give it back a second time.
  const status = disputedMinor(disputes) > 0 ? 'disputed' : 'paid'
  changeOrder(tx, row, { payment_status: status, disputes: JSON.stringify(disputes) })
  // What could not be given back while the bank had it.
  if (latest.outcome === 'won' && row.status === 'cancelled')
    await requestRefund(tx, row, { ...cancellation, cause: `${cancellation.cause}:${latest.id}`, newId })
}

/** Money of another amount that somebody gave back at the provider: nothing is left for an operator to decide. */
const endReview = async (tx: Tx, orderId: string, deps: OrderDeps): Promise<void> => {
  const row = await lockOrder(tx, orderId)
  if (row.status !== 'pending' || row.payment_status !== 'review' || row.refund_status !== 'full') return
  changeOrder(tx, row, { cancel_requested_at: tx.dbNow, cancel_note: 'the money was given back at the payment provider' })
  await checkoutSaga.feed(tx, orderId, 'cancelAsked', {}, deps)
}

export const paymentNews = [
  news(paymentEvents.attemptDeclined, async (tx, { data, at }) => {
    const row = await lockOrder(tx, data.orderId)
    changeOrder(tx, row, { last_decline: JSON.stringify({ at: at.toISOString(), declineCode: data.declineCode }) })
  }),
  news(paymentEvents.disputeOpened, (tx, { data }, deps) => disputed(tx, data, deps)),
  news(paymentEvents.disputeClosed, (tx, { data }, deps) => disputed(tx, data, deps)),
  news(paymentEvents.refundSucceeded, async (tx, { data }, deps) => {
    await settleRefund(tx, data, 'succeeded', data.origin, deps.newId)
    await endReview(tx, data.orderId, deps)
  }),
  news(paymentEvents.refundFailed, (tx, { data }, { newId }) => settleRefund(tx, data, 'failed', 'order', newId)),
]
