// Disputes of a payment. Money that a bank has taken back, open or lost, cannot be refunded.
import type { Dispute } from '../db/json-columns.ts'

/** Minor units that are disputed or were lost in a dispute. */
export const disputedMinor = (disputes: readonly Dispute[]): number =>
  disputes.filter(({ outcome }) => outcome !== 'won').reduce((sum, { amount }) => sum + amount.amountMinor, 0)

/** The dispute that operators see: the newest open one, else the newest lost one, else the newest. */
export const mainDispute = (disputes: readonly Dispute[]): Dispute | null =>
  disputes.findLast(({ outcome }) => outcome === null) ??
  disputes.findLast(({ outcome }) => outcome === 'lost') ??
  disputes.at(-1) ??
  null

/** Adds or updates one dispute. A closed dispute keeps its outcome when the event of its opening arrives late. */
export const mergeDispute = (disputes: readonly Dispute[], update: Dispute): Dispute[] => {
  const known = disputes.find(({ id }) => id === update.id)
  if (known === undefined) return [...disputes, update]
  if (known.outcome !== null || update.outcome === null) return [...disputes]
  return disputes.map((each) => (each.id === update.id ? { ...each, outcome: update.outcome } : each))
}
