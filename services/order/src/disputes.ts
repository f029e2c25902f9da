// Disputes of a payment: what the bank has taken back, for now or for good, cannot be given back by us.
import type { Money } from '@cartwright/contracts'

export interface Dispute {
  id: string
  amount: Money
  reason: string
  dueAt: string | null
  /** Null while it goes on. */
  outcome: 'won' | 'lost' | null
}

/** @param stored the column of an order */
export const disputesIn = (stored: string | null): Dispute[] => (stored === null ? [] : (JSON.parse(stored) as Dispute[]))

/** Minor units that are disputed or were lost in a dispute. */
export const disputedMinor = (disputes: readonly Dispute[]): number =>
  disputes.filter(({ outcome }) => outcome !== 'won').reduce((sum, { amount }) => sum + amount.amountMinor, 0)

/** The one that operators have to look at: the newest that goes on, else the newest that was lost, else the newest. */
export const mainDispute = (disputes: readonly Dispute[]): Dispute | null =>
  disputes.findLast(({ outcome }) => outcome === null) ??
  disputes.findLast(({ outcome }) => outcome === 'lost') ??
  disputes.at(-1) ??
  null

/** The list with what is new of one dispute. Closed is closed: news of the opening that comes late says nothing new. */
export const withNews = (disputes: readonly Dispute[], news: Dispute): Dispute[] => {
  const known = disputes.find(({ id }) => id === news.id)
  if (known === undefined) return [...disputes, news]
  if (known.outcome !== null || news.outcome === null) return [...disputes]
  return disputes.map((each) => (each.id === news.id ? { ...each, outcome: news.outcome } : each))
}
