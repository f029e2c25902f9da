// Refunds and disputes, with Stripe's caps and states.
import type { World } from './checkout.ts'
import { type FormObject, mapAt, textAt } from './form.ts'
import { type Charge, type Dispute, newId, type Refund } from './state.ts'
import { invalid, missing } from './stripe-error.ts'

export type RefundMode = 'succeed' | 'pending' | 'fail'

const chargeOf = (world: World, form: FormObject): Charge => {
  const intentId = textAt(form, 'payment_intent')
  const chargeId = textAt(form, 'charge') ?? world.state.intents.get(intentId ?? '')?.latest_charge ?? ''
  const charge = world.state.charges.get(chargeId)
  if (charge === undefined || charge.status !== 'succeeded') throw missing('charge', chargeId || (intentId ?? ''))
  return charge
}

/** POST /v1/refunds */
export const createRefund = (world: World, form: FormObject, mode: RefundMode): Refund => {
  const charge = chargeOf(world, form)
  const left = charge.amount_captured - charge.amount_refunded
  const amount = textAt(form, 'amount') === undefined ? left : Number(textAt(form, 'amount'))
  if (!Number.isInteger(amount) || amount <= 0) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer')
  if (left === 0) throw invalid(`Charge ${charge.id} has already been refunded.`, undefined, 'charge_already_refunded')
  if (amount > left) throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, 'amount')
  const refund: Refund = {
    id: newId('re'), object: 'refund', created: world.now(), amount, currency: charge.currency, status: 'pending', failure_reason: null, reason: textAt(form, 'reason') ?? null,
    charge: charge.id, payment_intent: charge.payment_intent, metadata: mapAt(form, 'metadata'),
  }
  world.state.refunds.set(refund.id, refund)
  charge.amount_refunded += amount
  charge.refunded = charge.amount_refunded === charge.amount_captured
  world.emit('refund.created', refund)
  if (mode !== 'pending') settleRefund(world, refund.id, mode === 'succeed')
  return refund
}

/** Ends a pending refund; a failed one gives the amount back to the charge. */
export const settleRefund = (world: World, id: string, success: boolean): Refund => {
  const refund = world.state.refunds.get(id)
  if (refund === undefined) throw missing('refund', id)
  const charge = world.state.charges.get(refund.charge)
  if (refund.status !== 'pending' || charge === undefined) return refund
  if (success) {
    refund.status = 'succeeded'
    world.emit('charge.refunded', charge)
    world.emit('refund.updated', refund)
    world.emit('charge.refund.updated', refund)
  } else {
    Object.assign(refund, { status: 'failed', failure_reason: 'lost_or_stolen_card' })
    charge.amount_refunded -= refund.amount
    charge.refunded = false
    world.emit('refund.failed', refund)
    world.emit('charge.refund.updated', refund)
  }
  return refund
}

export const openDispute = (world: World, chargeId: string, reason: string): Dispute => {
  const charge = world.state.charges.get(chargeId)
  if (charge === undefined) throw missing('charge', chargeId)
  charge.disputed = true
  const dispute: Dispute = {
    id: newId('dp'), object: 'dispute', created: world.now(), amount: charge.amount, currency: charge.currency, status: 'needs_response', reason, charge: charge.id,
    payment_intent: charge.payment_intent, evidence_details: { due_by: world.now() + 7 * 86_400 }, metadata: {}, livemode: false,
  }
  world.state.disputes.set(dispute.id, dispute)
  world.emit('charge.dispute.created', dispute)
  return dispute
}

export const closeDispute = (world: World, id: string, outcome: 'won' | 'lost'): Dispute => {
  const dispute = world.state.disputes.get(id)
  if (dispute === undefined) throw missing('dispute', id)
  dispute.status = outcome
  world.emit('charge.dispute.closed', dispute)
  return dispute
}
