// Invariant on withdrawals: a granted one stays, and afterwards no unit is left with the customer that no return asks back.
import { type CollectedState, linesOf, type OrderRow, sum, type Violation } from '../collected-state/rows.ts'
import { cancelledLinesOf, returnedLinesOf } from './after-sale.ts'

/** Units that were shipped and that no return covers, by the quantities that came or are to come. */
const unitsWithCustomer = (collected: CollectedState, order: OrderRow): number => {
  const shipped = collected.shipments.filter((row) => row.order_id === order.id).flatMap((row) => linesOf(row.shipped_lines))
  const back = collected.returns
    .filter((row) => row.order_id === order.id && row.state !== 'rejected')
    .flatMap((row) => returnedLinesOf(row))
  return sum(shipped.map(({ quantity }) => quantity)) - sum(back.map(({ quantity, received }) => received ?? quantity))
}

const unitsToShip = (collected: CollectedState, order: OrderRow): number => {
  if (order.status === 'cancelled') return 0
  const shipped = collected.shipments.filter((row) => row.order_id === order.id).flatMap((row) => linesOf(row.shipped_lines))
  const [ordered, gone] = [linesOf(order.order_lines), [...shipped, ...cancelledLinesOf(order)]].map((lines) =>
    sum(lines.map(({ quantity }) => quantity)),
  ) as [number, number]
  return ordered - gone
}

const judge = (collected: CollectedState, order: OrderRow): string[] => {
  const [kept, open] = [unitsWithCustomer(collected, order), unitsToShip(collected, order)]
  return [
    ...(kept > 0 ? [`the customer has withdrawn, and no return asks for ${kept} of the shipped units`] : []),
    ...(open > 0 ? [`the customer has withdrawn, and ${open} units are still to be shipped`] : []),
  ]
}

export const withdrawals = (collected: CollectedState): Violation[] => {
  const withdrawn = new Set(collected.withdrawals.map((row) => row.order_id))
  const violation = (subject: string, what: string): Violation => ({ invariant: 'withdrawals', subject, what })
  const lost = collected.operations
    .filter(({ action, status, orderId }) => action === 'withdraw' && status === 200 && !withdrawn.has(orderId ?? ''))
    .map(({ orderId, actor }) => violation(orderId ?? actor, `${actor} got a receipt of a withdrawal that does not exist`))
  return [
    ...lost,
    ...collected.orders
      .filter(({ id }) => withdrawn.has(id))
      .flatMap((order) => judge(collected, order).map((what) => violation(order.id, what))),
  ]
}
