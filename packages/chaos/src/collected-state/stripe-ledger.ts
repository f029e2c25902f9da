// Ledger of the Stripe sandbox: reads it, and finds the parts that belong to one order.
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { type StripeLedger, sum } from './rows.ts'

export const readLedger = async ({ sandboxUrl }: Pick<ShopUnderTest, 'sandboxUrl'>): Promise<StripeLedger> =>
  (await (await fetch(`${sandboxUrl}/_sandbox/ledger`)).json()) as StripeLedger

/** The payment intents of the sessions that name the order. */
export const intentsOf = ({ sessions }: StripeLedger, orderId: string): ReadonlySet<string> =>
  new Set(sessions.filter(({ metadata }) => metadata.orderId === orderId).flatMap(({ payment_intent: intent }) => intent ?? []))

/** The part of the order's money that a bank holds for a dispute, or has taken back for good. */
export const disputedAt = (ledger: StripeLedger, orderId: string): number => {
  const intents = intentsOf(ledger, orderId)
  const lost = ledger.disputes.filter(({ payment_intent: intent, status }) => intents.has(intent) && status !== 'won')
  return sum(lost.map(({ amount }) => amount))
}
