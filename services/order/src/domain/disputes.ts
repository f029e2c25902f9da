// Disputes of a payment. Money that a bank has taken back, open or lost, cannot be refunded.
import type { Dispute } from '../db/json-columns.ts'
import { disputesOf, type OrderRow } from '../db/orders.ts'
import { stateRefusal } from './order.ts'

/** Minor units that are disputed or were lost in a dispute. */
export const disputedMinor = (disputes: readonly Dispute[]): number =>
  disputes.filter(({ outcome }) => outcome !== 'won').reduce((sum, { amount }) => sum + amount.amountMinor, 0)

/** The dispute that operators see: the newest open one, else the newest lost one, else the newest. */
export const mainDispute = (disputes: readonly Dispute[]): Dispute | null =>
  disputes.findLast(({ outcome }) => outcome === null) ??
  disputes.findLast(({ outcome }) => outcome === 'lost') ??
  disputes.at(-1) ??
  null

/** Adds or updates one dispute. When the event of its opening arrives late, a closed one keeps its outcome and learns reason and due date. */
export const mergeDispute = (disputes: readonly Dispute[], update: Dispute): Dispute[] => {
  const known = disputes.find(({ id }) => id === update.id)
  if (known === undefined) return [...disputes, update]
  const merged = {
    ...known,
    reason: known.reason || update.reason,
    dueAt: known.dueAt ?? update.dueAt,
    outcome: known.outcome ?? update.outcome,
  }
  return disputes.map((each) => (each.id === update.id ? merged : each))
}

/** Refuses what would pay money back while the bank holds it. @throws AppError order_disputed */
export const refuseOpenDispute = (row: OrderRow): void => {
  if (disputesOf(row).some(({ outcome }) => outcome === null))
    throw stateRefusal(row, 'the payment of this order is disputed: wait until the dispute has ended', 'order_disputed')
}
