// Fetches what Stripe knows of a payment: events are only hints, the objects are the truth.
import type Stripe from 'stripe'
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
  dueAt: string | null
}

export interface Snapshot {
  sessionId: string
  session: SessionFacts
  intentId: string | null
  charges: ChargeFacts[]
  refunds: RefundFacts[]
  disputes: DisputeFacts[]
}

const refundStatus = (status: string | null): RefundFacts['status'] => (status === 'succeeded' ? 'succeeded' : status === 'failed' || status === 'canceled' ? 'failed' : 'pending')

const moneyFacts = async (stripe: Stripe, intentId: string) => {
  const [charges, refunds, disputes] = await Promise.all([
    stripe.charges.list({ payment_intent: intentId, limit: 100 }),
    stripe.refunds.list({ payment_intent: intentId, limit: 100 }),
    stripe.disputes.list({ payment_intent: intentId, limit: 100 }),
  ])
  return {
    charges: charges.data.map((charge) => ({ id: charge.id, failed: charge.status === 'failed', declineCode: charge.outcome?.reason ?? charge.failure_code ?? 'unknown' })).reverse(),
    refunds: refunds.data.map((refund) => ({ id: refund.id, amountMinor: refund.amount, status: refundStatus(refund.status), ours: refund.metadata?.refundId ?? null, reason: refund.failure_reason ?? '' })).reverse(),
    disputes: disputes.data.map((dispute) => ({
      id: dispute.id, status: dispute.status, amountMinor: dispute.amount, reason: dispute.reason, dueAt: dispute.evidence_details.due_by ? new Date(dispute.evidence_details.due_by * 1000).toISOString() : null,
    })),
  }
}

/** Everything about one checkout session, as Stripe has it now. */
export const takeSnapshot = async (stripe: Stripe, sessionId: string): Promise<Snapshot> => {
  const session = await stripe.checkout.sessions.retrieve(sessionId, { expand: ['payment_intent'] })
  const intent = typeof session.payment_intent === 'object' ? session.payment_intent : null
  const money = intent ? await moneyFacts(stripe, intent.id) : { charges: [], refunds: [], disputes: [] }
  return {
    sessionId: session.id,
    session: {
      status: session.status === 'complete' || session.status === 'expired' ? session.status : 'open',
      paid: session.payment_status === 'paid' || intent?.status === 'succeeded',
      amountMinor: intent?.status === 'succeeded' ? intent.amount_received : (session.amount_total ?? 0),
      currency: session.currency ?? '',
      intentStatus: intent?.status ?? null,
    },
    intentId: intent?.id ?? null,
    ...money,
  }
}
