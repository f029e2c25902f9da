// Refunds as at Stripe: limited to the captured amount, pending, succeeded, or failed after all.
import { failingRefundLast4, slowRefundLast4 } from './cards.ts'
import { assertMultipleOfStep } from './currencies.ts'
import { type FormObject, mapAt, textAt } from './form.ts'
import { type Shape, wholeNumber } from './params.ts'
import { type SandboxContext, saveEntry, saveObject } from './sandbox-context.ts'
import { type Charge, newId, type Refund } from './state.ts'
import { invalid, missing, refused } from './stripe-error.ts'

/** The outcome of new refunds. */
export type RefundMode = 'succeed' | 'pending' | 'fail'

export const refundShape = {
  charge: 'text',
  payment_intent: 'text',
  amount: 'text',
  reason: 'text',
  metadata: 'map',
  expand: 'texts',
} as const satisfies Record<string, Shape>

const settleAfterSec = 30
const reasons = ['duplicate', 'fraudulent', 'requested_by_customer']

const chargeOf = (context: SandboxContext, form: FormObject): Charge => {
  const intentId = textAt(form, 'payment_intent')
  const chargeId = textAt(form, 'charge')
  if (intentId === undefined && chargeId === undefined)
    throw invalid('One of the following params should be provided for this request: payment_intent or charge.')
  if (intentId !== undefined && !context.state.intents.has(intentId)) throw missing('payment_intent', intentId, 'payment_intent')
  const charge = context.state.charges.get(chargeId ?? context.state.intents.get(intentId ?? '')?.latest_charge ?? '')
  if (charge === undefined && chargeId !== undefined) throw missing('charge', chargeId, 'charge')
  if (charge?.status !== 'succeeded')
    throw refused('This PaymentIntent does not have a successful charge to refund.', 'payment_intent')
  if ([...context.state.disputes.values()].some((dispute) => dispute.charge === charge.id && dispute.status !== 'won'))
    throw refused(`Charge ${charge.id} has been charged back; cannot issue a refund.`, undefined, 'charge_disputed')
  return charge
}

const amountOf = (form: FormObject, charge: Charge): number => {
  const left = charge.amount_captured - charge.amount_refunded
  const given = textAt(form, 'amount')
  const amount = given === undefined ? left : wholeNumber(given, 'amount')
  if (left === 0) throw refused(`Charge ${charge.id} has already been refunded.`, undefined, 'charge_already_refunded')
  if (amount <= 0) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer')
  assertMultipleOfStep(amount, charge.currency, 'amount')
  if (amount > left) throw refused(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, 'amount')
  return amount
}

/** POST /v1/refunds */
export const createRefund = (context: SandboxContext, form: FormObject, mode: RefundMode): Refund => {
  const charge = chargeOf(context, form)
  const amount = amountOf(form, charge)
  const reason = textAt(form, 'reason') ?? null
  if (reason !== null && !reasons.includes(reason))
    throw invalid(`Invalid reason: must be one of ${reasons.join(', ')}`, 'reason')
  const refund: Refund = {
    id: newId('re'),
    object: 'refund',
    created: context.now(),
    amount,
    currency: charge.currency,
    status: 'pending',
    reason,
    charge: charge.id,
    payment_intent: charge.payment_intent,
    metadata: mapAt(form, 'metadata'),
  }
  saveObject(context, refund)
  saveObject(
    context,
    Object.assign(charge, {
      amount_refunded: charge.amount_refunded + amount,
      refunded: charge.amount_refunded + amount === charge.amount_captured,
    }),
  )
  context.emit('refund.created', refund)
  context.emit('charge.refunded', charge)
  const { last4 } = charge.payment_method_details.card
  if (last4 === slowRefundLast4)
    saveEntry(context, 'refundPlans', refund.id, { at: context.now() + settleAfterSec, success: true })
  else if (mode !== 'pending') settleRefund(context, refund.id, mode === 'succeed')
  if (last4 === failingRefundLast4)
    saveEntry(context, 'refundPlans', refund.id, { at: context.now() + settleAfterSec, success: false })
  return refund
}

const fail = (context: SandboxContext, refund: Refund): void => {
  const charge = context.state.charges.get(refund.charge)
  saveObject(context, Object.assign(refund, { status: 'failed' as const, failure_reason: 'lost_or_stolen_card' }))
  if (charge)
    saveObject(context, Object.assign(charge, { amount_refunded: charge.amount_refunded - refund.amount, refunded: false }))
  context.emit('refund.failed', refund)
  context.emit('charge.refund.updated', refund)
}

/** Ends a refund. A failed one returns its amount to the charge, also after it had succeeded. */
export const settleRefund = (context: SandboxContext, id: string, success: boolean): Refund => {
  const refund = context.state.refunds.get(id)
  if (refund === undefined) throw missing('refund', id)
  if (refund.status === 'failed' || (success && refund.status === 'succeeded')) return refund
  if (!success) fail(context, refund)
  else {
    saveObject(context, Object.assign(refund, { status: 'succeeded' as const }))
    context.emit('refund.updated', refund)
    context.emit('charge.refund.updated', refund)
  }
  return refund
}

/** Ends the refunds of test cards whose time has come. */
export const settleDueRefunds = (context: SandboxContext): void => {
  for (const [id, plan] of context.state.refundPlans) {
    if (plan.at > context.now()) continue
    saveEntry(context, 'refundPlans', id, { at: Number.MAX_SAFE_INTEGER, success: plan.success })
    settleRefund(context, id, plan.success)
  }
}
