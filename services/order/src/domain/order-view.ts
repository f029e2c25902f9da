// API views of an order: for its shopper, for operators and for the order page.
import {
  type AdminOrder,
  money,
  type Order,
  type OrderMessage,
  type OrderPage,
  orderMessage,
  type Shipment,
} from '@cartwright/contracts'
import type { Queryable } from '@cartwright/db'
import type { RefundRow, ShipmentRow } from '../db/generated/rows.ts'
import {
  addressesColumn,
  lastDeclineColumn,
  orderTaxesColumn,
  shippedLinesColumn,
  shippingOptionColumn,
} from '../db/json-columns.ts'
import { disputesOf, type HistoryRow, linesOf, type OrderRow, totalsOfRow } from '../db/orders.ts'
import { listRefunds } from '../db/refunds.ts'
import { statusesOf } from '../db/statuses.ts'
import { type OrderParts, readParts, type WholeOrder } from '../db/whole-order.ts'
import { mainDispute } from './disputes.ts'
import { paymentViewOf } from './payment-view.ts'
import { leftToRefund } from './refunds.ts'
import type { TrackingUrlOf } from './tracking-urls.ts'

/** What a view needs beside the rows of an order. */
interface Viewing {
  trackingUrlOf: TrackingUrlOf
}

/** The actor that a shopper sees: the customer, `operator`, or the name of a service. */
const shownActor = (actor: string, principalId: string): string =>
  actor === principalId ? 'customer' : actor.startsWith('usr_') ? 'operator' : actor

const shownEntry = (entry: HistoryRow, row: OrderRow) => ({
  at: entry.created_at.toISOString(),
  from: entry.from_status,
  to: entry.to_status,
  reason: entry.reason,
  actor: shownActor(entry.actor, row.principal_id),
})

const shownShipment = (row: ShipmentRow, { trackingUrlOf }: Viewing): Shipment => {
  const { id, carrier, tracking_number: trackingNumber, shipped_lines, created_at } = row
  const trackingUrl = trackingUrlOf(carrier, trackingNumber)
  return {
    id,
    carrier,
    trackingNumber,
    ...(trackingUrl !== undefined && { trackingUrl }),
    lines: shippedLinesColumn.parse(shipped_lines),
    at: created_at.toISOString(),
  }
}

const shown = (row: OrderRow, { history, refunds, shipments }: OrderParts, viewing: Viewing): Order => {
  return {
    id: row.id,
    number: row.number,
    ...statusesOf(row),
    cancelRequestedAt: row.cancel_requested_at?.toISOString() ?? null,
    email: row.email,
    currency: row.currency,
    lines: linesOf(row),
    addresses: addressesColumn.parseOrNull(row.addresses) ?? { shipping: null, billing: null },
    ...totalsOfRow(row),
    taxIncluded: Boolean(row.tax_included),
    taxes: orderTaxesColumn.parseOrNull(row.order_taxes) ?? [],
    shippingOption: shippingOptionColumn.parseOrNull(row.shipping_option),
    lastDecline: lastDeclineColumn.parseOrNull(row.last_decline),
    shipments: shipments.map((shipment) => shownShipment(shipment, viewing)),
    refunds: refunds.map(({ id, amount_minor, reason, state, origin }) => ({
      id,
      amount: money(amount_minor, row.currency),
      reason,
      state,
      origin,
    })),
    history: history.map((entry) => shownEntry(entry, row)),
    createdAt: row.created_at.toISOString(),
  }
}

/** The view of an order that was just placed; needs no read. */
export const viewPlaced = (row: OrderRow, viewing: Viewing): Order => {
  const placed = {
    from_status: null,
    to_status: row.status,
    reason: null,
    actor: row.principal_id,
    correlation_id: '',
    created_at: row.created_at,
  }
  return shown(row, { history: [placed], refunds: [], shipments: [] }, viewing)
}

/** The order as its shopper sees it. */
export const showOrder = ({ row, ...parts }: WholeOrder, viewing: Viewing): Order => shown(row, parts, viewing)

/** The order as its shopper sees it, from a row that was read before. */
export const viewOrder = async (db: Queryable, row: OrderRow, viewing: Viewing): Promise<Order> =>
  shown(row, await readParts(db, row), viewing)

/** The order as operators see it. */
export const showToOperator = ({ row, ...parts }: WholeOrder, viewing: Viewing): AdminOrder => ({
  ...shown(row, parts, viewing),
  shipments: parts.shipments.map((shipment) => ({
    ...shownShipment(shipment, viewing),
    despiteDispute: shipment.despite_dispute,
  })),
  principal: { id: row.principal_id, role: row.principal_role },
  cartId: row.cart_id,
  reservationId: row.reservation_id,
  captured: money(row.captured_minor, row.currency),
  refundable: money(leftToRefund(row, parts.refunds), row.currency),
  cancelNote: row.cancel_note,
  dispute: mainDispute(disputesOf(row)),
  history: parts.history.map((entry) => ({
    ...shownEntry(entry, row),
    actorId: entry.actor,
    correlationId: entry.correlation_id,
  })),
})

/** The order as operators see it, from a row that was read before. */
export const viewForOperator = async (db: Queryable, row: OrderRow, viewing: Viewing): Promise<AdminOrder> =>
  showToOperator({ row, ...(await readParts(db, row)) }, viewing)

const sumOf = (refunds: readonly RefundRow[]): number =>
  refunds.filter(({ state }) => state === 'succeeded').reduce((sum, { amount_minor }) => sum + amount_minor, 0)

/** The message that describes the order's state to the shopper. */
const messageOf = (row: OrderRow, refunds: readonly RefundRow[], locale: string): OrderMessage => {
  const facts = {
    ...statusesOf(row),
    cancelRequestedAt: row.cancel_requested_at?.toISOString() ?? null,
    total: money(row.total_minor, row.currency),
    captured: money(row.captured_minor, row.currency),
    refunded: money(sumOf(refunds), row.currency),
    cartRestored: Boolean(row.cart_restored),
    payable: paymentViewOf(row).state === 'open',
  }
  return orderMessage(facts, locale)
}

/** The message of an order, from a row that was read before. */
export const readMessage = async (db: Queryable, row: OrderRow, locale: string): Promise<OrderMessage> =>
  messageOf(row, row.refund_status === 'none' ? [] : await listRefunds(db, row.id), locale)

/** The view of the order page, without addresses. */
export const showPage = ({ row, ...parts }: WholeOrder, locale: string, viewing: Viewing): OrderPage => {
  const { email: _, addresses: __, lastDecline: ___, ...rest } = shown(row, parts, viewing)
  return { ...rest, locale, payment: paymentViewOf(row), message: messageOf(row, parts.refunds, locale) }
}
