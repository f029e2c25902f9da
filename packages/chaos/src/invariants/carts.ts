// Carts: an order takes its lines out of the cart once, and only one that was cancelled unpaid gives them back, once, with their quantities.
import { type Evidence, type Line, linesOf, type OrderRow, sum, type Violation } from '../evidence/rows.ts'
import type { Operation } from '../journal.ts'

/** Whether the lines are owed back: the order was cancelled before anybody had paid. Null while it is not cancelled. */
const wasPaid = (evidence: Evidence, order: OrderRow): boolean | null => {
  const cancelled = evidence.events.find((event) => event.event_type === 'order.cancelled' && event.aggregate_id === order.id)
  return cancelled === undefined ? null : (JSON.parse(cancelled.payload) as { paid: boolean }).paid
}

const isGivenBack = (evidence: Evidence, order: OrderRow): boolean => wasPaid(evidence, order) === false

const judgeOrder = (evidence: Evidence, order: OrderRow): string[] => {
  const facts = evidence.cartOrders.find((row) => row.order_id === order.id)
  if (facts === undefined) return ['the cart does not know of it']
  const broken: string[] = []
  const must = (holds: boolean, what: string) => {
    if (!holds) broken.push(what)
  }
  const sold = evidence.history.some((entry) => entry.order_id === order.id && entry.to_status === 'processing')
  const paid = wasPaid(evidence, order)
  must(facts.closed_at !== null, 'its cart was never closed')
  must(order.status !== 'cancelled' || paid !== null, 'it is cancelled, and nobody was told whether it was paid')
  must(!sold || paid !== false, 'it was confirmed, and the cart was told that nobody had paid')
  must(order.captured_minor > 0 || paid !== true, 'nobody paid, and the cart was told that it was paid')
  if (paid === false) must(facts.given_back_at !== null, 'it was cancelled unpaid, and its lines never came back to the cart')
  else must(facts.given_back_at === null, 'its lines went back to the cart, though it was not cancelled unpaid')
  return broken
}

interface Written {
  least: number
  most: number
}

/** What a client put into carts of an SKU, from its own answers; null when it changed lines afterwards, or nobody knows to what. */
const writtenBy = (operations: readonly Operation[], sku: string): Written | null => {
  const written = { least: 0, most: 0 }
  for (const { action, status } of operations) {
    const [, added, taken] = /^(?:add (\d+)|take (\d+)|leave out) (?:of )?(\S+)$/.exec(action) ?? []
    if (!action.endsWith(` ${sku}`)) continue
    const done = status !== null && status < 300
    const unknown = status === null || status >= 500
    if (added === undefined) {
      if (unknown) return null
      if (done) Object.assign(written, { least: Number(taken ?? 0), most: Number(taken ?? 0) })
    } else {
      if (done) written.least += Number(added)
      if (done || unknown) written.most += Number(added)
    }
  }
  return written
}

const quantityOf = (lines: readonly Line[], sku: string): number =>
  sum(lines.filter((line) => line.sku === sku).map(({ quantity }) => quantity))

/** Actors who were one shopper throughout, with the orders that they were told of. */
const shoppers = (evidence: Evidence): { actor: string; principal: string }[] => {
  const principals = new Map(evidence.orders.map((order) => [order.id, order.principal_id]))
  const placed = evidence.operations.filter(({ action, orderId }) => action === 'checkout' && orderId !== null)
  return [...Map.groupBy(placed, ({ actor }) => actor)].flatMap(([actor, operations]) => {
    const own = [...new Set(operations.flatMap(({ orderId }) => principals.get(orderId ?? '') ?? []))]
    const [principal] = own
    return principal !== undefined && own.length === 1 ? [{ actor, principal }] : []
  })
}

/** Nothing is lost and nothing doubled: what was put in is what lies there, less what came back, plus what was ordered. */
const judgeShopper = (evidence: Evidence, actor: string, principal: string): string[] => {
  const orders = evidence.orders.filter((order) => order.principal_id === principal)
  const operations = evidence.operations.filter((operation) => operation.actor === actor)
  const ordered = orders.flatMap((order) => linesOf(order.order_lines))
  const back = orders.filter((order) => isGivenBack(evidence, order)).flatMap((order) => linesOf(order.order_lines))
  const open = evidence.openLines.filter((line) => line.principal_id === principal)
  const skus = new Set([...ordered, ...open].map(({ sku }) => sku))
  return [...skus].flatMap((sku) => {
    const written = writtenBy(operations, sku)
    if (written === null) return []
    const accounted = quantityOf(open, sku) + quantityOf(ordered, sku) - quantityOf(back, sku)
    if (accounted >= written.least && accounted <= written.most) return []
    const [there, gone, owed] = [open, ordered, back].map((lines) => quantityOf(lines, sku))
    return [
      `${actor} put ${written.least} to ${written.most} × ${sku} in; ${gone} were ordered, ${owed} are owed back, and ${there} lie in the cart`,
    ]
  })
}

export const carts = (evidence: Evidence): Violation[] => {
  const told = (subject: string, what: string): Violation => ({ invariant: 'carts', subject, what })
  return [
    ...evidence.orders.flatMap((order) => judgeOrder(evidence, order).map((what) => told(order.id, what))),
    ...shoppers(evidence).flatMap(({ actor, principal }) =>
      judgeShopper(evidence, actor, principal).map((what) =>
        told(evidence.orders.find((order) => order.principal_id === principal)?.id ?? principal, what),
      ),
    ),
  ]
}
