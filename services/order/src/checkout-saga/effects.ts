// What the saga's effects do: columns of the order and events for the others, in the transaction of the step.
import { type DataOf, money, orderEvents, type paymentEvents } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import { type EffectContext, type Effects, publish, runSaga } from '@cartwright/messaging'
import { changeOrder, linesOf, lockOrder, mailOf, moveOrder, type OrderRow, totalsOfRow } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { requestRefund } from '../refund-order/request-refund.ts'
import { checkout, type Effect, type Input, type State } from './saga.ts'

type Context = EffectContext<OrderDeps>
type Reason = NonNullable<OrderRow['cancel_reason']>

const stockLines = (row: OrderRow) => linesOf(row).map(({ sku, quantity }) => ({ sku, quantity }))
const stockIds = (row: OrderRow) => ({ orderId: row.id, reservationId: row.reservation_id })

/** What the hosted page lists. Anything besides goods is one line more, so that the sum is the total. */
const chargesOf = (row: OrderRow) => {
  const goods = linesOf(row).map((line) => ({ name: line.name, quantity: line.quantity, unitAmount: line.unitPrice }))
  const rest = row.total_minor - row.subtotal_minor
  return rest > 0 ? [...goods, { name: 'Shipping, tax and discounts', quantity: 1, unitAmount: money(rest, row.currency) }] : goods
}

const paymentStatusAfter: Partial<Record<Reason, 'failed' | 'expired' | 'cancelled'>> = { payment_failed: 'failed', payment_expired: 'expired' }

const cancelWith = (reason: Reason | null) => async (tx: Tx, { id }: Context): Promise<void> => {
  const row = await lockOrder(tx, id)
  const why: Reason = reason ?? (row.cancel_requested_by === row.principal_id ? 'customer' : 'operator')
  const paid = row.payment_status === 'paid' || row.captured_minor > 0
  await moveOrder(tx, row, 'cancelled', { reason: why, actor: reason === null ? (row.cancel_requested_by ?? 'order') : 'order' })
  const payment = paid ? row.payment_status : (paymentStatusAfter[why] ?? 'cancelled')
  await changeOrder(tx, id, sql`cancel_reason = ${why}, payment_status = ${payment}, pay_url = NULL`)
  await publish(tx, orderEvents.cancelled, {
    ...mailOf(row), principal: { id: row.principal_id, role: row.principal_role }, cartId: row.cart_id, currency: row.currency, reason: why, paid, lines: linesOf(row), totals: totalsOfRow(row),
  })
}

const effects: Effects<Effect, OrderDeps> = {
  requestStock: async (tx, { id }) => {
    const row = await lockOrder(tx, id)
    await publish(tx, orderEvents.stockRequested, { ...stockIds(row), lines: stockLines(row), holdUntil: row.hold_until.toISOString() })
  },
  releaseStock: async (tx, { id }) => {
    const row = await lockOrder(tx, id)
    await publish(tx, orderEvents.stockReleaseRequested, { ...stockIds(row), reason: 'the order does not go on' })
  },
  commitStock: async (tx, { id }) => {
    const row = await lockOrder(tx, id)
    await publish(tx, orderEvents.stockCommitRequested, { ...stockIds(row), lines: stockLines(row) })
  },
  requestPayment: async (tx, { id }) => {
    const row = await lockOrder(tx, id)
    await publish(tx, orderEvents.paymentRequested, {
      ...mailOf(row), attempt: 1, amount: money(row.total_minor, row.currency), charges: chargesOf(row), successUrl: row.success_url, cancelUrl: row.cancel_url, holdUntil: row.hold_until.toISOString(),
    })
  },
  requestExpiry: async (tx, { id }) => {
    const row = await lockOrder(tx, id)
    const why = row.cancel_requested_at === null ? 'deadline' : row.cancel_requested_by === row.principal_id ? 'customer' : 'operator'
    await publish(tx, orderEvents.paymentExpiryRequested, { orderId: id, why })
  },
  rememberUrl: async (tx, { id, input, deps, setDeadline }) => {
    const opened = input as DataOf<typeof paymentEvents.sessionOpened>
    const expiresAt = new Date(opened.expiresAt)
    await lockOrder(tx, id)
    await changeOrder(tx, id, sql`pay_url = ${opened.url}, pay_expires_at = ${expiresAt}`)
    setDeadline(new Date(expiresAt.getTime() + deps.config.graceSec * 1000))
  },
  markPaid: async (tx, { id, input }) => {
    const { amount } = input as DataOf<typeof paymentEvents.succeeded>
    await lockOrder(tx, id)
    await changeOrder(tx, id, sql`payment_status = 'paid', captured_minor = ${amount.amountMinor}, pay_url = NULL`)
  },
  confirm: async (tx, { id }) => {
    const row = await lockOrder(tx, id)
    await moveOrder(tx, row, 'processing', { reason: 'paid', actor: 'order' })
    await publish(tx, orderEvents.confirmed, { ...mailOf(row), lines: linesOf(row), totals: totalsOfRow(row) })
  },
  refundAll: async (tx, { id, deps }) => {
    const row = await lockOrder(tx, id)
    await requestRefund(tx, row, { cause: 'cancelled', reason: 'the order was cancelled', newId: deps.newId })
  },
  cancelOutOfStock: cancelWith('out_of_stock'),
  cancelReservationTimeout: cancelWith('reservation_timeout'),
  cancelPaymentFailed: cancelWith('payment_failed'),
  cancelPaymentExpired: cancelWith('payment_expired'),
  cancelByRequest: cancelWith(null),
}

const patience = (state: State, { config }: OrderDeps): number | undefined =>
  ({
    reserving: config.reserveTimeoutSec, opening: config.sessionTimeoutSec, expiring: config.expiryTimeoutSec, cancelling: config.expiryTimeoutSec, committing: config.commitTimeoutSec,
  } as Partial<Record<State, number>>)[state] ?? checkout.deadlineSec[state]

/** The checkout saga, ready to run. */
export const checkoutSaga = runSaga<State, Input, Effect, OrderDeps>(checkout, effects, patience)
