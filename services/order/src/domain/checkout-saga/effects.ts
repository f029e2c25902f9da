// Effects of the checkout saga: they change columns of the order and publish events, in the transaction of the step.
import { type DataOf, type Money, money, orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { type EffectContext, publish, runSaga } from '@cartwright/messaging'
import { addDue } from '../../db/invoices.ts'
import {
  cancelledFrom,
  changeOrder,
  linesOf,
  lockOrder,
  mailOf,
  type OrderRow,
  priceDetailsOf,
  pricedOf,
  stockOf,
  totalsOfRow,
} from '../../db/orders.ts'
import { giveBackUses } from '../../db/promotion-uses.ts'
import type { OrderDeps } from '../../deps.ts'
import { chargesOf } from '../charges.ts'
import { cancellation, requestRefund } from '../refunds.ts'
import { transitionOrder } from '../transition.ts'
import { checkout } from './saga.ts'

/** The context of an effect. `Data` is what the effect reads of its event. */
type Context<Data = unknown> = EffectContext<Data, OrderDeps>
type Reason = NonNullable<OrderRow['cancel_reason']>

/** The event that requests the stock of an order; place-order publishes the first one. */
export const stockRequestOf = (row: OrderRow): DataOf<typeof orderEvents.stockRequested> => {
  const { ids, lines } = stockOf(row)
  return { ...ids, lines, holdUntil: row.hold_until.toISOString() }
}

/** Counts requests that are repeated at a deadline. */
const countRepeats = ({ input, deps }: Context, request: string): void => {
  if (input === 'timedOut') deps.counters.repeatedRequests.inc({ request })
}

const notifyPolls = ({ tx, id, deps }: Context): void => tx.afterCommit(() => deps.orderChanges.notify(id))

/** The payment status of a cancelled order: a finished payment keeps its status, an awaited one follows the reason. */
const paymentStatusAfter = (row: OrderRow, why: Reason): OrderRow['payment_status'] => {
  if (row.payment_status !== 'awaiting') return row.payment_status
  if (why === 'payment_failed') return 'failed'
  return why === 'payment_expired' ? 'expired' : 'cancelled'
}

/** @param reason null: the requester, customer or operator, is the reason */
const cancelWith =
  (reason: Reason | null) =>
  async (context: Context): Promise<void> => {
    const { tx } = context
    const row = await lockOrder(tx, context.id)
    const requestedBy = row.cancel_requested_by === row.principal_id ? 'customer' : 'operator'
    const why: Reason = reason ?? requestedBy
    const by =
      reason === null
        ? { reason: row.cancel_note ?? why, actor: row.cancel_requested_by ?? 'order' }
        : { reason: why, actor: 'order' }
    const payment = paymentStatusAfter(row, why)
    const cancelled = await transitionOrder(tx, row, 'cancelled', by)
    const paid = row.captured_minor > 0
    if (!paid) await giveBackUses(tx, row.id)
    const changes = { cancel_reason: why, payment_status: payment, pay_url: null, cart_restored: paid ? 0 : 1 } as const
    await publish(tx, orderEvents.cancelled, cancelledFrom(await changeOrder(tx, cancelled, changes), why, paid))
    notifyPolls(context)
    tx.afterCommit(() => context.deps.counters.outcomes.inc({ outcome: why }))
  }

const stockEffects = {
  requestStock: async (context: Context) => {
    countRepeats(context, 'stock')
    await publish(context.tx, orderEvents.stockRequested, stockRequestOf(await lockOrder(context.tx, context.id)))
  },
  releaseStock: async ({ tx, id }: Context) => {
    const { ids } = stockOf(await lockOrder(tx, id))
    await publish(tx, orderEvents.stockReleaseRequested, { ...ids, reason: 'the order does not go on' })
  },
  commitStock: async (context: Context) => {
    countRepeats(context, 'commit')
    const { ids, lines } = stockOf(await lockOrder(context.tx, context.id))
    await publish(context.tx, orderEvents.stockCommitRequested, { ...ids, lines })
  },
  returnStock: async ({ tx, id }: Context) => {
    const row = await lockOrder(tx, id)
    if (!row.cancel_restock) return
    const { ids, lines } = stockOf(row)
    await publish(tx, orderEvents.stockReturnRequested, { ...ids, returnId: `cancel:${id}`, lines, reason: 'order cancelled' })
  },
}

/**
 * Records captured money, also for a cancelled order: it stays `paid`, and its refund is recorded separately. An order that is already
 * disputed stays `disputed`.
 */
const recordMoney = async (context: Context, status: 'paid' | 'review', amount: Money): Promise<void> => {
  const { tx, id } = context
  const row = await lockOrder(tx, id)
  const next = row.payment_status === 'disputed' ? 'disputed' : status
  await changeOrder(tx, row, { payment_status: next, captured_minor: amount.amountMinor, pay_url: null })
  notifyPolls(context)
}

const paymentEffects = {
  requestPayment: async ({ tx, id }: Context) => {
    const row = await lockOrder(tx, id)
    await publish(tx, orderEvents.paymentRequested, {
      ...mailOf(row),
      attempt: 1,
      amount: money(row.total_minor, row.currency),
      charges: chargesOf({ lines: linesOf(row), ...totalsOfRow(row), ...priceDetailsOf(row) }, row.locale),
      successUrl: row.success_url,
      cancelUrl: row.cancel_url,
      holdUntil: row.hold_until.toISOString(),
    })
  },
  requestExpiry: async ({ tx, id }: Context) => {
    const row = await lockOrder(tx, id)
    const requestedBy = row.cancel_requested_by === row.principal_id ? 'customer' : 'operator'
    await publish(tx, orderEvents.paymentExpiryRequested, {
      orderId: row.id,
      why: row.cancel_requested_at === null ? 'deadline' : requestedBy,
    })
  },
  rememberUrl: async (context: Context<{ url: string; expiresAt: string }>) => {
    const { tx, id, data } = context
    const expiresAt = new Date(data.expiresAt)
    const row = await lockOrder(tx, id)
    await changeOrder(tx, row, { pay_url: data.url, pay_expires_at: expiresAt })
    context.setDeadline(new Date(expiresAt.getTime() + context.deps.config.graceSec * 1000))
    notifyPolls(context)
  },
  markPaid: (context: Context<{ amount: Money }>) => recordMoney(context, 'paid', context.data.amount),
  // Records the captured minor units even in another currency: the refund returns exactly these.
  markReview: (context: Context<{ got: Money }>) => recordMoney(context, 'review', context.data.got),
  refundAll: async ({ tx, id, deps }: Context) => {
    await requestRefund(tx, await lockOrder(tx, id), { ...cancellation, newId: deps.newId })
  },
}

const effects = {
  ...stockEffects,
  ...paymentEffects,
  confirm: async (context: Context) => {
    const { tx } = context
    const row = await lockOrder(tx, context.id)
    const isFree = row.payment_status === 'not_required'
    await transitionOrder(tx, row, 'processing', { reason: isFree ? 'nothing to pay' : 'paid', actor: 'order' })
    // An invoice charges for something: a free order has none.
    if (!isFree) addDue(tx, row.id, 'invoice')
    await publish(tx, orderEvents.confirmed, { ...mailOf(row), ...pricedOf(row) })
    notifyPolls(context)
    const { outcomes, revenue } = context.deps.counters
    tx.afterCommit(() => {
      outcomes.inc({ outcome: 'confirmed' })
      revenue.inc({ currency: row.currency }, row.total_minor)
    })
  },
  cancelOutOfStock: cancelWith('out_of_stock'),
  cancelReservationTimeout: cancelWith('reservation_timeout'),
  cancelPaymentFailed: cancelWith('payment_failed'),
  cancelPaymentExpired: cancelWith('payment_expired'),
  cancelByRequest: cancelWith(null),
}

/** Runner of the checkout saga. Lock order: saga row first, then the order row. */
export const checkoutSaga = runSaga<typeof checkout, OrderDeps>(checkout, effects)

/** Locks the saga row and then the order row. @throws AppError not_found */
export const lockWithSaga = async (tx: Tx, orderId: string): Promise<OrderRow> => {
  await checkoutSaga.lockState(tx, orderId)
  return lockOrder(tx, orderId)
}
