// Comparison of one Stripe object (remote) with its row (local), in both directions. Pure.
import type { FindingKind, PaymentState, RefundState } from '@cartwright/contracts'
import { canRefundMove, decideSession, disputeOutcome, type SessionObservation } from '../../domain/sync-payment/decide.ts'

export interface Finding {
  kind: FindingKind
  orderId: string | null
  stripeId: string
  local: string
  remote: string
}

/** Repairable when applying Stripe's state removes it. An unknown object, or a local row ahead of Stripe, needs an operator. */
export interface Difference extends Finding {
  isRepairable: boolean
}

/** A difference that can be compared again with the current rows. */
export interface FoundDifference {
  difference: Difference
  /** @param repaired the payment was updated from Stripe in between */
  recheck(repaired: boolean): Promise<Difference | null>
}

/**
 * Whether the row has not changed for a minute. Only then does being ahead of Stripe count: lists are read while webhooks are
 * applied, so a row that has just changed may be newer than the list.
 */
interface Stability {
  isStable: boolean
}

export interface LocalPayment extends Stability {
  orderId: string
  state: PaymentState
  amountMinor: number
  currency: string
  sessionId: string | null
  declined: readonly string[]
}
export interface LocalRefund extends Stability {
  state: RefundState
  amountMinor: number
}
export interface LocalDispute extends Stability {
  status: string
}

/** The payment that an object names. The object is foreign when it belongs to another intent: metadata can be written by hand. */
export interface Owner {
  payment: LocalPayment
  isOwn: boolean
}

export interface RemoteSession {
  id: string
  /** Order id in the session's metadata. */
  orderId: string | null
  /** Seconds since the session was opened. */
  ageSec: number
  observation: SessionObservation
}
interface RemoteCharge {
  id: string
  status: string
  declineCode: string
}

/** Grace period in which the response of an opening may not be written yet. */
const openingSec = 60

const describe = ({ status, paid, amountMinor, currency }: SessionObservation): string =>
  `${status}, ${paid ? 'paid' : 'unpaid'}, ${amountMinor} ${currency}`

type About = Pick<Finding, 'stripeId' | 'remote'>
type Kind = 'charge' | 'refund' | 'dispute'

const unknownObject = (kind: Kind, owner: Owner | null, about: About): Difference => ({
  kind: `${kind}_unknown`,
  orderId: owner?.payment.orderId ?? null,
  local: owner === null ? 'no payment' : `another intent, ${owner.payment.state}`,
  isRepairable: false,
  ...about,
})

const hasMoney = ({ state }: LocalPayment): boolean => state === 'paid' || state === 'review'

const compareObservation = (observation: SessionObservation, local: LocalPayment, about: About): Difference | null => {
  const difference = { kind: 'session' as const, orderId: local.orderId, local: local.state, ...about }
  const outcome = decideSession(observation, local)
  if (outcome !== 'nothing' && outcome !== 'wait') return { ...difference, isRepairable: true }
  return hasMoney(local) && !observation.paid && local.isStable ? { ...difference, isRepairable: false } : null
}

export const compareSession = (remote: RemoteSession, local: LocalPayment | null): Difference | null => {
  const about = { stripeId: remote.id, remote: describe(remote.observation) }
  if (local === null || (local.sessionId !== null && local.sessionId !== remote.id)) {
    return {
      kind: 'session_unknown',
      orderId: local?.orderId ?? null,
      local: local === null ? 'no payment' : `another session, ${local.state}`,
      isRepairable: false,
      ...about,
    }
  }
  if (local.sessionId === null && local.state === 'opening' && remote.ageSec < openingSec) return null
  if (local.sessionId === null)
    return { kind: 'session', orderId: local.orderId, local: `${local.state}, no session`, isRepairable: true, ...about }
  return compareObservation(remote.observation, local, about)
}

export const compareCharge = (remote: RemoteCharge, owner: Owner | null): Difference | null => {
  const about = { stripeId: remote.id, remote: remote.status === 'failed' ? `declined: ${remote.declineCode}` : remote.status }
  if (!owner?.isOwn) return unknownObject('charge', owner, about)
  const { payment: local } = owner
  const { orderId } = local
  if (remote.status === 'failed')
    return local.declined.includes(remote.id)
      ? null
      : { kind: 'decline', orderId, local: 'not known', isRepairable: true, ...about }
  return remote.status !== 'succeeded' || hasMoney(local)
    ? null
    : { kind: 'charge', orderId, local: local.state, isRepairable: true, ...about }
}

/** @param repaired the payment was just updated from Stripe. Amounts never change, so a difference counts on a fresh row too */
export const compareRefund = (
  remote: { id: string; status: RefundState; amountMinor: number },
  owner: Owner | null,
  local: LocalRefund | null,
  repaired: boolean,
): Difference | null => {
  const about = { stripeId: remote.id, remote: `${remote.status}, ${remote.amountMinor}` }
  if (!owner?.isOwn) return unknownObject('refund', owner, about)
  const { orderId } = owner.payment
  if (local === null) return { kind: 'refund', orderId, local: 'no refund', isRepairable: true, ...about }
  const difference = { kind: 'refund' as const, orderId, local: `${local.state}, ${local.amountMinor}`, ...about }
  if (canRefundMove(local.state, remote.status)) return { ...difference, isRepairable: true }
  const sameAmount = local.amountMinor === remote.amountMinor
  const counts = local.isStable || (repaired && !sameAmount)
  return !counts || (sameAmount && local.state === remote.status) ? null : { ...difference, isRepairable: false }
}

export const compareDispute = (
  remote: { id: string; status: string },
  owner: Owner | null,
  local: LocalDispute | null,
): Difference | null => {
  const about = { stripeId: remote.id, remote: remote.status }
  if (!owner?.isOwn) return unknownObject('dispute', owner, about)
  const { orderId } = owner.payment
  if (local === null) return { kind: 'dispute', orderId, local: 'no dispute', isRepairable: true, ...about }
  const difference = { kind: 'dispute' as const, orderId, local: local.status, ...about }
  const outcome = disputeOutcome(remote.status)
  if (local.status === 'open') return outcome === null ? null : { ...difference, isRepairable: true }
  return outcome === local.status || !local.isStable ? null : { ...difference, isRepairable: false }
}

/** Difference for a local record that Stripe does not have. */
export const orphanDifference = (kind: 'session' | 'refund', orderId: string, stripeId: string, local: string): Difference => ({
  kind,
  orderId,
  stripeId,
  local,
  remote: `no such ${kind}`,
  isRepairable: false,
})
