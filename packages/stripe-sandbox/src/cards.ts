// What a card does on the hosted page. A decline leaves the session open: the shopper may try another card.
import { openDispute } from './disputes.ts'
import { getSession } from './sessions.ts'
import { type Charge, type Intent, newId, type Session } from './state.ts'
import { keep, type World } from './world.ts'

export type CardOutcome =
  | { kind: 'paid' }
  | { kind: 'declined'; code: string; message: string }
  | { kind: 'authenticate' }
  | { kind: 'closed' }
  | { kind: 'invalid'; message: string }

/** Test numbers that are declined: Stripe's decline code, its error code and what the page says. */
const declines: Record<string, { code: string; error: string; message: string }> = {
  '4000000000000002': { code: 'generic_decline', error: 'card_declined', message: 'Your card was declined.' },
  '4000000000009995': { code: 'insufficient_funds', error: 'card_declined', message: 'Your card has insufficient funds.' },
  '4000000000009987': { code: 'lost_card', error: 'card_declined', message: 'Your card was declined.' },
  '4000000000009979': { code: 'stolen_card', error: 'card_declined', message: 'Your card was declined.' },
  '4000000000000069': { code: 'expired_card', error: 'expired_card', message: 'Your card has expired.' },
  '4000000000000127': { code: 'incorrect_cvc', error: 'incorrect_cvc', message: 'Your card’s security code is incorrect.' },
}
const asksForAuthentication = '4000002500003155'
const isDisputed = '4000000000000259'
/** Stripe's number of a card whose refunds take a while, and of one whose refunds fail after all. */
export const slowRefundLast4 = '7726'
export const failingRefundLast4 = '5126'

const intentOf = (world: World, session: Session): Intent => {
  const found = world.state.intents.get(session.payment_intent ?? '')
  if (found) return found
  const intent: Intent = {
    id: newId('pi'),
    object: 'payment_intent',
    created: world.now(),
    amount: session.amount_total,
    amount_received: 0,
    currency: session.currency,
    status: 'requires_payment_method',
    latest_charge: null,
    last_payment_error: null,
    payment_method_types: ['card'],
    metadata: world.state.intentMetadata.get(session.id) ?? {},
    livemode: false,
  }
  keep(world, intent)
  keep(world, Object.assign(session, { payment_intent: intent.id }))
  world.emit('payment_intent.created', intent)
  return intent
}

interface Failure {
  code: string
  error: string
  message: string
}

const newCharge = (world: World, intent: Intent, last4: string, failure: Failure | null): Charge => {
  const succeeded = failure === null
  const charge: Charge = {
    id: newId('ch'),
    object: 'charge',
    created: world.now(),
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
  return keep(world, charge)
}

const decline = (world: World, session: Session, last4: string, failure: Failure): CardOutcome => {
  const intent = intentOf(world, session)
  const charge = newCharge(world, intent, last4, failure)
  const { code, error, message } = failure
  keep(
    world,
    Object.assign(intent, {
      last_payment_error: { code: error, decline_code: code, message, type: 'card_error' as const },
      status: 'requires_payment_method' as const,
    }),
  )
  world.emit('charge.failed', charge)
  world.emit('payment_intent.payment_failed', intent)
  return { kind: 'declined', code, message }
}

const succeed = (world: World, session: Session, intent: Intent, last4: string): void => {
  const charge = newCharge(world, intent, last4, null)
  keep(world, Object.assign(intent, { status: 'succeeded' as const, amount_received: intent.amount, last_payment_error: null }))
  keep(world, Object.assign(session, { status: 'complete' as const, payment_status: 'paid' as const, url: null }))
  world.emit('charge.succeeded', charge)
  world.emit('payment_intent.succeeded', intent)
}

const capture = (world: World, session: Session, digits: string): CardOutcome => {
  const intent = intentOf(world, session)
  succeed(world, session, intent, digits.slice(-4))
  world.emit('checkout.session.completed', session)
  if (digits === isDisputed && intent.latest_charge !== null) openDispute(world, intent.latest_charge, 'fraudulent')
  return { kind: 'paid' }
}

const passesLuhn = (digits: string): boolean =>
  [...digits].reverse().reduce((sum, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return sum + (value > 9 ? value - 9 : value)
  }, 0) %
    10 ===
  0

/** Whether `MM / YY` lies in the past; an empty field is left unchecked, for forms that only send a number. */
const hasExpired = (expiry: string, now: number): boolean | null => {
  if (expiry.trim() === '') return false
  const match = /^(0?[1-9]|1[0-2])\s*\/?\s*(?:20)?(\d{2})$/.exec(expiry.trim())
  return match === null ? null : Date.UTC(2000 + Number(match[2]), Number(match[1])) <= now * 1000
}

/** What the hosted page's form does. @param expiry `MM / YY`, or empty */
export const payWithCard = (world: World, sessionId: string, cardNumber: string, expiry = ''): CardOutcome => {
  const session = getSession(world, sessionId)
  if (session.status !== 'open') return { kind: 'closed' }
  const digits = cardNumber.replace(/[\s-]/g, '')
  if (!/^\d{12,19}$/.test(digits) || !passesLuhn(digits)) return { kind: 'invalid', message: 'Your card number is invalid.' }
  const expired = hasExpired(expiry, world.now())
  if (expired === null) return { kind: 'invalid', message: 'Your card’s expiration date is incomplete.' }
  if (expired) return { kind: 'invalid', message: 'Your card’s expiration date is in the past.' }
  const failure = declines[digits]
  if (failure) return decline(world, session, digits.slice(-4), failure)
  if (digits === asksForAuthentication) {
    keep(world, Object.assign(intentOf(world, session), { status: 'requires_action' as const }))
    return { kind: 'authenticate' }
  }
  return capture(world, session, digits)
}

/** The end of the 3-D Secure step. */
export const authenticate = (world: World, sessionId: string, success: boolean): CardOutcome => {
  const session = getSession(world, sessionId)
  if (session.status !== 'open' || intentOf(world, session).status !== 'requires_action') return { kind: 'closed' }
  if (success) return capture(world, session, asksForAuthentication)
  const message = 'We are unable to authenticate your payment method. Please choose a different one.'
  return decline(world, session, asksForAuthentication.slice(-4), {
    code: 'authentication_required',
    error: 'payment_intent_authentication_failure',
    message,
  })
}

/** Completes a session whose money comes later, as bank transfers do. */
export const payLater = (world: World, sessionId: string): Session => {
  const session = getSession(world, sessionId)
  if (session.status !== 'open') return session
  const intent = keep(world, Object.assign(intentOf(world, session), { status: 'processing' as const }))
  keep(world, Object.assign(session, { status: 'complete' as const, url: null }))
  world.emit('payment_intent.processing', intent)
  world.emit('checkout.session.completed', session)
  return session
}

/** Ends what `payLater` began. */
export const settleLater = (world: World, sessionId: string, success: boolean): Session => {
  const session = getSession(world, sessionId)
  const intent = intentOf(world, session)
  if (intent.status !== 'processing') return session
  if (success) {
    succeed(world, session, intent, '0000')
    world.emit('checkout.session.async_payment_succeeded', session)
  } else {
    decline(world, session, '0000', {
      code: 'generic_decline',
      error: 'payment_intent_payment_attempt_failed',
      message: 'The bank refused the payment.',
    })
    world.emit('checkout.session.async_payment_failed', session)
  }
  return session
}
