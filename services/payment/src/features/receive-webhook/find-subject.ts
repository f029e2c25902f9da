// Finds the payment that an event concerns: by its session, its intent, or the order id in its metadata.
import { type Queryable, sql } from '@cartwright/db'
import { findPayment, type PaymentRow } from '../../db/payments.ts'
import type { PaymentDeps } from '../../deps.ts'
import { orderIdOf, type StripeSubject } from '../../domain/stripe-events/subject.ts'
import { isMissing } from '../../integrations/stripe-client.ts'

/** Id columns are ASCII: a query with other characters would be an error. */
const isStripeId = (text: string | undefined | null): text is string =>
  typeof text === 'string' && /^[\x21-\x7e]{1,120}$/.test(text)

const findByOrder = (db: Queryable, orderId: string | null): Promise<PaymentRow | null> =>
  orderId === null ? Promise.resolve(null) : findPayment(db, sql`order_id = ${orderId}`)

const intentIdOf = ({ object, id, payment_intent: intent }: StripeSubject): string | null => {
  const intentId = object === 'payment_intent' ? id : typeof intent === 'string' ? intent : intent?.id
  return isStripeId(intentId) ? intentId : null
}

/** Objects made in Stripe's dashboard carry no order id; their intent does. */
const findByIntentMetadata = async (intentId: string, deps: PaymentDeps): Promise<PaymentRow | null> => {
  try {
    const intent = await deps.stripe.paymentIntents.retrieve(intentId)
    return await findByOrder(deps.db, orderIdOf(intent))
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Looks in the payment rows only. */
export const findStoredPayment = async (subject: StripeSubject, db: Queryable): Promise<PaymentRow | null> => {
  if (subject.object === 'checkout.session' && isStripeId(subject.id)) {
    return (await findPayment(db, sql`session_id = ${subject.id}`)) ?? findByOrder(db, orderIdOf(subject))
  }
  const intentId = intentIdOf(subject)
  const known = intentId === null ? null : await findPayment(db, sql`payment_intent_id = ${intentId}`)
  return known ?? findByOrder(db, orderIdOf(subject))
}

/** @returns null for an event of another shop that uses the same Stripe account */
export const findPaymentOf = async (subject: StripeSubject, deps: PaymentDeps): Promise<PaymentRow | null> => {
  const stored = await findStoredPayment(subject, deps.db)
  const intentId = subject.object === 'checkout.session' ? null : intentIdOf(subject)
  return stored ?? (intentId === null ? null : findByIntentMetadata(intentId, deps))
}

/** The payment's session, or the one that the event names when the response to its opening was lost. */
export const findSessionId = async (row: PaymentRow, subject: StripeSubject, deps: PaymentDeps): Promise<string | null> => {
  if (row.session_id !== null) return row.session_id
  if (subject.object === 'checkout.session') return subject.id ?? null
  const intentId = intentIdOf(subject)
  if (intentId === null) return null
  const { data } = await deps.stripe.checkout.sessions.list({ payment_intent: intentId, limit: 1 })
  return data[0]?.id ?? null
}
