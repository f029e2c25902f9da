// Operators ship and deliver. A conditional update decides between a shipment and a cancellation that meet.
import { type AppError, orderApi, orderEvents } from '@cartwright/contracts'
import { publish } from '@cartwright/messaging'
import { audit, route } from '@cartwright/service-kit'
import { viewForOperator } from '../db/order-view.ts'
import { changeOrder, linesOf, listShipments, lockOrder, mailOf, moveOrder, type OrderRow } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { canShip, stateRefusal } from '../order.ts'
import { decideShipment, type Quantity } from './decide.ts'

const shippingRefusal = (row: OrderRow): AppError =>
  row.status === 'processing'
    ? stateRefusal(
        row,
        'the payment of this order is disputed: ship it when the dispute is won, or cancel the order',
        'order_disputed',
      )
    : stateRefusal(row, `an order that is ${row.status} cannot be shipped`)

export const shipOrder = route(orderApi.shipOrder, (req, deps: OrderDeps) =>
  req.once(async (tx) => {
    const row = await lockOrder(tx, req.params.orderId)
    const { status } = row
    if (!canShip(row)) throw shippingRefusal(row)
    const ordered = linesOf(row)
    const shipped = (await listShipments(tx, row.id)).flatMap((shipment) => JSON.parse(shipment.shipped_lines) as Quantity[])
    const { lines, complete } = decideShipment(ordered, shipped, req.body.lines)
    const shipmentId = deps.newId('shp')
    const { carrier, trackingNumber } = req.body
    await tx.run`INSERT INTO shipment (id, order_id, carrier, tracking_number, shipped_lines, created_at)
      VALUES (${shipmentId}, ${row.id}, ${carrier}, ${trackingNumber}, ${JSON.stringify(lines)}, ${tx.dbNow})`
    if (complete) await moveOrder(tx, row, 'shipped', { reason: `${carrier} ${trackingNumber}`, actor: req.principal.id })
    changeOrder(tx, row, { fulfilment_status: complete ? 'shipped' : 'partial' })
    const nameOf = (sku: string) => ordered.find((line) => line.sku === sku)?.name ?? sku
    const named = lines.map((line) => ({ ...line, name: nameOf(line.sku) }))
    await publish(tx, orderEvents.shipped, { ...mailOf(row), shipmentId, carrier, trackingNumber, lines: named })
    await audit(tx, {
      actor: req.principal.id,
      action: 'order.ship',
      target: row.id,
      before: { status },
      after: { status: row.status, shipmentId, lines },
    })
    return viewForOperator(tx, await lockOrder(tx, row.id))
  }),
)

export const deliverOrder = route(orderApi.deliverOrder, (req, deps: OrderDeps) =>
  req.once(async (tx) => {
    const row = await lockOrder(tx, req.params.orderId)
    const { status } = row
    await moveOrder(tx, row, 'delivered', { actor: req.principal.id })
    changeOrder(tx, row, { fulfilment_status: 'delivered' })
    await publish(tx, orderEvents.delivered, { ...mailOf(row), at: deps.clock.now().toISOString() })
    await audit(tx, {
      actor: req.principal.id,
      action: 'order.deliver',
      target: row.id,
      before: { status },
      after: { status: row.status },
    })
    return viewForOperator(tx, await lockOrder(tx, row.id))
  }),
)
