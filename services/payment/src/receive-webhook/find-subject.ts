// Which payment an event is about: by its session, by its intent, or by the order that the object names.
import { type Queryable, sql } from '@cartwright/db'
import { findPayment, type PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { isMissing } from '../stripe-client.ts'
import { namedOrder, type StripeSubject } from '../stripe-events/subject.ts'

/** Ids meet ASCII columns: anything else cannot be ours and would be an error there. */
const isPlainId = (text: string | undefined | null): text is string =>
  typeof text === 'string' && /^[\x21-\x7e]{1,120}$/.test(text)

const byOrder = (db: Queryable, orderId: string | null): Promise<PaymentRow | null> =>
  orderId === null ? Promise.resolve(null) : findPayment(db, sql`order_id = ${orderId}`)

const intentOf = ({ object, id, payment_intent: intent }: StripeSubject): string | null => {
  const found = object === 'payment_intent' ? id : typeof intent === 'string' ? intent : intent?.id
  return isPlainId(found) ? found : null
}

/** Objects made by hand at Stripe name no order; their intent does. */
const byStripesIntent = async (intentId: string, deps: PaymentDeps): Promise<PaymentRow | null> => {
  try {
    const intent = await deps.stripe.paymentIntents.retrieve(intentId)
    return await byOrder(deps.db, namedOrder(intent))
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** The payment, or null for an event about something else that the account sells. */
export const findSubject = async (subject: StripeSubject, deps: PaymentDeps): Promise<PaymentRow | null> => {
  if (subject.object === 'checkout.session' && isPlainId(subject.id)) {
    return (await findPayment(deps.db, sql`session_id = ${subject.id}`)) ?? byOrder(deps.db, namedOrder(subject))
  }
  const intentId = intentOf(subject)
  const known = intentId === null ? null : await findPayment(deps.db, sql`payment_intent_id = ${intentId}`)
  if (known) return known
  const named = await byOrder(deps.db, namedOrder(subject))
  return named ?? (intentId === null ? null : byStripesIntent(intentId, deps))
}

/** The session to ask about: the payment's own, or the one that its answer would have told. */
export const sessionOf = async (row: PaymentRow, subject: StripeSubject, deps: PaymentDeps): Promise<string | null> => {
  if (row.session_id !== null) return row.session_id
  if (subject.object === 'checkout.session') return subject.id ?? null
  const intentId = intentOf(subject)
  if (intentId === null) return null
  const { data } = await deps.stripe.checkout.sessions.list({ payment_intent: intentId, limit: 1 })
  return data[0]?.id ?? null
}
