// Which events say something about a payment, and what has to be asked to learn it.
import type { Part } from '../apply-stripe/snapshot.ts'

/** What each type makes us read besides the session and its intent. A type that is not here is stored and ignored. */
const partsByType: Readonly<Record<string, readonly Part[]>> = {
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

/** Null for a type that tells nothing. */
export const partsOf = (type: string): readonly Part[] | null => partsByType[type] ?? null
