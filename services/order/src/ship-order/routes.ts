// Operators ship and deliver. A conditional update decides between a shipment and a cancellation that meet.
import { AppError, orderApi, orderEvents } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { route } from '@cartwright/service-kit'
import { changeOrder, linesOf, listShipments, lockOrder, mailOf, moveOrder, viewOrder } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { nextStatuses } from '../order.ts'
import { decideShipment, type Quantity } from './decide.ts'

export const shipOrder = route(orderApi.shipOrder, (req, deps: OrderDeps) =>
  req.once(async (tx) => {
    const row = await lockOrder(tx, req.params.orderId)
    if (row.status !== 'processing') throw new AppError('order_state', `an order that is ${row.status} cannot be shipped`, { status: row.status, allowed: nextStatuses[row.status] })
    const ordered = linesOf(row)
    const shipped = (await listShipments(tx, row.id)).flatMap((shipment) => JSON.parse(shipment.shipped_lines) as Quantity[])
    const { lines, complete } = decideShipment(ordered, shipped, req.body.lines)
    const shipmentId = deps.newId('shp')
    const { carrier, trackingNumber } = req.body
    await tx.run`INSERT INTO shipment (id, order_id, carrier, tracking_number, shipped_lines, created_at) VALUES (${shipmentId}, ${row.id}, ${carrier}, ${trackingNumber}, ${JSON.stringify(lines)}, ${tx.dbNow})`
    if (complete) await moveOrder(tx, row, 'shipped', { actor: req.principal.id })
    await changeOrder(tx, row.id, sql`fulfilment_status = ${complete ? 'shipped' : 'partial'}`)
    const nameOf = (sku: string) => ordered.find((line) => line.sku === sku)?.name ?? sku
    await publish(tx, orderEvents.shipped, { ...mailOf(row), shipmentId, carrier, trackingNumber, lines: lines.map((line) => ({ ...line, name: nameOf(line.sku) })) })
    return viewOrder(tx, await lockOrder(tx, row.id))
  }),
)

export const deliverOrder = route(orderApi.deliverOrder, (req, deps: OrderDeps) =>
  req.once(async (tx) => {
    const row = await lockOrder(tx, req.params.orderId)
    await moveOrder(tx, row, 'delivered', { actor: req.principal.id })
    await changeOrder(tx, row.id, sql`fulfilment_status = 'delivered'`)
    await publish(tx, orderEvents.delivered, { ...mailOf(row), at: deps.clock.now().toISOString() })
    return viewOrder(tx, await lockOrder(tx, row.id))
  }),
)
