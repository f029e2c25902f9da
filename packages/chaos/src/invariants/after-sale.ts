// I13, after the sale: units that were cancelled, shipped and returned, the stock that came back for them, and their refunds.
import type { ReturnRow } from '../collected-state/after-sale-rows.ts'
import { type CollectedState, linesOf, type OrderRow, sum, type Violation } from '../collected-state/rows.ts'

interface Cancellation {
  id: string
  refundId: string | null
  refundMinor: number
  lines: { sku: string; quantity: number }[]
}
interface ReturnedLine {
  sku: string
  quantity: number
  received: number | null
  restocked: number | null
}

/** Units that were cancelled before they were shipped. */
export const cancelledLinesOf = (order: OrderRow) => cancellationsOf(order).flatMap(({ lines }) => lines)
export const returnedLinesOf = ({ return_lines: text }: ReturnRow): ReturnedLine[] => JSON.parse(text)
export const cancellationsOf = ({ line_cancellations: text }: OrderRow): Cancellation[] => JSON.parse(text ?? '[]')
const unitsOf = (lines: readonly { sku: string; quantity: number }[], sku: string): number =>
  sum(lines.filter((line) => line.sku === sku).map(({ quantity }) => quantity))

/** Units by SKU: ordered, cancelled, shipped, received and restocked of one order. */
const unitsViolations = (collected: CollectedState, order: OrderRow): string[] => {
  const ordered = linesOf(order.order_lines)
  const cancelled = cancelledLinesOf(order)
  const shipped = collected.shipments.filter((row) => row.order_id === order.id).flatMap((row) => linesOf(row.shipped_lines))
  const back = collected.returns.filter((row) => row.order_id === order.id).flatMap(returnedLinesOf)
  return [...new Set(ordered.map(({ sku }) => sku))].flatMap((sku) => {
    const [all, gone, sent] = [ordered, cancelled, shipped].map((lines) => unitsOf(lines, sku)) as [number, number, number]
    const own = back.filter((line) => line.sku === sku)
    const [received, restocked] = [sum(own.map((line) => line.received ?? 0)), sum(own.map((line) => line.restocked ?? 0))]
    return [
      ...(gone + sent > all ? [`${gone} × ${sku} were cancelled and ${sent} shipped, of ${all}`] : []),
      ...(received > sent ? [`${received} × ${sku} came back, and ${sent} were shipped`] : []),
      ...(restocked > received ? [`${restocked} × ${sku} went back into stock, and ${received} came back`] : []),
    ]
  })
}

/** Catalog has put back what the returns say, and nothing else. Cancellations may keep their stock when an operator says so. */
const stockViolations = (collected: CollectedState, order: OrderRow): string[] =>
  collected.returns
    .filter((row) => row.order_id === order.id)
    .flatMap((row) => {
      const wanted = sum(returnedLinesOf(row).map(({ restocked }) => restocked ?? 0))
      const put = collected.stockReturns
        .filter(({ return_id }) => return_id === row.id)
        .flatMap(({ stock_lines }) => linesOf(stock_lines).map(({ quantity }) => quantity))
      return sum(put) === wanted ? [] : [`${row.id} restocks ${wanted}, and catalog put back ${sum(put)}`]
    })

/** Each part that was paid back has its own refund, and no refund names a part that is not recorded. */
const refundViolations = (collected: CollectedState, order: OrderRow): string[] => {
  const parts = new Map<string, { refundId: string; amount: number | null }>()
  for (const { id, refundId, refundMinor } of cancellationsOf(order))
    if (refundId !== null) parts.set(`lines:${id}`, { refundId, amount: refundMinor })
  for (const { id, order_id, refund_id: refundId } of collected.returns)
    if (order_id === order.id && refundId !== null) parts.set(`return:${id}`, { refundId, amount: null })
  const refunds = collected.refunds.filter((row) => row.order_id === order.id && /^(lines|return):/.test(row.cause))
  const unknown = refunds.filter(({ id, cause }) => parts.get(cause)?.refundId !== id)
  const missing = [...parts].filter(
    ([cause, { refundId, amount }]) =>
      !refunds.some((row) => row.id === refundId && row.cause === cause && (amount === null || row.amount_minor === amount)),
  )
  return [
    ...unknown.map(({ id, cause }) => `refund ${id} has the cause ${cause}, which names no such refund`),
    ...missing.map(([cause, { refundId }]) => `${cause} names the refund ${refundId}, which is another one or missing`),
  ]
}

const refundedViolations = (collected: CollectedState, order: OrderRow): string[] => {
  const done = sum(
    collected.refunds.filter((row) => row.order_id === order.id && row.state === 'succeeded').map((row) => row.amount_minor),
  )
  return done > order.captured_minor ? [`${order.captured_minor} were captured and ${done} refunded`] : []
}

/** I13: returned ≤ shipped, cancelled + shipped ≤ ordered, refunded ≤ captured, and the refunds of parts are those of their causes. */
export const afterSale = (collected: CollectedState): Violation[] =>
  collected.orders.flatMap((order) =>
    [unitsViolations, stockViolations, refundViolations, refundedViolations]
      .flatMap((find) => find(collected, order))
      .map((what) => ({ invariant: 'I13 after the sale', subject: order.id, what })),
  )
