// Job that processes a stored event: finds its payment, fetches the state from Stripe and applies it.
import { isErased } from '@cartwright/messaging'
import type { PaymentRow } from '../../db/payments.ts'
import { job } from '../../deps.ts'
import { partsOf } from '../../domain/stripe-events/hints.ts'
import type { StripeEventJob } from '../../domain/stripe-events/store-event.ts'
import { orderIdOf } from '../../domain/stripe-events/subject.ts'
import { applyStripeState } from '../../domain/sync-payment/apply.ts'
import { fetchStripeState, type StripeState } from '../../domain/sync-payment/stripe-state.ts'
import { findPaymentOf, findSessionId } from './find-subject.ts'

interface EventResult {
  orderId: string
  stripeState: StripeState | null
}

/** Session events add nothing to a payment that is paid or in review; this skips a call for most events of a purchase. */
const isUninformative = (row: PaymentRow, parts: readonly string[]): boolean =>
  parts.length === 0 && (row.state === 'paid' || row.state === 'review')

export const processStripeEvent = job<StripeEventJob, EventResult | null>({
  kind: 'process-stripe-event',
  effect: async ({
    item: {
      payload: { eventId, type, subject },
    },
    deps,
  }) => {
    const parts = partsOf(type)
    if (parts === null) return null
    const row = await findPaymentOf(subject, deps)
    const sessionId = row === null ? null : await findSessionId(row, subject, deps)
    if (row === null || sessionId === null) {
      deps.log.warn({ event: eventId, type }, 'stripe event: no payment found, ignored; check who else uses this Stripe account')
      return null
    }
    return {
      orderId: row.order_id,
      stripeState: isUninformative(row, parts) ? null : await fetchStripeState(deps.stripe, sessionId, parts),
    }
  },
  apply: async ({ tx, item: { payload }, result: found, deps }) => {
    if (found === null) return
    // Most objects carry the order id, and the event was stored with it.
    if (orderIdOf(payload.subject) !== found.orderId)
      tx.write`UPDATE stripe_event
        SET order_id = ${found.orderId}, payload = IF(${isErased(found.orderId)}, '{}', payload)
        WHERE id = ${payload.eventId}`
    if (found.stripeState) await applyStripeState(tx, found.orderId, found.stripeState, deps)
  },
})
