// What must be true of one payment: its state, its page and its money belong together, and nothing gives back more than came. Pure.
import type { PaymentState, RefundRow } from '../db/payments.ts'

export interface PaymentBooks {
  state: PaymentState
  amountMinor: number
  capturedMinor: number
  sessionId: string | null
  url: string | null
}

export type RefundBooks = Pick<RefundRow, 'amount_minor' | 'state' | 'origin'>

/** A page that is open can be reached, and money is there exactly when the state says so. */
export const stateTrouble = ({ state, amountMinor, capturedMinor, sessionId, url }: PaymentBooks): string | null => {
  if (state === 'open' && (sessionId === null || url === null)) return 'is open, and has no page'
  if (state !== 'open' && url !== null) return `is ${state}, and its page is still told`
  if (state === 'paid' && capturedMinor !== amountMinor) return `is paid, and ${capturedMinor} of ${amountMinor} were captured`
  if (state === 'review' && sessionId === null) return 'is in review, and has no session'
  if (state !== 'paid' && state !== 'review' && capturedMinor !== 0) return `is ${state}, and ${capturedMinor} were captured`
  return null
}

/**
 * What was given back was captured before. A refund made at Stripe itself may overtake one of ours, which Stripe then refuses:
 * until that is known, the two together may be more.
 */
export const refundTrouble = (capturedMinor: number, refunds: readonly RefundBooks[]): string | null => {
  const sum = (counts: (refund: RefundBooks) => boolean) =>
    refunds.filter(counts).reduce((total, refund) => total + refund.amount_minor, 0)
  const done = sum(({ state }) => state === 'succeeded')
  const ours = sum(({ state, origin }) => state !== 'failed' && origin === 'order')
  if (done > capturedMinor) return `had ${capturedMinor} captured and ${done} given back`
  return ours > capturedMinor ? `had ${capturedMinor} captured, and ${ours} are to go back` : null
}
