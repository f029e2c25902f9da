// What Stripe's ledger says of one order.
import { type StripeLedger, sum } from './rows.ts'

/** The order's payment intents, by the sessions that name it. */
export const intentsOf = ({ sessions }: StripeLedger, orderId: string): ReadonlySet<string> =>
  new Set(sessions.filter(({ metadata }) => metadata.orderId === orderId).flatMap(({ payment_intent: intent }) => intent ?? []))

/** What a bank took back of the order's money, for now or for good. */
export const disputedAt = (ledger: StripeLedger, orderId: string): number => {
  const intents = intentsOf(ledger, orderId)
  const gone = ledger.disputes.filter(({ payment_intent: intent, status }) => intents.has(intent) && status !== 'won')
  return sum(gone.map(({ amount }) => amount))
}
