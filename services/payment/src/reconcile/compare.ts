// Compares one object of Stripe's with what our rows say of it. Pure: it only tells the difference.
import { disputeOutcome, judgeSession, type RefundState, refundMoves, type SessionFacts } from '../apply-stripe/decide.ts'
import type { PaymentState } from '../db/payments.ts'

export type FindingKind =
  | 'session'
  | 'session_unknown'
  | 'charge'
  | 'charge_unknown'
  | 'decline'
  | 'refund'
  | 'refund_unknown'
  | 'dispute'
  | 'dispute_unknown'
  | 'event'

export interface Finding {
  kind: FindingKind
  orderId: string | null
  stripeId: string
  ours: string
  theirs: string
}

/** What our rows say of a payment. */
export interface OurPayment {
  orderId: string
  state: PaymentState
  amountMinor: number
  currency: string
  sessionId: string | null
  declined: readonly string[]
}

export interface TheirSession {
  id: string
  /** The order that the session names. */
  orderId: string | null
  /** Seconds since it was opened. */
  ageSec: number
  facts: SessionFacts
}
export interface TheirCharge {
  id: string
  status: string
  declineCode: string
}

/** How long the answer of an opening may be on its way to our row. */
const openingSec = 60

const describe = ({ status, paid, amountMinor, currency }: SessionFacts): string =>
  `${status}, ${paid ? 'paid' : 'unpaid'}, ${amountMinor} ${currency}`

export const compareSession = (theirs: TheirSession, ours: OurPayment | null): Finding | null => {
  const about = { stripeId: theirs.id, theirs: describe(theirs.facts) }
  if (ours === null || (ours.sessionId !== null && ours.sessionId !== theirs.id)) {
    return {
      kind: 'session_unknown',
      orderId: ours?.orderId ?? null,
      ours: ours === null ? 'no payment' : `another session, ${ours.state}`,
      ...about,
    }
  }
  if (ours.sessionId === null && ours.state === 'opening' && theirs.ageSec < openingSec) return null
  if (ours.sessionId === null) return { kind: 'session', orderId: ours.orderId, ours: `${ours.state}, no session`, ...about }
  const verdict = judgeSession(theirs.facts, ours)
  return verdict === 'nothing' || verdict === 'wait'
    ? null
    : { kind: 'session', orderId: ours.orderId, ours: ours.state, ...about }
}

export const compareCharge = (theirs: TheirCharge, ours: OurPayment | null): Finding | null => {
  const about = { stripeId: theirs.id, theirs: theirs.status === 'failed' ? `declined: ${theirs.declineCode}` : theirs.status }
  if (ours === null) return { kind: 'charge_unknown', orderId: null, ours: 'no payment', ...about }
  if (theirs.status === 'failed')
    return ours.declined.includes(theirs.id) ? null : { kind: 'decline', orderId: ours.orderId, ours: 'not known', ...about }
  const settled = ours.state === 'paid' || ours.state === 'review'
  return theirs.status !== 'succeeded' || settled ? null : { kind: 'charge', orderId: ours.orderId, ours: ours.state, ...about }
}

export const compareRefund = (
  theirs: { id: string; status: RefundState; amountMinor: number },
  orderId: string | null,
  ours: RefundState | null,
): Finding | null => {
  const about = { stripeId: theirs.id, theirs: `${theirs.status}, ${theirs.amountMinor}` }
  if (orderId === null) return { kind: 'refund_unknown', orderId, ours: 'no payment', ...about }
  if (ours === null) return { kind: 'refund', orderId, ours: 'no refund', ...about }
  return refundMoves(ours, theirs.status) ? { kind: 'refund', orderId, ours, ...about } : null
}

export const compareDispute = (
  theirs: { id: string; status: string },
  orderId: string | null,
  ours: string | null,
): Finding | null => {
  const about = { stripeId: theirs.id, theirs: theirs.status }
  if (orderId === null) return { kind: 'dispute_unknown', orderId, ours: 'no payment', ...about }
  if (ours === null) return { kind: 'dispute', orderId, ours: 'no dispute', ...about }
  return disputeOutcome(theirs.status) !== null && ours === 'open' ? { kind: 'dispute', orderId, ours, ...about } : null
}
