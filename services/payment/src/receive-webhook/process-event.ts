// Finds out what a stored event is about, asks Stripe for the truth, and applies it.
import { type Queryable, sql } from '@cartwright/db'
import { job } from '@cartwright/messaging'
import { applySnapshot } from '../apply-stripe/apply.ts'
import { type Snapshot, takeSnapshot } from '../apply-stripe/snapshot.ts'
import { findPayment, type PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'

interface Stored {
  eventId: string
}
/** The parts of Stripe's objects that tell which payment they belong to. */
interface Subject {
  id?: string
  object?: string
  payment_intent?: string | { id: string } | null
  metadata?: Record<string, string> | null
}

const known = /^(checkout\.session|payment_intent|charge|refund)\./

const intentOf = ({ object, id, payment_intent: intent }: Subject): string | null =>
  object === 'payment_intent' ? (id ?? null) : typeof intent === 'string' ? intent : (intent?.id ?? null)

const paymentOf = async (db: Queryable, subject: Subject): Promise<PaymentRow | null> => {
  const orderId = subject.metadata?.orderId
  if (orderId && /^ord_[0-9a-z]+$/.test(orderId)) return findPayment(db, sql`order_id = ${orderId}`)
  const intent = intentOf(subject)
  return intent && /^[\x21-\x7e]+$/.test(intent) ? findPayment(db, sql`payment_intent_id = ${intent}`) : null
}

export const processStripeEvent = job<Stored, { orderId: string; snapshot: Snapshot } | null, PaymentDeps>({
  kind: 'process-stripe-event',
  effect: async ({ payload }, deps) => {
    const stored = await deps.db.one<{ type: string; payload: string }>`SELECT type, payload FROM stripe_event WHERE id = ${payload.eventId}`
    if (stored === null || !known.test(stored.type)) return null
    const subject = (JSON.parse(stored.payload) as { data: { object: Subject } }).data.object
    const row = await paymentOf(deps.db, subject)
    if (!row?.session_id) {
      deps.log.warn({ event: payload.eventId, type: stored.type }, 'an event names no payment of this shop')
      return null
    }
    return { orderId: row.order_id, snapshot: await takeSnapshot(deps.stripe, row.session_id) }
  },
  apply: async (tx, _, result, deps) => {
    if (result) await applySnapshot(tx, result.orderId, result.snapshot, deps)
  },
})
