// Decides the outcome of a session by a monotonic rank, so that any order and repetition of events ends in the same row. Pure.
import type { PaymentState, RefundState } from '@cartwright/contracts'

/** State of a checkout session at Stripe, in the service's terms. */
export interface SessionObservation {
  status: 'open' | 'complete' | 'expired'
  paid: boolean
  amountMinor: number
  currency: string
  intentStatus: string | null
}

interface ExpectedPayment {
  state: PaymentState
  amountMinor: number
  currency: string
}

type SessionOutcome = 'paid' | 'review' | 'expired' | 'failed' | 'wait' | 'nothing'

const rank: Record<PaymentState, number> = { opening: 0, open: 1, failed: 2, expired: 2, review: 3, paid: 4 }
const rankOf: Partial<Record<SessionOutcome, number>> = { failed: 2, expired: 2, review: 3, paid: 4 }

const outcomeOf = (session: SessionObservation, expected: ExpectedPayment): SessionOutcome => {
  if (session.paid)
    return session.amountMinor === expected.amountMinor && session.currency.toUpperCase() === expected.currency
      ? 'paid'
      : 'review'
  if (session.intentStatus === 'processing') return 'wait'
  if (session.status === 'expired') return 'expired'
  // Completed without money: an asynchronous method that failed for good.
  if (session.status === 'complete')
    return session.intentStatus === 'canceled' || session.intentStatus === 'requires_payment_method' ? 'failed' : 'wait'
  return 'nothing'
}

/** @returns the outcome, or `nothing` when the row's state has the same or a higher rank */
export const decideSession = (session: SessionObservation, expected: ExpectedPayment): SessionOutcome => {
  const outcome = outcomeOf(session, expected)
  const outcomeRank = rankOf[outcome]
  return outcomeRank === undefined || outcomeRank > rank[expected.state] ? outcome : 'nothing'
}

const refundRank: Record<RefundState, number> = { pending: 0, succeeded: 1, failed: 2 }

/** Whether a refund may change state: a bank can fail a refund after it succeeded; `failed` is final. */
export const canRefundMove = (from: RefundState, to: RefundState): boolean => refundRank[to] > refundRank[from]

/** Outcome of a dispute, or null while it is open. Closed inquiries and prevented disputes took no money: they count as won. */
export const disputeOutcome = (status: string): 'won' | 'lost' | null => {
  if (status === 'lost') return 'lost'
  return ['won', 'warning_closed', 'prevented'].includes(status) ? 'won' : null
}
