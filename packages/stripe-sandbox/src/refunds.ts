// Refunds, with Stripe's cap and states: a pending one ends later, and one that succeeded can still fail.
import { failingRefundLast4, slowRefundLast4 } from './cards.ts'
import { refuseBetweenSteps } from './currencies.ts'
import { type FormObject, mapAt, textAt } from './form.ts'
import { type Shape, wholeNumber } from './params.ts'
import { type Charge, newId, type Refund } from './state.ts'
import { invalid, missing, refused } from './stripe-error.ts'
import { keep, put, type World } from './world.ts'

/** How new refunds behave. */
export type RefundMode = 'succeed' | 'pending' | 'fail'

export const refundShape = {
  charge: 'text',
  payment_intent: 'text',
  amount: 'text',
  reason: 'text',
  metadata: 'map',
  expand: 'texts',
} as const satisfies Record<string, Shape>

const planSec = 30
const reasons = ['duplicate', 'fraudulent', 'requested_by_customer']

const chargeOf = (world: World, form: FormObject): Charge => {
  const intentId = textAt(form, 'payment_intent')
  const chargeId = textAt(form, 'charge')
  if (intentId === undefined && chargeId === undefined)
    throw invalid('One of the following params should be provided for this request: payment_intent or charge.')
  if (intentId !== undefined && !world.state.intents.has(intentId)) throw missing('payment_intent', intentId, 'payment_intent')
  const charge = world.state.charges.get(chargeId ?? world.state.intents.get(intentId ?? '')?.latest_charge ?? '')
  if (charge === undefined && chargeId !== undefined) throw missing('charge', chargeId, 'charge')
  if (charge?.status !== 'succeeded')
    throw refused('This PaymentIntent does not have a successful charge to refund.', 'payment_intent')
  if ([...world.state.disputes.values()].some((dispute) => dispute.charge === charge.id && dispute.status !== 'won'))
    throw refused(`Charge ${charge.id} has been charged back; cannot issue a refund.`, undefined, 'charge_disputed')
  return charge
}

const amountOf = (form: FormObject, charge: Charge): number => {
  const left = charge.amount_captured - charge.amount_refunded
  const given = textAt(form, 'amount')
  const amount = given === undefined ? left : wholeNumber(given, 'amount')
  if (left === 0) throw refused(`Charge ${charge.id} has already been refunded.`, undefined, 'charge_already_refunded')
  if (amount <= 0) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer')
  refuseBetweenSteps(amount, charge.currency, 'amount')
  if (amount > left) throw refused(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, 'amount')
  return amount
}

/** POST /v1/refunds */
export const createRefund = (world: World, form: FormObject, mode: RefundMode): Refund => {
  const charge = chargeOf(world, form)
  const amount = amountOf(form, charge)
  const reason = textAt(form, 'reason') ?? null
  if (reason !== null && !reasons.includes(reason))
    throw invalid(`Invalid reason: must be one of ${reasons.join(', ')}`, 'reason')
  const refund: Refund = {
    id: newId('re'),
    object: 'refund',
    created: world.now(),
    amount,
    currency: charge.currency,
    status: 'pending',
    reason,
    charge: charge.id,
    payment_intent: charge.payment_intent,
    metadata: mapAt(form, 'metadata'),
  }
  keep(world, refund)
  keep(
    world,
    Object.assign(charge, {
      amount_refunded: charge.amount_refunded + amount,
      refunded: charge.amount_refunded + amount === charge.amount_captured,
    }),
  )
  world.emit('refund.created', refund)
  world.emit('charge.refunded', charge)
  const { last4 } = charge.payment_method_details.card
  if (last4 === slowRefundLast4) put(world, 'refundPlans', refund.id, { at: world.now() + planSec, success: true })
  else if (mode !== 'pending') settleRefund(world, refund.id, mode === 'succeed')
  if (last4 === failingRefundLast4) put(world, 'refundPlans', refund.id, { at: world.now() + planSec, success: false })
  return refund
}

const fail = (world: World, refund: Refund): void => {
  const charge = world.state.charges.get(refund.charge)
  keep(world, Object.assign(refund, { status: 'failed' as const, failure_reason: 'lost_or_stolen_card' }))
  if (charge) keep(world, Object.assign(charge, { amount_refunded: charge.amount_refunded - refund.amount, refunded: false }))
  world.emit('refund.failed', refund)
  world.emit('charge.refund.updated', refund)
}

/** Ends a refund. A failed one gives the amount back to the charge; that may happen after a success too. */
export const settleRefund = (world: World, id: string, success: boolean): Refund => {
  const refund = world.state.refunds.get(id)
  if (refund === undefined) throw missing('refund', id)
  if (refund.status === 'failed' || (success && refund.status === 'succeeded')) return refund
  if (!success) fail(world, refund)
  else {
    keep(world, Object.assign(refund, { status: 'succeeded' as const }))
    world.emit('refund.updated', refund)
    world.emit('charge.refund.updated', refund)
  }
  return refund
}

/** Ends the refunds whose test card said "later", when later has come. */
export const settleDueRefunds = (world: World): void => {
  for (const [id, plan] of world.state.refundPlans) {
    if (plan.at > world.now()) continue
    put(world, 'refundPlans', id, { at: Number.MAX_SAFE_INTEGER, success: plan.success })
    settleRefund(world, id, plan.success)
  }
}
