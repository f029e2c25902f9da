// Stripe's webhooks: signature first, then stored and acknowledged; what they mean is found out afterwards.
import { AppError, paymentApi } from '@cartwright/contracts'
import { route } from '@cartwright/service-kit'
import type { PaymentDeps } from '../deps.ts'
import { storeEvent } from '../stripe-events/store-event.ts'
import { eventOf, type PlainEvent } from './event.ts'

const toleranceSec = 300

/** @throws AppError signature_invalid when no secret fits, the signature is stale, or there is none */
const verified = (body: Buffer, header: string | string[] | undefined, deps: PaymentDeps): unknown => {
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

/** What is signed and an event; all else is refused, and counted. */
const received = (body: Buffer, header: string | string[] | undefined, deps: PaymentDeps): PlainEvent => {
  try {
    return eventOf(verified(body, header, deps))
  } catch (error) {
    deps.webhooks.inc({ outcome: 'refused' })
    throw error
  }
}

export const stripeWebhook = route(paymentApi.stripeWebhook, async (req, deps: PaymentDeps) => {
  const body = req.rawBody ?? Buffer.alloc(0)
  const event = received(body, req.headers['stripe-signature'], deps)
  const fresh = await deps.db.tx((tx) => storeEvent(tx, event, body.toString('utf8')))
  deps.webhooks.inc({ outcome: fresh ? 'stored' : 'duplicate' })
  return { received: true }
})
