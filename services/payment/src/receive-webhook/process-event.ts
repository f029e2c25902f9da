// Finds out what a stored event is about, asks Stripe for the truth, and applies it.
import { isErased, job } from '@cartwright/messaging'
import { applySnapshot } from '../apply-stripe/apply.ts'
import { type Snapshot, takeSnapshot } from '../apply-stripe/snapshot.ts'
import type { PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { partsOf } from '../stripe-events/hints.ts'
import type { EventWork } from '../stripe-events/store-event.ts'
import { namedOrder } from '../stripe-events/subject.ts'
import { findSubject, sessionOf } from './find-subject.ts'

interface Learned {
  orderId: string
  snapshot: Snapshot | null
}

/** A payment that has its money learns nothing more about its session; most events of a purchase say just that. */
const tellsNothing = (row: PaymentRow, parts: readonly string[]): boolean =>
  parts.length === 0 && (row.state === 'paid' || row.state === 'review')

export const processStripeEvent = job<EventWork, Learned | null, PaymentDeps>({
  kind: 'process-stripe-event',
  effect: async ({ payload: { eventId, type, subject } }, deps) => {
    const parts = partsOf(type)
    if (parts === null) return null
    const row = await findSubject(subject, deps)
    const sessionId = row === null ? null : await sessionOf(row, subject, deps)
    if (row === null || sessionId === null) {
      deps.log.warn({ event: eventId, type }, 'an event names no payment of this shop')
      return null
    }
    return {
      orderId: row.order_id,
      snapshot: tellsNothing(row, parts) ? null : await takeSnapshot(deps.stripe, sessionId, parts),
    }
  },
  apply: async (tx, { payload }, learned, deps) => {
    if (learned === null) return
    // Most objects name their order, and the event was stored with it.
    if (namedOrder(payload.subject) !== learned.orderId)
      tx.write`UPDATE stripe_event SET order_id = ${learned.orderId}, payload = IF(${isErased(learned.orderId)}, '{}', payload) WHERE id = ${payload.eventId}`
    if (learned.snapshot) await applySnapshot(tx, learned.orderId, learned.snapshot, deps)
  },
})
