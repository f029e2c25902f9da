// Fetches the state of a payment from Stripe. Events are only hints; Stripe's objects are authoritative.
import type { RefundState } from '@cartwright/contracts'
import {
  isMissing,
  type StripeCharge,
  type StripeClient,
  type StripeDispute,
  type StripePaymentIntent,
  type StripeRefund,
  type StripeSession,
} from '../../integrations/stripe-client.ts'
import { fromStripeAmount } from '../stripe-amount.ts'
import type { SessionObservation } from './decide.ts'

export interface ChargeObservation {
  id: string
  failed: boolean
  declineCode: string
}
export interface RefundObservation {
  id: string
  amountMinor: number
  status: RefundState
  /** Id of the refund row, in the metadata of refunds that this service created. */
  localId: string | null
  reason: string
}
export interface DisputeObservation {
  id: string
  status: string
  amountMinor: number
  reason: string
  dueAt: Date | null
}

/** Objects that are fetched besides the session and its intent. */
export type StatePart = 'charges' | 'refunds' | 'disputes'
export const allParts: readonly StatePart[] = ['charges', 'refunds', 'disputes']

export interface StripeState {
  sessionId: string
  /** Order and attempt from the session's metadata, when they are there. */
  orderId: string | null
  attempt: number | null
  url: string | null
  session: SessionObservation
  intentId: string | null
  charges: ChargeObservation[]
  refunds: RefundObservation[]
  disputes: DisputeObservation[]
}

const toRefundStatus = (status: string | null): RefundObservation['status'] => {
  if (status === 'succeeded') return 'succeeded'
  return status === 'failed' || status === 'canceled' ? 'failed' : 'pending'
}

export const observeCharge = (charge: StripeCharge): ChargeObservation => ({
  id: charge.id,
  failed: charge.status === 'failed',
  declineCode: charge.outcome?.reason ?? charge.failure_code ?? 'unknown',
})
export const observeRefund = (refund: StripeRefund): RefundObservation => ({
  id: refund.id,
  amountMinor: fromStripeAmount(refund.amount, refund.currency),
  status: toRefundStatus(refund.status),
  localId: refund.metadata?.refundId ?? null,
  reason: refund.failure_reason ?? '',
})
export const observeDispute = (dispute: StripeDispute): DisputeObservation => ({
  id: dispute.id,
  status: dispute.status,
  amountMinor: fromStripeAmount(dispute.amount, dispute.currency),
  reason: dispute.reason,
  dueAt: dispute.evidence_details.due_by ? new Date(dispute.evidence_details.due_by * 1000) : null,
})

/** Stripe lists newest first; events are published in the order in which things happened. */
const listIf = async <T, F>(wanted: boolean, list: () => Promise<{ data: T[] }>, facts: (item: T) => F): Promise<F[]> =>
  wanted ? (await list()).data.map(facts).reverse() : []

const listMoneyMovements = async (stripe: StripeClient, intentId: string, parts: readonly StatePart[]) => {
  const of = { payment_intent: intentId, limit: 100 }
  const [charges, refunds, disputes] = await Promise.all([
    listIf(parts.includes('charges'), () => stripe.charges.list(of), observeCharge),
    listIf(parts.includes('refunds'), () => stripe.refunds.list(of), observeRefund),
    listIf(parts.includes('disputes'), () => stripe.disputes.list(of), observeDispute),
  ])
  return { charges, refunds, disputes }
}

const noMovements = { charges: [], refunds: [], disputes: [] }

/** State for a session that Stripe does not have: it cannot be paid, so it counts as expired. */
const unknownSession = (sessionId: string): StripeState => ({
  sessionId,
  orderId: null,
  attempt: null,
  url: null,
  intentId: null,
  ...noMovements,
  session: { status: 'expired', paid: false, amountMinor: 0, currency: '', intentStatus: null },
})

/** Statuses that Stripe may add later count as open. */
export const toSessionStatus = (status: string | null): SessionObservation['status'] => {
  if (status === 'complete') return 'complete'
  return status === 'expired' ? 'expired' : 'open'
}

const observeSession = (session: StripeSession, intent: StripePaymentIntent | null): SessionObservation => ({
  status: toSessionStatus(session.status),
  paid: session.payment_status === 'paid' || intent?.status === 'succeeded',
  amountMinor: fromStripeAmount(
    intent?.status === 'succeeded' ? intent.amount_received : (session.amount_total ?? 0),
    session.currency ?? '',
  ),
  currency: session.currency ?? '',
  intentStatus: intent?.status ?? null,
})

const findSession = async (stripe: StripeClient, sessionId: string): Promise<StripeSession | null> => {
  try {
    return await stripe.checkout.sessions.retrieve(sessionId, { expand: ['payment_intent'] })
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Fetches one checkout session with its intent. @param parts further objects to list, one call each */
export const fetchStripeState = async (
  stripe: StripeClient,
  sessionId: string,
  parts: readonly StatePart[],
): Promise<StripeState> => {
  const session = await findSession(stripe, sessionId)
  if (session === null) return unknownSession(sessionId)
  const intent = typeof session.payment_intent === 'object' ? session.payment_intent : null
  const attempt = Number(session.metadata?.attempt)
  return {
    sessionId: session.id,
    orderId: session.metadata?.orderId ?? null,
    attempt: Number.isInteger(attempt) ? attempt : null,
    url: session.url,
    session: observeSession(session, intent),
    intentId: intent?.id ?? null,
    ...(intent ? await listMoneyMovements(stripe, intent.id, parts) : noMovements),
  }
}
