// What Stripe's objects mean for a payment: a monotonic rank, so that any order and repetition of events ends in the same row.
import type { PaymentState } from '../db/payments.ts'

/** What Stripe knows of a checkout session, in our words. */
export interface SessionFacts {
  status: 'open' | 'complete' | 'expired'
  paid: boolean
  amountMinor: number
  currency: string
  intentStatus: string | null
}

export interface Expected {
  state: PaymentState
  amountMinor: number
  currency: string
}

export type Verdict = 'paid' | 'review' | 'expired' | 'failed' | 'wait' | 'nothing'

const rank: Record<PaymentState, number> = { opening: 0, open: 1, failed: 2, expired: 2, review: 3, paid: 4 }
const rankOf: Partial<Record<Verdict, number>> = { failed: 2, expired: 2, review: 3, paid: 4 }

const verdictOf = (facts: SessionFacts, expected: Expected): Verdict => {
  if (facts.paid)
    return facts.amountMinor === expected.amountMinor && facts.currency.toUpperCase() === expected.currency ? 'paid' : 'review'
  if (facts.intentStatus === 'processing') return 'wait'
  if (facts.status === 'expired') return 'expired'
  // Completed without money: an asynchronous method that failed for good.
  if (facts.status === 'complete')
    return facts.intentStatus === 'canceled' || facts.intentStatus === 'requires_payment_method' ? 'failed' : 'wait'
  return 'nothing'
}

/** The verdict, or `nothing` when the row already stands as high. */
export const judgeSession = (facts: SessionFacts, expected: Expected): Verdict => {
  const verdict = verdictOf(facts, expected)
  const height = rankOf[verdict]
  return height === undefined || height > rank[expected.state] ? verdict : 'nothing'
}

export type RefundState = 'pending' | 'succeeded' | 'failed'
const refundRank: Record<RefundState, number> = { pending: 0, succeeded: 1, failed: 2 }

/** Whether a refund moves on: a bank may give money back even after a success, and nothing follows a failure. */
export const refundMoves = (from: RefundState, to: RefundState): boolean => refundRank[to] > refundRank[from]

/** How a dispute ended, or null while it goes on. An inquiry that is closed, and one that was prevented, took no money. */
export const disputeOutcome = (status: string): 'won' | 'lost' | null => {
  if (status === 'lost') return 'lost'
  return ['won', 'warning_closed', 'prevented'].includes(status) ? 'won' : null
}
