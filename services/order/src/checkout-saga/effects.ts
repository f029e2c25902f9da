// What the saga's effects do: columns of the order and events for the others, in the transaction of the step.
import { type DataOf, type Money, money, orderEvents, type paymentEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { type EffectContext, type Effects, publish, runSaga } from '@cartwright/messaging'
import {
  cancelledFrom,
  changeOrder,
  linesOf,
  lockOrder,
  mailOf,
  moveOrder,
  type OrderRow,
  stockOf,
  totalsOfRow,
} from '../db/orders.ts'
import { cancellation, requestRefund } from '../db/refunds.ts'
import type { OrderDeps } from '../deps.ts'
import { checkout, type Effect, type Input, type State } from './saga.ts'

type Context = EffectContext<OrderDeps>
type Reason = NonNullable<OrderRow['cancel_reason']>

/** What the hosted page lists. Anything besides goods is one line more, so that the sum is the total. */
const chargesOf = (row: OrderRow) => {
  const goods = linesOf(row).map((line) => ({ name: line.name, quantity: line.quantity, unitAmount: line.unitPrice }))
  const rest = row.total_minor - row.subtotal_minor
  return rest > 0
    ? [...goods, { name: 'Shipping, tax and discounts', quantity: 1, unitAmount: money(rest, row.currency) }]
    : goods
}

/** The event that asks catalog to hold an order's stock; place-order sends the first one. */
export const stockRequestOf = (row: OrderRow): DataOf<typeof orderEvents.stockRequested> => {
  const { ids, lines } = stockOf(row)
  return { ...ids, lines, holdUntil: row.hold_until.toISOString() }
}

/** An input without data is a deadline's: the request is sent again because its answer is late. */
const countRepeats = ({ input, deps }: Context, request: string): void => {
  if (input === undefined) deps.askedAgain.inc({ request })
}

const wakePolls = (tx: Tx, { id, deps }: Context): void => tx.afterCommit(() => deps.waiters.wake(id))

/** A payment that had its own end keeps it; one that nobody wants any more is cancelled; money that came stays `paid` or in `review`. */
const paymentStatusAfter = (row: OrderRow, why: Reason): OrderRow['payment_status'] => {
  if (row.payment_status !== 'awaiting') return row.payment_status
  if (why === 'payment_failed') return 'failed'
  return why === 'payment_expired' ? 'expired' : 'cancelled'
}

/** @param reason null: whoever asked for it is the reason */
const cancelWith =
  (reason: Reason | null) =>
  async (tx: Tx, context: Context): Promise<void> => {
    const row = await lockOrder(tx, context.id)
    const asked = row.cancel_requested_by === row.principal_id ? 'customer' : 'operator'
    const why: Reason = reason ?? asked
    const by =
      reason === null
        ? { reason: row.cancel_note ?? why, actor: row.cancel_requested_by ?? 'order' }
        : { reason: why, actor: 'order' }
    const payment = paymentStatusAfter(row, why)
    await moveOrder(tx, row, 'cancelled', by)
    const paid = row.captured_minor > 0
    changeOrder(tx, row, { cancel_reason: why, payment_status: payment, pay_url: null, cart_restored: Number(!paid) })
    await publish(tx, orderEvents.cancelled, cancelledFrom(row, why, paid))
    wakePolls(tx, context)
    tx.afterCommit(() => context.deps.outcomes.inc({ outcome: why }))
  }

const stockEffects = {
  requestStock: async (tx: Tx, context: Context) => {
    countRepeats(context, 'stock')
    await publish(tx, orderEvents.stockRequested, stockRequestOf(await lockOrder(tx, context.id)))
  },
  releaseStock: async (tx: Tx, { id }: Context) => {
    const { ids } = stockOf(await lockOrder(tx, id))
    await publish(tx, orderEvents.stockReleaseRequested, { ...ids, reason: 'the order does not go on' })
  },
  commitStock: async (tx: Tx, context: Context) => {
    countRepeats(context, 'commit')
    const { ids, lines } = stockOf(await lockOrder(tx, context.id))
    await publish(tx, orderEvents.stockCommitRequested, { ...ids, lines })
  },
  returnStock: async (tx: Tx, { id }: Context) => {
    const row = await lockOrder(tx, id)
    if (!row.cancel_restock) return
    const { ids, lines } = stockOf(row)
    await publish(tx, orderEvents.stockReturnRequested, { ...ids, returnId: `cancel:${id}`, lines, reason: 'order cancelled' })
  },
}

/**
 * Money is recorded as it came, also for an order that is cancelled by then: `paid` is what happened, the refund says that it went back.
 * A dispute that is known already stays.
 */
const recordMoney = async (tx: Tx, context: Context, status: 'paid' | 'review', amount: Money): Promise<void> => {
  const row = await lockOrder(tx, context.id)
  const next = row.payment_status === 'disputed' ? 'disputed' : status
  changeOrder(tx, row, { payment_status: next, captured_minor: amount.amountMinor, pay_url: null })
  wakePolls(tx, context)
}

const paymentEffects = {
  requestPayment: async (tx: Tx, { id }: Context) => {
    const row = await lockOrder(tx, id)
    await publish(tx, orderEvents.paymentRequested, {
      ...mailOf(row),
      attempt: 1,
      amount: money(row.total_minor, row.currency),
      charges: chargesOf(row),
      successUrl: row.success_url,
      cancelUrl: row.cancel_url,
      holdUntil: row.hold_until.toISOString(),
    })
  },
  requestExpiry: async (tx: Tx, context: Context) => {
    const row = await lockOrder(tx, context.id)
    const asked = row.cancel_requested_by === row.principal_id ? 'customer' : 'operator'
    await publish(tx, orderEvents.paymentExpiryRequested, {
      orderId: row.id,
      why: row.cancel_requested_at === null ? 'deadline' : asked,
    })
  },
  rememberUrl: async (tx: Tx, context: Context) => {
    const opened = context.input as DataOf<typeof paymentEvents.sessionOpened>
    const expiresAt = new Date(opened.expiresAt)
    const row = await lockOrder(tx, context.id)
    changeOrder(tx, row, { pay_url: opened.url, pay_expires_at: expiresAt })
    context.setDeadline(new Date(expiresAt.getTime() + context.deps.config.graceSec * 1000))
    wakePolls(tx, context)
  },
  markPaid: (tx: Tx, context: Context) =>
    recordMoney(tx, context, 'paid', (context.input as DataOf<typeof paymentEvents.succeeded>).amount),
  // The minor units that came, though the currency may be another one: a refund gives back exactly those.
  markReview: (tx: Tx, context: Context) =>
    recordMoney(tx, context, 'review', (context.input as DataOf<typeof paymentEvents.reviewRequired>).got),
  refundAll: async (tx: Tx, { id, deps }: Context) => {
    await requestRefund(tx, await lockOrder(tx, id), { ...cancellation, newId: deps.newId })
  },
}

const effects: Effects<Effect, OrderDeps> = {
  ...stockEffects,
  ...paymentEffects,
  confirm: async (tx, context) => {
    const row = await lockOrder(tx, context.id)
    await moveOrder(tx, row, 'processing', { reason: 'paid', actor: 'order' })
    await publish(tx, orderEvents.confirmed, { ...mailOf(row), lines: linesOf(row), totals: totalsOfRow(row) })
    wakePolls(tx, context)
    tx.afterCommit(() => context.deps.outcomes.inc({ outcome: 'confirmed' }))
  },
  cancelOutOfStock: cancelWith('out_of_stock'),
  cancelReservationTimeout: cancelWith('reservation_timeout'),
  cancelPaymentFailed: cancelWith('payment_failed'),
  cancelPaymentExpired: cancelWith('payment_expired'),
  cancelByRequest: cancelWith(null),
}

const patience = (state: State, { config }: OrderDeps): number | undefined => {
  const seconds: Partial<Record<State, number>> = {
    reserving: config.reserveTimeoutSec,
    opening: config.sessionTimeoutSec,
    paying: config.payingTimeoutSec,
    expiring: config.expiryTimeoutSec,
    cancelling: config.expiryTimeoutSec,
    committing: config.commitTimeoutSec,
    withdrawing: config.commitTimeoutSec,
  }
  return seconds[state]
}

/** The checkout saga, ready to run. Its row is locked before the order's, everywhere: two locks, one order. */
export const checkoutSaga = runSaga<State, Input, Effect, OrderDeps>(checkout, effects, patience)

/** Locks an order after its saga. @throws AppError not_found */
export const lockWithSaga = async (tx: Tx, orderId: string): Promise<OrderRow> => {
  await checkoutSaga.lockState(tx, orderId)
  return lockOrder(tx, orderId)
}
