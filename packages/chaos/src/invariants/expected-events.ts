// Expected events: the events that the rows of a run require, and the rows that some events require.
import type { CollectedState, EventRow } from '../collected-state/rows.ts'
import { cancellationsOf } from './after-sale.ts'

export interface ExpectedEvent {
  subject: string
  type: string
  count: 'once' | 'at least once'
  /** Narrows the events of the subject. */
  with?: (data: Record<string, unknown>) => boolean
}

const once = (subject: string, type: string): ExpectedEvent => ({ subject, type, count: 'once' })
const atLeastOnce = (subject: string, type: string): ExpectedEvent => ({ subject, type, count: 'at least once' })
const named = (event: ExpectedEvent, member: string, id: string): ExpectedEvent => ({
  ...event,
  with: (data) => data[member] === id,
})

const isPaidFor = new Set(['processing', 'shipped', 'delivered'])

const cameBack = new Set(['received', 'refunded'])

const wasConfirmed = (collected: CollectedState, orderId: string): boolean =>
  collected.history.some((entry) => entry.order_id === orderId && entry.to_status === 'processing')

const forOrders = (collected: CollectedState): ExpectedEvent[] => [
  ...collected.orders.flatMap(({ id, status }) => [
    once(id, 'order.placed'),
    atLeastOnce(id, 'order.stock-requested'),
    ...(isPaidFor.has(status) || wasConfirmed(collected, id) ? [once(id, 'order.confirmed')] : []),
    ...(status === 'cancelled' ? [once(id, 'order.cancelled')] : []),
    ...(status === 'delivered' ? [once(id, 'order.delivered')] : []),
  ]),
  ...collected.shipments.map(({ id, order_id: orderId }) => named(once(orderId, 'order.shipped'), 'shipmentId', id)),
  ...collected.refunds
    .filter((refund) => refund.origin === 'order')
    .map(({ id, order_id: orderId }) => named(once(orderId, 'order.refund-requested'), 'refundId', id)),
]

/** A return that follows from a withdrawal is approved without having been requested. */
const forReturns = (collected: CollectedState): ExpectedEvent[] => [
  ...collected.returns.flatMap(({ id, order_id: orderId, state }) => [
    ...(state === 'requested' ? [named(once(orderId, 'order.return-requested'), 'returnId', id)] : []),
    ...(state === 'rejected' ? [named(once(orderId, 'order.return-rejected'), 'returnId', id)] : []),
    ...(state === 'approved' || cameBack.has(state) ? [named(once(orderId, 'order.return-approved'), 'returnId', id)] : []),
    ...(cameBack.has(state) ? [named(once(orderId, 'order.return-received'), 'returnId', id)] : []),
  ]),
  ...collected.withdrawals.map(({ id, order_id: orderId }) => named(once(orderId, 'order.withdrawn'), 'withdrawalId', id)),
  ...collected.orders.flatMap((order) =>
    cancellationsOf(order).map(({ id }) => named(once(order.id, 'order.lines-cancelled'), 'cancellationId', id)),
  ),
]

const forPayments = (collected: CollectedState): ExpectedEvent[] => [
  ...collected.paymentRefunds
    .filter((refund) => refund.state === 'succeeded')
    .map(({ id, order_id: orderId }) => named(atLeastOnce(orderId, 'payment.refund-succeeded'), 'refundId', id)),
  ...collected.paymentRefunds
    .filter((refund) => refund.state === 'failed')
    .map(({ id, order_id: orderId }) => named(once(orderId, 'payment.refund-failed'), 'refundId', id)),
  ...collected.payments
    .filter((payment) => payment.state === 'paid')
    .map((payment) => atLeastOnce(payment.order_id, 'payment.succeeded')),
]

const eventOfReservation: Readonly<Record<string, string>> = {
  held: 'catalog.stock-reserved',
  committed: 'catalog.stock-committed',
  released: 'catalog.stock-released',
  rejected: 'catalog.stock-rejected',
}

const forStock = (collected: CollectedState): ExpectedEvent[] => [
  ...collected.reservations.flatMap(({ order_id: orderId, state }) => {
    const type = eventOfReservation[state]
    return type === undefined ? [] : [atLeastOnce(orderId, type)]
  }),
  ...collected.stockReturns.flatMap(({ return_id: returnId, reservation_id: reservationId }) => {
    const reservation = collected.reservations.find((row) => row.id === reservationId)
    return reservation ? [named(atLeastOnce(reservation.order_id, 'catalog.stock-returned'), 'returnId', returnId)] : []
  }),
]

/** The events that the rows require. */
export const expectedEvents = (collected: CollectedState): ExpectedEvent[] => [
  ...forOrders(collected),
  ...forReturns(collected),
  ...forPayments(collected),
  ...forStock(collected),
]

interface RequiredRow {
  type: string
  exists(collected: CollectedState, event: EventRow, data: Record<string, unknown>): boolean
}

/** Events that may exist only together with a row. */
export const requiredRows: readonly RequiredRow[] = [
  { type: 'order.placed', exists: ({ orders }, event) => orders.some((order) => order.id === event.aggregate_id) },
  { type: 'order.confirmed', exists: (collected, event) => wasConfirmed(collected, event.aggregate_id) },
  {
    type: 'order.cancelled',
    exists: ({ orders }, event) => orders.some((order) => order.id === event.aggregate_id && order.status === 'cancelled'),
  },
  { type: 'order.refund-requested', exists: ({ refunds }, _, data) => refunds.some((refund) => refund.id === data.refundId) },
  { type: 'order.shipped', exists: ({ shipments }, _, data) => shipments.some((shipment) => shipment.id === data.shipmentId) },
  ...['requested', 'approved', 'rejected', 'received'].map((step) => ({
    type: `order.return-${step}`,
    exists: ({ returns }: CollectedState, _: EventRow, data: Record<string, unknown>) =>
      returns.some(({ id }) => id === data.returnId),
  })),
  {
    type: 'order.withdrawn',
    exists: ({ withdrawals }, _, data) => withdrawals.some(({ id }) => id === data.withdrawalId),
  },
  {
    type: 'order.lines-cancelled',
    exists: ({ orders }, event, data) =>
      orders.some(
        (order) => order.id === event.aggregate_id && cancellationsOf(order).some(({ id }) => id === data.cancellationId),
      ),
  },
  {
    type: 'payment.succeeded',
    exists: ({ payments }, event) =>
      payments.some(({ order_id: id, state }) => id === event.aggregate_id && (state === 'paid' || state === 'review')),
  },
]
