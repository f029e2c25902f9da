// Stripe's webhooks: signature first, then stored and acknowledged; what they mean is found out afterwards.
import { AppError, paymentApi } from '@cartwright/contracts'
import { enqueue } from '@cartwright/messaging'
import { route } from '@cartwright/service-kit'
import type Stripe from 'stripe'
import type { PaymentDeps } from '../deps.ts'

const toleranceSec = 300

/** @throws AppError signature_invalid when no secret fits, the signature is stale, or there is none */
const verified = (body: Buffer, header: string | string[] | undefined, deps: PaymentDeps): Stripe.Event => {
  const at = deps.clock.now().getTime()
  for (const secret of deps.config.webhookSecrets) {
    try {
      return deps.stripe.webhooks.constructEvent(body, String(header ?? ''), secret, toleranceSec, undefined, at)
    } catch {
      // Another secret may fit: two are valid while one replaces the other.
    }
  }
  throw new AppError('signature_invalid')
}

export const stripeWebhook = route(paymentApi.stripeWebhook, async (req, deps: PaymentDeps) => {
  const event = verified(req.rawBody ?? Buffer.alloc(0), req.headers['stripe-signature'], deps)
  await deps.db.tx(async (tx) => {
    const stored = await tx.run`INSERT IGNORE INTO stripe_event (id, type, payload, received_at) VALUES (${event.id}, ${event.type}, ${JSON.stringify(event)}, ${tx.dbNow})`
    if (stored.affectedRows === 1) await enqueue(tx, 'process-stripe-event', event.id, { eventId: event.id })
  })
  return { received: true }
})
