// What Stripe's ledger says of one order.
import { type Evidence, sum } from '../evidence/rows.ts'

/** The order's payment intents, by the sessions that name it. */
export const intentsOf = (evidence: Evidence, orderId: string): Set<string> =>
  new Set(
    evidence.stripe.sessions
      .filter((session) => session.metadata.orderId === orderId)
      .flatMap((session) => session.payment_intent ?? []),
  )

/** What a bank took back of the order's money, for now or for good. */
export const disputedAt = (evidence: Evidence, orderId: string): number => {
  const intents = intentsOf(evidence, orderId)
  const gone = evidence.stripe.disputes.filter(({ payment_intent: intent, status }) => intents.has(intent) && status !== 'won')
  return sum(gone.map(({ amount }) => amount))
}
