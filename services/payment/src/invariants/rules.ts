// Rules of one payment: its state, page and money agree, and refunds never exceed the captured amount. Pure.
import type { PaymentState } from '@cartwright/contracts'
import type { RefundRow } from '../db/payments.ts'

export interface PaymentFigures {
  state: PaymentState
  amountMinor: number
  capturedMinor: number
  sessionId: string | null
  url: string | null
}

export type RefundFigures = Pick<RefundRow, 'amount_minor' | 'state' | 'origin'>

/** An open payment has a page, and money is captured exactly in the states `paid` and `review`. @returns the problem or null */
export const findStateProblem = ({ state, amountMinor, capturedMinor, sessionId, url }: PaymentFigures): string | null => {
  if (state === 'open' && (sessionId === null || url === null)) return 'is open, and has no page'
  if (state !== 'open' && url !== null) return `is ${state}, and still has a page`
  if (state === 'paid' && capturedMinor !== amountMinor) return `is paid, and ${capturedMinor} of ${amountMinor} were captured`
  if (state === 'review' && sessionId === null) return 'is in review, and has no session'
  if (state !== 'paid' && state !== 'review' && capturedMinor !== 0) return `is ${state}, and ${capturedMinor} were captured`
  return null
}

/**
 * Refunds never exceed the captured amount. A dashboard refund may overtake a requested one, which Stripe then refuses:
 * until that is known, the two together may exceed it.
 * @returns the problem, or null
 */
export const findRefundProblem = (capturedMinor: number, refunds: readonly RefundFigures[]): string | null => {
  const sum = (counts: (refund: RefundFigures) => boolean) =>
    refunds.filter(counts).reduce((total, refund) => total + refund.amount_minor, 0)
  const refunded = sum(({ state }) => state === 'succeeded')
  const requested = sum(({ state, origin }) => state !== 'failed' && origin === 'order')
  if (refunded > capturedMinor) return `had ${capturedMinor} captured and ${refunded} refunded`
  return requested > capturedMinor ? `had ${capturedMinor} captured, and refunds of ${requested} requested` : null
}
