// Event types that concern a payment, and which objects have to be fetched for each.
import type { StatePart } from '../sync-payment/stripe-state.ts'

/** Objects to fetch besides the session and its intent, by event type. Other types are stored and ignored. */
const partsByType: Readonly<Record<string, readonly StatePart[]>> = {
  'checkout.session.completed': [],
  'checkout.session.expired': [],
  'checkout.session.async_payment_succeeded': [],
  'checkout.session.async_payment_failed': ['charges'],
  'payment_intent.succeeded': [],
  'payment_intent.payment_failed': ['charges'],
  'charge.refunded': ['refunds'],
  'charge.refund.updated': ['refunds'],
  'refund.created': ['refunds'],
  'refund.updated': ['refunds'],
  'refund.failed': ['refunds'],
  'charge.dispute.created': ['disputes'],
  'charge.dispute.updated': ['disputes'],
  'charge.dispute.closed': ['disputes'],
}

export const knownTypes: readonly string[] = Object.keys(partsByType)

/** @returns null for a type that concerns no payment */
export const partsOf = (type: string): readonly StatePart[] | null => partsByType[type] ?? null
