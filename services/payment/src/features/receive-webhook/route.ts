// Webhook endpoint of Stripe: verifies the signature, stores the event and acknowledges it; a job processes it.
import { AppError, paymentApi } from '@cartwright/contracts'
import { type PaymentDeps, route } from '../../deps.ts'
import { storeEvent } from '../../domain/stripe-events/store-event.ts'
import { parseEvent, type WebhookEvent } from './event.ts'
import { inPaymentTrace } from './join-trace.ts'

const toleranceSec = 300

/** @throws AppError signature_invalid when the signature is missing, stale, or matches no secret */
const verifySignature = (body: Buffer, header: string | string[] | undefined, deps: PaymentDeps): unknown => {
  const at = deps.clock.now().getTime()
  for (const secret of deps.config.webhookSecrets) {
    try {
      return deps.stripe.webhooks.constructEvent(body, String(header ?? ''), secret, toleranceSec, undefined, at)
    } catch {
      // The next secret may match: two are valid during a rotation.
    }
  }
  throw new AppError('signature_invalid')
}

/** Verifies and parses the event; counts what is refused. */
const readEvent = (body: Buffer, header: string | string[] | undefined, deps: PaymentDeps): WebhookEvent => {
  try {
    return parseEvent(verifySignature(body, header, deps))
  } catch (error) {
    deps.webhooks.inc({ outcome: 'refused' })
    throw error
  }
}

export const stripeWebhook = route(paymentApi.stripeWebhook, async ({ request, deps }) => {
  const body = request.rawBody ?? Buffer.alloc(0)
  const event = readEvent(body, request.headers['stripe-signature'], deps)
  const store = () => deps.db.tx((tx) => storeEvent(tx, event, body.toString('utf8')))
  const fresh = await inPaymentTrace(event, deps, store)
  deps.webhooks.inc({ outcome: fresh ? 'stored' : 'duplicate' })
  return { received: true }
})
