// Compares one object of Stripe's with what our rows say of it, in both directions. Pure: it only tells the difference.
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

/** A difference, and whether taking in what Stripe says mends it. What Stripe takes no part in, and where we are ahead, only a person settles. */
export interface Difference extends Finding {
  mends: boolean
}

/** A difference that can be looked at again, with our rows as they are then. */
export interface Found {
  difference: Difference
  /** @param mended our rows were brought to what Stripe says in between */
  again(mended: boolean): Promise<Difference | null>
}

/**
 * Whether the row has not changed for a while. Where we are ahead of Stripe counts only then: lists are read while webhooks are
 * applied, so a row that has just moved may be newer than the list.
 */
interface Standing {
  stands: boolean
}

/** What our rows say of a payment. */
export interface OurPayment extends Standing {
  orderId: string
  state: PaymentState
  amountMinor: number
  currency: string
  sessionId: string | null
  declined: readonly string[]
}
export interface OurRefund extends Standing {
  state: RefundState
  amountMinor: number
}
export interface OurDispute extends Standing {
  status: string
}

/** The payment that an object names. It is not the payment's own when it belongs to another intent: anybody can write metadata. */
export interface Owner {
  payment: OurPayment
  own: boolean
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

type About = Pick<Finding, 'stripeId' | 'theirs'>
type Kind = 'charge' | 'refund' | 'dispute'

const unknown = (kind: Kind, owner: Owner | null, about: About): Difference => ({
  kind: `${kind}_unknown`,
  orderId: owner?.payment.orderId ?? null,
  ours: owner === null ? 'no payment' : `another intent, ${owner.payment.state}`,
  mends: false,
  ...about,
})

const hasMoney = ({ state }: OurPayment): boolean => state === 'paid' || state === 'review'

const compareFacts = (facts: SessionFacts, ours: OurPayment, about: About): Difference | null => {
  const difference = { kind: 'session' as const, orderId: ours.orderId, ours: ours.state, ...about }
  const verdict = judgeSession(facts, ours)
  if (verdict !== 'nothing' && verdict !== 'wait') return { ...difference, mends: true }
  return hasMoney(ours) && !facts.paid && ours.stands ? { ...difference, mends: false } : null
}

export const compareSession = (theirs: TheirSession, ours: OurPayment | null): Difference | null => {
  const about = { stripeId: theirs.id, theirs: describe(theirs.facts) }
  if (ours === null || (ours.sessionId !== null && ours.sessionId !== theirs.id)) {
    return {
      kind: 'session_unknown',
      orderId: ours?.orderId ?? null,
      ours: ours === null ? 'no payment' : `another session, ${ours.state}`,
      mends: false,
      ...about,
    }
  }
  if (ours.sessionId === null && ours.state === 'opening' && theirs.ageSec < openingSec) return null
  if (ours.sessionId === null)
    return { kind: 'session', orderId: ours.orderId, ours: `${ours.state}, no session`, mends: true, ...about }
  return compareFacts(theirs.facts, ours, about)
}

export const compareCharge = (theirs: TheirCharge, owner: Owner | null): Difference | null => {
  const about = { stripeId: theirs.id, theirs: theirs.status === 'failed' ? `declined: ${theirs.declineCode}` : theirs.status }
  if (!owner?.own) return unknown('charge', owner, about)
  const { payment: ours } = owner
  const { orderId } = ours
  if (theirs.status === 'failed')
    return ours.declined.includes(theirs.id) ? null : { kind: 'decline', orderId, ours: 'not known', mends: true, ...about }
  return theirs.status !== 'succeeded' || hasMoney(ours)
    ? null
    : { kind: 'charge', orderId, ours: ours.state, mends: true, ...about }
}

/** @param mended our rows were just brought to what Stripe says. Amounts do not move: one that still differs counts although its row has just changed */
export const compareRefund = (
  theirs: { id: string; status: RefundState; amountMinor: number },
  owner: Owner | null,
  ours: OurRefund | null,
  mended: boolean,
): Difference | null => {
  const about = { stripeId: theirs.id, theirs: `${theirs.status}, ${theirs.amountMinor}` }
  if (!owner?.own) return unknown('refund', owner, about)
  const { orderId } = owner.payment
  if (ours === null) return { kind: 'refund', orderId, ours: 'no refund', mends: true, ...about }
  const difference = { kind: 'refund' as const, orderId, ours: `${ours.state}, ${ours.amountMinor}`, ...about }
  if (refundMoves(ours.state, theirs.status)) return { ...difference, mends: true }
  const sameAmount = ours.amountMinor === theirs.amountMinor
  const counts = ours.stands || (mended && !sameAmount)
  return !counts || (sameAmount && ours.state === theirs.status) ? null : { ...difference, mends: false }
}

export const compareDispute = (
  theirs: { id: string; status: string },
  owner: Owner | null,
  ours: OurDispute | null,
): Difference | null => {
  const about = { stripeId: theirs.id, theirs: theirs.status }
  if (!owner?.own) return unknown('dispute', owner, about)
  const { orderId } = owner.payment
  if (ours === null) return { kind: 'dispute', orderId, ours: 'no dispute', mends: true, ...about }
  const difference = { kind: 'dispute' as const, orderId, ours: ours.status, ...about }
  const outcome = disputeOutcome(theirs.status)
  if (ours.status === 'open') return outcome === null ? null : { ...difference, mends: true }
  return outcome === ours.status || !ours.stands ? null : { ...difference, mends: false }
}

/** Something of ours that Stripe does not have. */
export const ghost = (kind: 'session' | 'refund', orderId: string, stripeId: string, ours: string): Difference => ({
  kind,
  orderId,
  stripeId,
  ours,
  theirs: `no such ${kind}`,
  mends: false,
})
