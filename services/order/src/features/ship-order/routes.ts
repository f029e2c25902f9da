// Operators ship and deliver orders. A conditional update decides between a shipment and a concurrent cancellation.
import { orderApi, orderEvents } from '@cartwright/contracts'
import { insertInto } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { audit } from '@cartwright/service-kit'
import { shipmentTable } from '../../db/generated/rows.ts'
import { shippedLinesColumn } from '../../db/json-columns.ts'
import {
  changeOrder,
  linesOf,
  listShipments,
  lockOrder,
  mailOf,
  type OrderRow,
  priceDetailsOf,
  totalsOfRow,
} from '../../db/orders.ts'
import { route } from '../../deps.ts'
import { canShip, stateRefusal } from '../../domain/order.ts'
import { keptUnits } from '../../domain/order-units.ts'
import { viewForOperator } from '../../domain/order-view.ts'
import { transitionOrder } from '../../domain/transition.ts'
import { decideShipment } from './decide.ts'

/** @throws AppError order_state, order_disputed */
const refuseUnlessShippable = (row: OrderRow, isShippedDespiteDispute: boolean): void => {
  if (row.status !== 'processing') throw stateRefusal(row, `an order that is ${row.status} cannot be shipped`)
  if (canShip(row) || isShippedDespiteDispute) return
  const detail =
    'the payment of this order is disputed: ship it when the dispute is won, give `despiteDispute`, or cancel the order'
  throw stateRefusal(row, detail, 'order_disputed')
}

export const shipOrder = route(orderApi.shipOrder, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const row = await lockOrder(tx, request.params.orderId)
    const { carrier, trackingNumber, despiteDispute } = request.body
    refuseUnlessShippable(row, despiteDispute !== undefined)
    const disputeReason = row.payment_status === 'disputed' ? (despiteDispute?.reason ?? null) : null
    const ordered = linesOf(row)
    const kept = ordered.map((line) => ({ sku: line.sku, quantity: keptUnits(line) }))
    const shipped = (await listShipments(tx, row.id)).flatMap((shipment) => shippedLinesColumn.parse(shipment.shipped_lines))
    const { lines, complete } = decideShipment(kept, shipped, request.body.lines)
    const shipmentId = deps.newId('shp')
    await tx.run`${insertInto(shipmentTable, {
      id: shipmentId,
      order_id: row.id,
      carrier,
      tracking_number: trackingNumber,
      shipped_lines: shippedLinesColumn.stringify(lines),
      despite_dispute: disputeReason,
      created_at: tx.dbNow,
    })}`
    const moved = complete
      ? await transitionOrder(tx, row, 'shipped', { reason: `${carrier} ${trackingNumber}`, actor: request.principal.id })
      : row
    const shippedOrder = await changeOrder(tx, moved, { fulfilment_status: complete ? 'shipped' : 'partial' })
    const nameOf = (sku: string) => ordered.find((line) => line.sku === sku)?.name ?? sku
    const named = lines.map((line) => ({ ...line, name: nameOf(line.sku) }))
    const price = { totals: totalsOfRow(row), ...priceDetailsOf(row) }
    const trackingUrl = deps.trackingUrlOf(carrier, trackingNumber)
    const parcel = { shipmentId, carrier, trackingNumber, ...(trackingUrl !== undefined && { trackingUrl }), lines: named }
    await publish(tx, orderEvents.shipped, { ...mailOf(row), ...parcel, ...price })
    await audit(tx, {
      actor: request.principal.id,
      action: 'order.ship',
      target: row.id,
      before: { status: row.status },
      after: { status: shippedOrder.status, shipmentId, lines, ...(disputeReason && { despiteDispute: disputeReason }) },
    })
    return viewForOperator(tx, shippedOrder, deps)
  }),
)

export const deliverOrder = route(orderApi.deliverOrder, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const row = await lockOrder(tx, request.params.orderId)
    const moved = await transitionOrder(tx, row, 'delivered', { actor: request.principal.id })
    const delivered = await changeOrder(tx, moved, { fulfilment_status: 'delivered' })
    await publish(tx, orderEvents.delivered, { ...mailOf(row), at: deps.clock.now().toISOString() })
    await audit(tx, {
      actor: request.principal.id,
      action: 'order.deliver',
      target: row.id,
      before: { status: row.status },
      after: { status: delivered.status },
    })
    return viewForOperator(tx, delivered, deps)
  }),
)
