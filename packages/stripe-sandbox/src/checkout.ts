// Checkout sessions and what happens to money on the hosted page: Stripe's rules for the part of its API that we use.
import { type FormObject, listAt, mapAt, textAt } from './form.ts'
import { type Charge, type Intent, type LineItem, newId, type Session, type State, type StripeObject } from './state.ts'
import { invalid, missing } from './stripe-error.ts'

export interface World {
  state: State
  /** Unix seconds. */
  now(): number
  emit(type: string, object: StripeObject): void
  /** Where the hosted page is. */
  pageUrl(sessionId: string): string
}

const known = new Set([
  'mode', 'line_items', 'success_url', 'cancel_url', 'metadata', 'payment_intent_data', 'expires_at', 'customer_email', 'client_reference_id', 'payment_method_types',
  'locale', 'expand', 'ui_mode', 'submit_type', 'billing_address_collection', 'customer_creation',
])

const minimumAmount = 50
const minSessionSec = 30 * 60
const maxSessionSec = 24 * 3600

const wholeNumber = (text: string | undefined, param: string): number => {
  if (text === undefined || !/^-?\d+$/.test(text)) throw invalid(`Invalid integer: ${text ?? ''}`, param, 'parameter_invalid_integer')
  return Number(text)
}

const lineItem = (form: FormObject, index: number): LineItem => {
  const param = `line_items[${index}]`
  const currency = textAt(form, 'price_data', 'currency')?.toLowerCase()
  const name = textAt(form, 'price_data', 'product_data', 'name')
  if (currency === undefined) throw invalid('Missing required param: price_data[currency].', `${param}[price_data][currency]`, 'parameter_missing')
  if (name === undefined || name === '') throw invalid('Missing required param: product_data[name].', `${param}[price_data][product_data][name]`, 'parameter_missing')
  const unit = wholeNumber(textAt(form, 'price_data', 'unit_amount'), `${param}[price_data][unit_amount]`)
  const quantity = wholeNumber(textAt(form, 'quantity') ?? '1', `${param}[quantity]`)
  if (unit < 0) throw invalid('Invalid non-negative integer', `${param}[price_data][unit_amount]`, 'parameter_invalid_integer')
  if (quantity < 1) throw invalid('Quantity must be at least 1', `${param}[quantity]`, 'parameter_invalid_integer')
  return { id: newId('li'), object: 'item', description: name, quantity, currency, amount_subtotal: unit * quantity, amount_total: unit * quantity, price: { object: 'price', unit_amount: unit, currency } }
}

const expiryOf = (form: FormObject, now: number): number => {
  const given = textAt(form, 'expires_at')
  if (given === undefined) return now + maxSessionSec
  const at = wholeNumber(given, 'expires_at')
  if (at < now + minSessionSec) throw invalid('The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.', 'expires_at')
  if (at > now + maxSessionSec) throw invalid('The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.', 'expires_at')
  return at
}

/** POST /v1/checkout/sessions */
export const createSession = (world: World, form: FormObject): Session => {
  const stranger = Object.keys(form).find((name) => !known.has(name))
  if (stranger) throw invalid(`Received unknown parameter: ${stranger}`, stranger, 'parameter_unknown')
  if (textAt(form, 'mode') !== 'payment') throw invalid('The sandbox knows mode=payment only.', 'mode')
  const successUrl = textAt(form, 'success_url')
  if (!successUrl) throw invalid('Missing required param: success_url.', 'success_url', 'parameter_missing')
  const items = listAt(form, 'line_items').map(lineItem)
  const [first] = items
  if (first === undefined) throw invalid('Missing required param: line_items.', 'line_items', 'parameter_missing')
  if (items.some((item) => item.currency !== first.currency)) throw invalid('All line items must have the same currency.', 'line_items')
  const total = items.reduce((sum, item) => sum + item.amount_total, 0)
  if (total < minimumAmount) throw invalid('The Checkout Session’s total amount must be at least the minimum charge amount.', 'line_items', 'amount_too_small')
  const id = newId('cs_test')
  const session: Session = {
    id, object: 'checkout.session', created: world.now(), expires_at: expiryOf(form, world.now()), status: 'open', payment_status: 'unpaid', mode: 'payment',
    amount_total: total, amount_subtotal: total, currency: first.currency, payment_intent: null, customer_email: textAt(form, 'customer_email') ?? null,
    client_reference_id: textAt(form, 'client_reference_id') ?? null, metadata: mapAt(form, 'metadata'), success_url: successUrl, cancel_url: textAt(form, 'cancel_url') ?? null,
    url: world.pageUrl(id), livemode: false, payment_method_types: ['card'],
  }
  world.state.sessions.set(id, session)
  world.state.lineItems.set(id, items)
  world.state.keys.set(`intent-metadata:${id}`, { fingerprint: '', status: 0, body: mapAt(form, 'payment_intent_data', 'metadata'), created: world.now() })
  return session
}

export const getSession = (world: World, id: string): Session => {
  const session = world.state.sessions.get(id)
  if (session === undefined) throw missing('checkout.session', id)
  expireIfDue(world, session)
  return session
}

const close = (world: World, session: Session): void => {
  session.status = 'expired'
  session.url = null
  const intent = world.state.intents.get(session.payment_intent ?? '')
  if (intent && intent.status !== 'succeeded') intent.status = 'canceled'
  world.emit('checkout.session.expired', session)
}

const expireIfDue = (world: World, session: Session): void => {
  if (session.status === 'open' && session.expires_at <= world.now()) close(world, session)
}

/** Expires what is due, as Stripe does by itself. */
export const expireDue = (world: World): void => {
  for (const session of world.state.sessions.values()) expireIfDue(world, session)
}

/** POST /v1/checkout/sessions/:id/expire; refused unless the session is open. */
export const expireSession = (world: World, id: string): Session => {
  const session = getSession(world, id)
  if (session.status !== 'open') throw invalid(`Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`)
  close(world, session)
  return session
}

const intentOf = (world: World, session: Session): Intent => {
  const found = world.state.intents.get(session.payment_intent ?? '')
  if (found) return found
  const metadata = (world.state.keys.get(`intent-metadata:${session.id}`)?.body ?? {}) as Record<string, string>
  const intent: Intent = {
    id: newId('pi'), object: 'payment_intent', created: world.now(), amount: session.amount_total, amount_received: 0, currency: session.currency, status: 'requires_payment_method',
    latest_charge: null, last_payment_error: null, metadata, livemode: false,
  }
  world.state.intents.set(intent.id, intent)
  session.payment_intent = intent.id
  world.emit('payment_intent.created', intent)
  return intent
}

const newCharge = (world: World, intent: Intent, failure: string | null): Charge => {
  const succeeded = failure === null
  const charge: Charge = {
    id: newId('ch'), object: 'charge', created: world.now(), amount: intent.amount, amount_captured: succeeded ? intent.amount : 0, amount_refunded: 0, currency: intent.currency,
    status: succeeded ? 'succeeded' : 'failed', paid: succeeded, captured: succeeded, refunded: false, disputed: false, failure_code: succeeded ? null : 'card_declined',
    outcome: { reason: failure, type: succeeded ? 'authorized' : 'issuer_declined' }, payment_intent: intent.id, metadata: intent.metadata, livemode: false,
  }
  world.state.charges.set(charge.id, charge)
  intent.latest_charge = charge.id
  return charge
}

export type CardOutcome = { kind: 'paid' } | { kind: 'declined'; code: string; message: string } | { kind: 'authenticate' } | { kind: 'closed' } | { kind: 'invalid'; message: string }

const declines: Record<string, [code: string, message: string]> = {
  '4000000000000002': ['generic_decline', 'Your card was declined.'],
  '4000000000009995': ['insufficient_funds', 'Your card has insufficient funds.'],
  '4000000000009987': ['lost_card', 'Your card was declined.'],
  '4000000000000069': ['expired_card', 'Your card has expired.'],
}

const passesLuhn = (digits: string): boolean =>
  [...digits].reverse().reduce((sum, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return sum + (value > 9 ? value - 9 : value)
  }, 0) % 10 === 0

const decline = (world: World, session: Session, code: string, message: string): CardOutcome => {
  const intent = intentOf(world, session)
  intent.last_payment_error = { code: 'card_declined', decline_code: code, message, type: 'card_error' }
  intent.status = 'requires_payment_method'
  const charge = newCharge(world, intent, code)
  world.emit('charge.failed', charge)
  world.emit('payment_intent.payment_failed', intent)
  return { kind: 'declined', code, message }
}

const capture = (world: World, session: Session): CardOutcome => {
  const intent = intentOf(world, session)
  const charge = newCharge(world, intent, null)
  Object.assign(intent, { status: 'succeeded', amount_received: intent.amount, last_payment_error: null })
  Object.assign(session, { status: 'complete', payment_status: 'paid', url: null })
  world.emit('charge.succeeded', charge)
  world.emit('payment_intent.succeeded', intent)
  world.emit('checkout.session.completed', session)
  return { kind: 'paid' }
}

/** What the hosted page's form does. A decline leaves the session open: the shopper may try another card. */
export const payWithCard = (world: World, sessionId: string, cardNumber: string): CardOutcome => {
  const session = getSession(world, sessionId)
  if (session.status !== 'open') return { kind: 'closed' }
  const digits = cardNumber.replace(/[\s-]/g, '')
  if (!/^\d{12,19}$/.test(digits) || !passesLuhn(digits)) return { kind: 'invalid', message: 'Your card number is invalid.' }
  const declined = declines[digits]
  if (declined) return decline(world, session, ...declined)
  if (digits === '4000002500003155') {
    intentOf(world, session).status = 'requires_action'
    return { kind: 'authenticate' }
  }
  return capture(world, session)
}

/** The end of the 3-D Secure step. */
export const authenticate = (world: World, sessionId: string, success: boolean): CardOutcome => {
  const session = getSession(world, sessionId)
  if (session.status !== 'open' || intentOf(world, session).status !== 'requires_action') return { kind: 'closed' }
  return success ? capture(world, session) : decline(world, session, 'authentication_required', 'We could not authenticate your card.')
}
