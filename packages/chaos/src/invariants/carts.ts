// Invariant on carts: an order removes its lines from the cart once, and only an order cancelled unpaid restores them, once.
import { type CollectedState, type Line, linesOf, type OrderRow, sum, type Violation } from '../collected-state/rows.ts'
import type { Operation } from '../journal.ts'

/** Whether the order was paid when it was cancelled; null for an order that is not cancelled. */
const wasPaid = (collected: CollectedState, order: OrderRow): boolean | null => {
  const cancelled = collected.events.find((event) => event.event_type === 'order.cancelled' && event.aggregate_id === order.id)
  return cancelled === undefined ? null : (JSON.parse(cancelled.payload) as { paid: boolean }).paid
}

/** Whether the order was cancelled before its payment, so that its lines and uses are given back. */
export const isRestored = (collected: CollectedState, order: OrderRow): boolean => wasPaid(collected, order) === false

const judgeOrder = (collected: CollectedState, order: OrderRow): string[] => {
  const row = collected.cartOrders.find((row) => row.order_id === order.id)
  if (row === undefined) return ['cart has no row for the order']
  const broken: string[] = []
  const check = (holds: boolean, what: string) => {
    if (!holds) broken.push(what)
  }
  const sold = collected.history.some((entry) => entry.order_id === order.id && entry.to_status === 'processing')
  const paid = wasPaid(collected, order)
  check(row.closed_at !== null, 'the cart of the order was never closed')
  check(order.status !== 'cancelled' || paid !== null, 'the order is cancelled, and no event says whether it was paid')
  check(!sold || paid !== false, 'the order was confirmed, and its order.cancelled says that it was not paid')
  // A free order has nothing to be captured, and a confirmed one counts as paid.
  check(
    order.captured_minor > 0 || order.payment_status === 'not_required' || paid !== true,
    'the order was not paid, and its order.cancelled says that it was',
  )
  if (paid === false)
    check(row.given_back_at !== null, 'the order was cancelled unpaid, and its lines were not restored to the cart')
  else check(row.given_back_at === null, 'the lines of the order were restored to the cart, although it was not cancelled unpaid')
  return broken
}

interface AddedQuantity {
  least: number
  most: number
}

/** The quantity of an SKU that a client added, from its answers; null when it changed the line and the result is unknown. */
const quantityAddedBy = (operations: readonly Operation[], sku: string): AddedQuantity | null => {
  const added = { least: 0, most: 0 }
  for (const { action, status } of operations) {
    const [, plus, taken] = /^(?:add (\d+)|take (\d+)|leave out) (?:of )?(\S+)$/.exec(action) ?? []
    if (!action.endsWith(` ${sku}`)) continue
    const done = status !== null && status < 300
    const unknown = status === null || status >= 500
    if (plus === undefined) {
      if (unknown) return null
      if (done) Object.assign(added, { least: Number(taken ?? 0), most: Number(taken ?? 0) })
    } else {
      if (done) added.least += Number(plus)
      if (done || unknown) added.most += Number(plus)
    }
  }
  return added
}

const quantityOf = (lines: readonly Line[], sku: string): number =>
  sum(lines.filter((line) => line.sku === sku).map(({ quantity }) => quantity))

/** Actors that were the same shopper in the whole run, from the orders in their answers. */
const shoppers = (collected: CollectedState): { actor: string; principal: string }[] => {
  const principals = new Map(collected.orders.map((order) => [order.id, order.principal_id]))
  const placed = collected.operations.filter(({ action, orderId }) => action === 'checkout' && orderId !== null)
  return [...Map.groupBy(placed, ({ actor }) => actor)].flatMap(([actor, operations]) => {
    const own = [...new Set(operations.flatMap(({ orderId }) => principals.get(orderId ?? '') ?? []))]
    const [principal] = own
    return principal !== undefined && own.length === 1 ? [{ actor, principal }] : []
  })
}

/** For each SKU: added = in the cart + ordered − restored. */
const judgeShopper = (collected: CollectedState, actor: string, principal: string): string[] => {
  const orders = collected.orders.filter((order) => order.principal_id === principal)
  const operations = collected.operations.filter((operation) => operation.actor === actor)
  const ordered = orders.flatMap((order) => linesOf(order.order_lines))
  const back = orders.filter((order) => isRestored(collected, order)).flatMap((order) => linesOf(order.order_lines))
  const open = collected.openLines.filter((line) => line.principal_id === principal)
  const skus = new Set([...ordered, ...open].map(({ sku }) => sku))
  return [...skus].flatMap((sku) => {
    const added = quantityAddedBy(operations, sku)
    if (added === null) return []
    const accounted = quantityOf(open, sku) + quantityOf(ordered, sku) - quantityOf(back, sku)
    if (accounted >= added.least && accounted <= added.most) return []
    const [inCart, bought, restored] = [open, ordered, back].map((lines) => quantityOf(lines, sku))
    return [
      `${actor} added ${added.least} to ${added.most} × ${sku}; ${bought} were ordered, ${restored} restored, and ${inCart} are in the cart`,
    ]
  })
}

export const carts = (collected: CollectedState): Violation[] => {
  const violation = (subject: string, what: string): Violation => ({ invariant: 'carts', subject, what })
  return [
    ...collected.orders.flatMap((order) => judgeOrder(collected, order).map((what) => violation(order.id, what))),
    ...shoppers(collected).flatMap(({ actor, principal }) =>
      judgeShopper(collected, actor, principal).map((what) =>
        violation(collected.orders.find((order) => order.principal_id === principal)?.id ?? principal, what),
      ),
    ),
  ]
}
