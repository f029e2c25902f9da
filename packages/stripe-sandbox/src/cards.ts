// Test cards: what each card does on the hosted page. A decline leaves the session open for another card.
import { openDispute } from './disputes.ts'
import { type SandboxContext, saveObject } from './sandbox-context.ts'
import { getSession } from './sessions.ts'
import { type Charge, type Intent, newId, type Session } from './state.ts'

export type CardOutcome =
  | { kind: 'paid' }
  | { kind: 'declined'; code: string; message: string }
  | { kind: 'authenticate' }
  | { kind: 'closed' }
  | { kind: 'invalid'; message: string }

/** Declined test numbers: Stripe's decline code, its error code and the message on the page. */
const declines: Record<string, { code: string; error: string; message: string }> = {
  '4000000000000002': { code: 'generic_decline', error: 'card_declined', message: 'Your card was declined.' },
  '4000000000009995': { code: 'insufficient_funds', error: 'card_declined', message: 'Your card has insufficient funds.' },
  '4000000000009987': { code: 'lost_card', error: 'card_declined', message: 'Your card was declined.' },
  '4000000000009979': { code: 'stolen_card', error: 'card_declined', message: 'Your card was declined.' },
  '4000000000000069': { code: 'expired_card', error: 'expired_card', message: 'Your card has expired.' },
  '4000000000000127': { code: 'incorrect_cvc', error: 'incorrect_cvc', message: 'Your card’s security code is incorrect.' },
}
const bankRefusal = { code: 'generic_decline', error: 'card_declined' } as const
const authenticationCard = '4000002500003155'
const disputedCard = '4000000000000259'
/** Last digits of the test card whose refunds stay pending for a while, and of the one whose refunds fail later. */
export const slowRefundLast4 = '7726'
export const failingRefundLast4 = '5126'

const getOrCreateIntent = (context: SandboxContext, session: Session): Intent => {
  const found = context.state.intents.get(session.payment_intent ?? '')
  if (found) return found
  const intent: Intent = {
    id: newId('pi'),
    object: 'payment_intent',
    created: context.now(),
    amount: session.amount_total,
    amount_received: 0,
    currency: session.currency,
    status: 'requires_payment_method',
    latest_charge: null,
    last_payment_error: null,
    payment_method_types: ['card'],
    metadata: context.state.intentMetadata.get(session.id) ?? {},
    livemode: false,
  }
  saveObject(context, intent)
  saveObject(context, Object.assign(session, { payment_intent: intent.id }))
  context.emit('payment_intent.created', intent)
  return intent
}

interface Failure {
  code: string
  error: string
  message: string
}

const newCharge = (context: SandboxContext, intent: Intent, last4: string, failure: Failure | null): Charge => {
  const succeeded = failure === null
  const charge: Charge = {
    id: newId('ch'),
    object: 'charge',
    created: context.now(),
    amount: intent.amount,
    amount_captured: succeeded ? intent.amount : 0,
    amount_refunded: 0,
    currency: intent.currency,
    status: succeeded ? 'succeeded' : 'failed',
    paid: succeeded,
    captured: succeeded,
    refunded: false,
    disputed: false,
    failure_code: failure?.error ?? null,
    failure_message: failure?.message ?? null,
    outcome: {
      network_status: succeeded ? 'approved_by_network' : 'declined_by_network',
      reason: failure?.code ?? null,
      type: succeeded ? 'authorized' : 'issuer_declined',
    },
    payment_method_details: { type: 'card', card: { brand: 'visa', last4 } },
    payment_intent: intent.id,
    metadata: intent.metadata,
    livemode: false,
  }
  intent.latest_charge = charge.id
  return saveObject(context, charge)
}

const decline = (context: SandboxContext, session: Session, last4: string, failure: Failure): CardOutcome => {
  const intent = getOrCreateIntent(context, session)
  const charge = newCharge(context, intent, last4, failure)
  const { code, error, message } = failure
  saveObject(
    context,
    Object.assign(intent, {
      last_payment_error: { code: error, decline_code: code, message, type: 'card_error' as const },
      status: 'requires_payment_method' as const,
    }),
  )
  context.emit('charge.failed', charge)
  context.emit('payment_intent.payment_failed', intent)
  return { kind: 'declined', code, message }
}

const succeed = (context: SandboxContext, session: Session, intent: Intent, last4: string): void => {
  const charge = newCharge(context, intent, last4, null)
  saveObject(
    context,
    Object.assign(intent, { status: 'succeeded' as const, amount_received: intent.amount, last_payment_error: null }),
  )
  saveObject(context, Object.assign(session, { status: 'complete' as const, payment_status: 'paid' as const, url: null }))
  context.emit('charge.succeeded', charge)
  context.emit('payment_intent.succeeded', intent)
}

const capture = (context: SandboxContext, session: Session, digits: string): CardOutcome => {
  const intent = getOrCreateIntent(context, session)
  succeed(context, session, intent, digits.slice(-4))
  context.emit('checkout.session.completed', session)
  if (digits === disputedCard && intent.latest_charge !== null) openDispute(context, intent.latest_charge, 'fraudulent')
  return { kind: 'paid' }
}

const passesLuhn = (digits: string): boolean =>
  [...digits].reverse().reduce((sum, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return sum + (value > 9 ? value - 9 : value)
  }, 0) %
    10 ===
  0

/** Whether `MM / YY` is in the past; null when it is malformed. An empty field is not checked. */
const hasExpired = (expiry: string, now: number): boolean | null => {
  if (expiry.trim() === '') return false
  const match = /^(0?[1-9]|1[0-2])\s*\/?\s*(?:20)?(\d{2})$/.exec(expiry.trim())
  return match === null ? null : Date.UTC(2000 + Number(match[2]), Number(match[1])) <= now * 1000
}

/** Pays as the form of the hosted page does. @param expiry `MM / YY`, or empty */
export const payWithCard = (context: SandboxContext, sessionId: string, cardNumber: string, expiry = ''): CardOutcome => {
  const session = getSession(context, sessionId)
  if (session.status !== 'open') return { kind: 'closed' }
  const digits = cardNumber.replace(/[\s-]/g, '')
  if (!/^\d{12,19}$/.test(digits) || !passesLuhn(digits)) return { kind: 'invalid', message: 'Your card number is invalid.' }
  const expired = hasExpired(expiry, context.now())
  if (expired === null) return { kind: 'invalid', message: 'Your card’s expiration date is incomplete.' }
  if (expired) return { kind: 'invalid', message: 'Your card’s expiration date is in the past.' }
  const failure = declines[digits]
  if (failure) return decline(context, session, digits.slice(-4), failure)
  if (digits === authenticationCard) {
    saveObject(context, Object.assign(getOrCreateIntent(context, session), { status: 'requires_action' as const }))
    return { kind: 'authenticate' }
  }
  if (context.declines.isNext())
    return decline(context, session, digits.slice(-4), { ...bankRefusal, message: 'Your card was declined.' })
  return capture(context, session, digits)
}

/** Ends the 3-D Secure step. */
export const authenticate = (context: SandboxContext, sessionId: string, success: boolean): CardOutcome => {
  const session = getSession(context, sessionId)
  if (session.status !== 'open' || getOrCreateIntent(context, session).status !== 'requires_action') return { kind: 'closed' }
  if (success) return capture(context, session, authenticationCard)
  const message = 'We are unable to authenticate your payment method. Please choose a different one.'
  return decline(context, session, authenticationCard.slice(-4), {
    code: 'authentication_required',
    error: 'payment_intent_authentication_failure',
    message,
  })
}

/** Completes a session whose payment is settled later, as bank transfers are. */
export const completeWithoutMoney = (context: SandboxContext, sessionId: string): Session => {
  const session = getSession(context, sessionId)
  if (session.status !== 'open') return session
  const intent = saveObject(context, Object.assign(getOrCreateIntent(context, session), { status: 'processing' as const }))
  saveObject(context, Object.assign(session, { status: 'complete' as const, url: null }))
  context.emit('payment_intent.processing', intent)
  context.emit('checkout.session.completed', session)
  return session
}

/** Settles a payment that `completeWithoutMoney` has left open. */
export const settleDelayedPayment = (context: SandboxContext, sessionId: string, success: boolean): Session => {
  const session = getSession(context, sessionId)
  const intent = getOrCreateIntent(context, session)
  if (intent.status !== 'processing') return session
  if (success) {
    succeed(context, session, intent, '0000')
    context.emit('checkout.session.async_payment_succeeded', session)
  } else {
    decline(context, session, '0000', {
      code: 'generic_decline',
      error: 'payment_intent_payment_attempt_failed',
      message: 'The bank refused the payment.',
    })
    context.emit('checkout.session.async_payment_failed', session)
  }
  return session
}
