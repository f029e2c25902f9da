// Checkout sessions: Stripe's rules for creating, reading and expiring a hosted payment page.
import { assertMultipleOfStep, isSupportedCurrency, minimumAmount } from './currencies.ts'
import { type FormObject, listAt, mapAt, textAt, textsAt } from './form.ts'
import { required, type Shape, webAddress, wholeNumber } from './params.ts'
import { type SandboxContext, saveEntry, saveObject } from './sandbox-context.ts'
import { type LineItem, newId, type Session } from './state.ts'
import { invalid, missing, refused } from './stripe-error.ts'

export const sessionShape = {
  mode: 'text',
  ui_mode: 'text',
  line_items: [
    {
      quantity: 'text',
      price_data: {
        currency: 'text',
        unit_amount: 'text',
        product_data: { name: 'text', description: 'text', images: 'texts', metadata: 'map' },
      },
    },
  ],
  success_url: 'text',
  cancel_url: 'text',
  metadata: 'map',
  payment_intent_data: { metadata: 'map', description: 'text' },
  expires_at: 'text',
  customer_email: 'text',
  customer_creation: 'text',
  client_reference_id: 'text',
  allowed_payment_method_types: 'texts',
  billing_address_collection: 'text',
  locale: 'text',
  submit_type: 'text',
  expand: 'texts',
} as const satisfies Record<string, Shape>

const maximumAmount = 99_999_999
const minSessionSec = 30 * 60
const maxSessionSec = 24 * 3600
const maxMetadata = 50
const maxItems = 100

const lineItem = (form: FormObject, index: number): LineItem => {
  const param = `line_items[${index}]`
  const currency = required(textAt(form, 'price_data', 'currency'), `${param}[price_data][currency]`).toLowerCase()
  const name = required(textAt(form, 'price_data', 'product_data', 'name'), `${param}[price_data][product_data][name]`)
  const unit = wholeNumber(textAt(form, 'price_data', 'unit_amount'), `${param}[price_data][unit_amount]`)
  const quantity = wholeNumber(textAt(form, 'quantity') ?? '1', `${param}[quantity]`)
  if (!isSupportedCurrency(currency)) throw invalid(`Invalid currency: ${currency}`, `${param}[price_data][currency]`)
  if (unit < 0) throw invalid('Invalid non-negative integer', `${param}[price_data][unit_amount]`, 'parameter_invalid_integer')
  if (quantity < 1) throw invalid('Quantity must be at least 1', `${param}[quantity]`, 'parameter_invalid_integer')
  assertMultipleOfStep(unit, currency, `${param}[price_data][unit_amount]`)
  const amount = unit * quantity
  return {
    id: newId('li'),
    object: 'item',
    description: name,
    details: textAt(form, 'price_data', 'product_data', 'description') ?? null,
    quantity,
    currency,
    amount_discount: 0,
    amount_tax: 0,
    amount_subtotal: amount,
    amount_total: amount,
    price: { id: newId('price'), object: 'price', type: 'one_time', unit_amount: unit, currency },
  }
}

const expiryOf = (form: FormObject, now: number): number => {
  const given = textAt(form, 'expires_at')
  if (given === undefined) return now + maxSessionSec
  const at = wholeNumber(given, 'expires_at')
  if (at < now + minSessionSec)
    throw refused('The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.', 'expires_at')
  if (at > now + maxSessionSec)
    throw refused('The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.', 'expires_at')
  return at
}

const metadataOf = (form: FormObject, ...path: string[]): Record<string, string> => {
  const map = mapAt(form, ...path)
  const param = path.map((name, index) => (index === 0 ? name : `[${name}]`)).join('')
  if (Object.keys(map).length > maxMetadata) throw invalid(`Metadata can have at most ${maxMetadata} keys`, param)
  for (const [name, value] of Object.entries(map)) {
    if (name.length > 40 || value.length > 500)
      throw invalid('Metadata keys have at most 40 and values at most 500 characters', `${param}[${name}]`)
  }
  return map
}

const emailOf = (form: FormObject): string | null => {
  const email = textAt(form, 'customer_email')
  if (email === undefined) return null
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email))
    throw invalid(`Invalid email address: ${email}`, 'customer_email', 'email_invalid')
  return email
}

const itemsOf = (form: FormObject): { items: LineItem[]; currency: string; total: number } => {
  const items = listAt(form, 'line_items').map(lineItem)
  const [first] = items
  if (first === undefined) throw invalid('Missing required param: line_items.', 'line_items', 'parameter_missing')
  if (items.length > maxItems) throw refused(`At most ${maxItems} line items can be paid at once.`, 'line_items')
  const { currency } = first
  if (items.some((item) => item.currency !== currency)) throw refused('All line items must have the same currency.', 'line_items')
  const total = items.reduce((sum, item) => sum + item.amount_total, 0)
  const minimum = minimumAmount(currency)
  if (total < minimum)
    throw refused(
      `The Checkout Session's total amount must be at least ${minimum} in ${currency}.`,
      'line_items',
      'amount_too_small',
    )
  if (total > maximumAmount) throw refused('The Checkout Session’s total amount is too large.', 'line_items', 'amount_too_large')
  return { items, currency, total }
}

/** Languages of Stripe's page. */
const pageLocales = new Set(
  `auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW`.split(
    ' ',
  ),
)

const localeIn = (form: FormObject): string | null => {
  const locale = textAt(form, 'locale') ?? null
  if (locale !== null && !pageLocales.has(locale)) throw invalid(`Invalid locale: ${locale}`, 'locale')
  return locale
}

const methodsOf = (form: FormObject): string[] | null => {
  const allowed = textsAt(form, 'allowed_payment_method_types')
  if (allowed.length === 0) return null
  if (!allowed.includes('card'))
    throw refused('No payment method types are eligible for this session.', 'allowed_payment_method_types')
  return allowed
}

const assertHosted = (form: FormObject): void => {
  if (required(textAt(form, 'mode'), 'mode') !== 'payment') throw invalid('The sandbox knows mode=payment only.', 'mode')
  if (!['hosted_page', undefined].includes(textAt(form, 'ui_mode')))
    throw invalid('The sandbox knows ui_mode=hosted_page only.', 'ui_mode')
}

/** POST /v1/checkout/sessions */
export const createSession = (context: SandboxContext, form: FormObject): Session => {
  assertHosted(form)
  const successUrl = webAddress(required(textAt(form, 'success_url'), 'success_url'), 'success_url')
  const cancelUrl = textAt(form, 'cancel_url')
  const reference = textAt(form, 'client_reference_id') ?? null
  if (reference !== null && reference.length > 200) throw invalid('Invalid string: at most 200 characters', 'client_reference_id')
  const { items, currency, total } = itemsOf(form)
  const email = emailOf(form)
  const id = newId('cs_test')
  const session: Session = {
    id,
    object: 'checkout.session',
    created: context.now(),
    expires_at: expiryOf(form, context.now()),
    status: 'open',
    payment_status: 'unpaid',
    mode: 'payment',
    ui_mode: 'hosted_page',
    amount_total: total,
    amount_subtotal: total,
    currency,
    payment_intent: null,
    customer: null,
    customer_email: email,
    customer_details: email === null ? null : { email, name: null },
    client_reference_id: reference,
    metadata: metadataOf(form, 'metadata'),
    success_url: successUrl,
    cancel_url: cancelUrl === undefined ? null : webAddress(cancelUrl, 'cancel_url'),
    url: context.pageUrl(id),
    livemode: false,
    payment_method_types: ['card'],
    allowed_payment_method_types: methodsOf(form),
    locale: localeIn(form),
  }
  const intentMetadata = metadataOf(form, 'payment_intent_data', 'metadata')
  saveEntry(context, 'lineItems', id, items)
  saveEntry(context, 'intentMetadata', id, intentMetadata)
  return saveObject(context, session)
}

/** GET /v1/checkout/sessions/:id */
export const getSession = (context: SandboxContext, id: string): Session => {
  const session = context.state.sessions.get(id)
  if (session === undefined) throw missing('checkout.session', id, 'session')
  expireIfDue(context, session)
  return session
}

const close = (context: SandboxContext, session: Session): void => {
  saveObject(context, Object.assign(session, { status: 'expired' as const, url: null }))
  const intent = context.state.intents.get(session.payment_intent ?? '')
  if (intent && intent.status !== 'succeeded') {
    saveObject(context, Object.assign(intent, { status: 'canceled' as const }))
    context.emit('payment_intent.canceled', intent)
  }
  context.emit('checkout.session.expired', session)
}

const expireIfDue = (context: SandboxContext, session: Session): void => {
  if (session.status === 'open' && session.expires_at <= context.now()) close(context, session)
}

/** Expires the sessions that are due. */
export const expireDue = (context: SandboxContext): void => {
  for (const session of context.state.sessions.values()) expireIfDue(context, session)
}

/** POST /v1/checkout/sessions/:id/expire; refused unless the session is open. */
export const expireSession = (context: SandboxContext, id: string): Session => {
  const session = getSession(context, id)
  if (session.status !== 'open') {
    throw refused(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    )
  }
  close(context, session)
  return session
}
