// Fetches what Stripe knows of a payment: events are only hints, the objects are the truth.
import type Stripe from 'stripe'
import { fromStripe } from '../stripe-amount.ts'
import { isMissing } from '../stripe-client.ts'
import type { SessionFacts } from './decide.ts'

export interface ChargeFacts {
  id: string
  failed: boolean
  declineCode: string
}
export interface RefundFacts {
  id: string
  amountMinor: number
  status: 'pending' | 'succeeded' | 'failed'
  /** Our own refund's id, when we made it. */
  ours: string | null
  reason: string
}
export interface DisputeFacts {
  id: string
  status: string
  amountMinor: number
  reason: string
  dueAt: Date | null
}

/** What is fetched besides the session and its intent. */
export type Part = 'charges' | 'refunds' | 'disputes'
export const everything: readonly Part[] = ['charges', 'refunds', 'disputes']

export interface Snapshot {
  sessionId: string
  /** The order and attempt that the session was opened for, when it names them. */
  orderId: string | null
  attempt: number | null
  url: string | null
  session: SessionFacts
  intentId: string | null
  charges: ChargeFacts[]
  refunds: RefundFacts[]
  disputes: DisputeFacts[]
}

const refundStatus = (status: string | null): RefundFacts['status'] => {
  if (status === 'succeeded') return 'succeeded'
  return status === 'failed' || status === 'canceled' ? 'failed' : 'pending'
}

export const chargeFacts = (charge: Stripe.Charge): ChargeFacts => ({
  id: charge.id,
  failed: charge.status === 'failed',
  declineCode: charge.outcome?.reason ?? charge.failure_code ?? 'unknown',
})
export const refundFacts = (refund: Stripe.Refund): RefundFacts => ({
  id: refund.id,
  amountMinor: fromStripe(refund.amount, refund.currency),
  status: refundStatus(refund.status),
  ours: refund.metadata?.refundId ?? null,
  reason: refund.failure_reason ?? '',
})
export const disputeFacts = (dispute: Stripe.Dispute): DisputeFacts => ({
  id: dispute.id,
  status: dispute.status,
  amountMinor: fromStripe(dispute.amount, dispute.currency),
  reason: dispute.reason,
  dueAt: dispute.evidence_details.due_by ? new Date(dispute.evidence_details.due_by * 1000) : null,
})

/** Stripe lists newest first; we tell things in the order in which they happened. */
const read = async <T, F>(wanted: boolean, list: () => Promise<{ data: T[] }>, facts: (item: T) => F): Promise<F[]> =>
  wanted ? (await list()).data.map(facts).reverse() : []

const moneyFacts = async (stripe: Stripe, intentId: string, parts: readonly Part[]) => {
  const of = { payment_intent: intentId, limit: 100 }
  const [charges, refunds, disputes] = await Promise.all([
    read(parts.includes('charges'), () => stripe.charges.list(of), chargeFacts),
    read(parts.includes('refunds'), () => stripe.refunds.list(of), refundFacts),
    read(parts.includes('disputes'), () => stripe.disputes.list(of), disputeFacts),
  ])
  return { charges, refunds, disputes }
}

const nothing = { charges: [], refunds: [], disputes: [] }

/** A session that Stripe does not have cannot be paid any more. */
const unknownSession = (sessionId: string): Snapshot => ({
  sessionId,
  orderId: null,
  attempt: null,
  url: null,
  intentId: null,
  ...nothing,
  session: { status: 'expired', paid: false, amountMinor: 0, currency: '', intentStatus: null },
})

/** The library leaves room for words that Stripe may add; what is not over is open. */
export const sessionStatus = (status: string | null): SessionFacts['status'] => {
  if (status === 'complete') return 'complete'
  return status === 'expired' ? 'expired' : 'open'
}

const factsOf = (session: Stripe.Checkout.Session, intent: Stripe.PaymentIntent | null): SessionFacts => ({
  status: sessionStatus(session.status),
  paid: session.payment_status === 'paid' || intent?.status === 'succeeded',
  amountMinor: fromStripe(
    intent?.status === 'succeeded' ? intent.amount_received : (session.amount_total ?? 0),
    session.currency ?? '',
  ),
  currency: session.currency ?? '',
  intentStatus: intent?.status ?? null,
})

const retrieve = async (stripe: Stripe, sessionId: string): Promise<Stripe.Checkout.Session | null> => {
  try {
    return await stripe.checkout.sessions.retrieve(sessionId, { expand: ['payment_intent'] })
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** What Stripe has now about one checkout session. @param parts what is read besides session and intent, each one call more */
export const takeSnapshot = async (stripe: Stripe, sessionId: string, parts: readonly Part[]): Promise<Snapshot> => {
  const session = await retrieve(stripe, sessionId)
  if (session === null) return unknownSession(sessionId)
  const intent = typeof session.payment_intent === 'object' ? session.payment_intent : null
  const attempt = Number(session.metadata?.attempt)
  return {
    sessionId: session.id,
    orderId: session.metadata?.orderId ?? null,
    attempt: Number.isInteger(attempt) ? attempt : null,
    url: session.url,
    session: factsOf(session, intent),
    intentId: intent?.id ?? null,
    ...(intent ? await moneyFacts(stripe, intent.id, parts) : nothing),
  }
}
