// Disputes: a cardholder asks the bank for the money back, and the bank decides.
import { type Dispute, newId } from './state.ts'
import { missing } from './stripe-error.ts'
import { keep, type World } from './world.ts'

const answerSec = 7 * 86_400

export const openDispute = (world: World, chargeId: string, reason: string): Dispute => {
  const charge = world.state.charges.get(chargeId)
  if (charge === undefined) throw missing('charge', chargeId)
  keep(world, Object.assign(charge, { disputed: true }))
  const dispute: Dispute = {
    id: newId('dp'),
    object: 'dispute',
    created: world.now(),
    amount: charge.amount - charge.amount_refunded || charge.amount,
    currency: charge.currency,
    status: 'needs_response',
    reason,
    charge: charge.id,
    payment_intent: charge.payment_intent,
    evidence_details: { due_by: world.now() + answerSec, has_evidence: false, past_due: false, submission_count: 0 },
    metadata: {},
    livemode: false,
  }
  keep(world, dispute)
  world.emit('charge.dispute.created', dispute)
  world.emit('charge.dispute.funds_withdrawn', dispute)
  return dispute
}

/** `under_review` is a step on the way; `won` and `lost` end it. */
export const moveDispute = (world: World, id: string, status: 'under_review' | 'won' | 'lost'): Dispute => {
  const dispute = world.state.disputes.get(id)
  if (dispute === undefined) throw missing('dispute', id)
  keep(world, Object.assign(dispute, { status }))
  world.emit(status === 'under_review' ? 'charge.dispute.updated' : 'charge.dispute.closed', dispute)
  if (status === 'won') world.emit('charge.dispute.funds_reinstated', dispute)
  return dispute
}
