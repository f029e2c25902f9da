// Disputes: a cardholder reclaims a charge, and the bank decides.
import { type SandboxContext, saveObject } from './sandbox-context.ts'
import { type Dispute, newId } from './state.ts'
import { missing } from './stripe-error.ts'

const responseSec = 7 * 86_400

export const openDispute = (context: SandboxContext, chargeId: string, reason: string): Dispute => {
  const charge = context.state.charges.get(chargeId)
  if (charge === undefined) throw missing('charge', chargeId)
  saveObject(context, Object.assign(charge, { disputed: true }))
  const dispute: Dispute = {
    id: newId('dp'),
    object: 'dispute',
    created: context.now(),
    amount: charge.amount - charge.amount_refunded || charge.amount,
    currency: charge.currency,
    status: 'needs_response',
    reason,
    charge: charge.id,
    payment_intent: charge.payment_intent,
    evidence_details: { due_by: context.now() + responseSec, has_evidence: false, past_due: false, submission_count: 0 },
    metadata: {},
    livemode: false,
  }
  saveObject(context, dispute)
  context.emit('charge.dispute.created', dispute)
  context.emit('charge.dispute.funds_withdrawn', dispute)
  return dispute
}

/** `under_review` is an intermediate state; `won` and `lost` are final. */
export const setDisputeStatus = (context: SandboxContext, id: string, status: 'under_review' | 'won' | 'lost'): Dispute => {
  const dispute = context.state.disputes.get(id)
  if (dispute === undefined) throw missing('dispute', id)
  saveObject(context, Object.assign(dispute, { status }))
  context.emit(status === 'under_review' ? 'charge.dispute.updated' : 'charge.dispute.closed', dispute)
  if (status === 'won') context.emit('charge.dispute.funds_reinstated', dispute)
  return dispute
}
