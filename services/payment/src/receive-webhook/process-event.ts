// Finds out what a stored event is about, asks Stripe for the truth, and applies it.
import { job } from '@cartwright/messaging'
import { applySnapshot } from '../apply-stripe/apply.ts'
import { type Snapshot, takeSnapshot } from '../apply-stripe/snapshot.ts'
import type { PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { partsOf } from '../stripe-events/hints.ts'
import { findSubject, type StripeSubject, sessionOf } from './find-subject.ts'

interface Stored {
  eventId: string
}
interface Learned {
  orderId: string
  snapshot: Snapshot | null
}

const subjectOf = (payload: string): StripeSubject =>
  (JSON.parse(payload) as { data?: { object?: StripeSubject } }).data?.object ?? {}

/** A payment that has its money learns nothing more about its session; most events of a purchase say just that. */
const tellsNothing = (row: PaymentRow, parts: readonly string[]): boolean =>
  parts.length === 0 && (row.state === 'paid' || row.state === 'review')

export const processStripeEvent = job<Stored, Learned | null, PaymentDeps>({
  kind: 'process-stripe-event',
  effect: async ({ payload }, deps) => {
    const stored = await deps.db.one<{
      type: string
      payload: string
    }>`SELECT type, payload FROM stripe_event WHERE id = ${payload.eventId}`
    const parts = stored === null ? null : partsOf(stored.type)
    if (stored === null || parts === null) return null
    const subject = subjectOf(stored.payload)
    const row = await findSubject(subject, deps)
    const sessionId = row === null ? null : await sessionOf(row, subject, deps)
    if (row === null || sessionId === null) {
      deps.log.warn({ event: payload.eventId, type: stored.type }, 'an event names no payment of this shop')
      return null
    }
    return {
      orderId: row.order_id,
      snapshot: tellsNothing(row, parts) ? null : await takeSnapshot(deps.stripe, sessionId, parts),
    }
  },
  apply: async (tx, { payload }, learned, deps) => {
    if (learned === null) return
    await tx.run`UPDATE stripe_event SET order_id = ${learned.orderId} WHERE id = ${payload.eventId}`
    if (learned.snapshot) await applySnapshot(tx, learned.orderId, learned.snapshot, deps)
  },
})
