// Payment's table of contents.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { closeSession, onExpiryRequested } from './close-session/close-session.ts'
import { config } from './config.ts'
import type { PaymentOwn } from './deps.ts'
import { openSession } from './open-session/job.ts'
import { onPaymentRequested } from './open-session/on-payment-requested.ts'
import { adminGetPayment } from './read-payment/route.ts'
import { processStripeEvent } from './receive-webhook/process-event.ts'
import { stripeWebhook } from './receive-webhook/route.ts'
import { reconciler } from './reconcile/reconciler.ts'
import { onRefundRequested, refund } from './refund-payment/refund-payment.ts'
import { stripeClient } from './stripe-client.ts'

export const paymentService = defineService<typeof config, PaymentOwn>({
  name: 'payment',
  prefix: 'PAYMENT_',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: async ({ config: values, metrics }) => ({
    stripe: stripeClient(values.stripeKey, values.stripeBase, values.stripeTimeoutMs),
    outcomes: metrics.counter('payment_outcomes_total', 'Ends of payment attempts, declines and reviews', ['outcome']),
  }),
  routes: [stripeWebhook, adminGetPayment],
  consumers: [onPaymentRequested, onExpiryRequested, onRefundRequested],
  jobs: [openSession, closeSession, refund, processStripeEvent],
  periodics: [reconciler(300)],
})
