// Payment's table of contents.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { closeSession, onExpiryRequested } from './close-session/close-session.ts'
import { config } from './config.ts'
import { openPrisma } from './db/prisma.ts'
import type { PaymentOwn } from './deps.ts'
import { erasePayer } from './erase-customer/erase.ts'
import { onAccountClosed } from './erase-customer/on-account-closed.ts'
import { onPersonalDataErased } from './erase-customer/on-personal-data-erased.ts'
import { paymentIssues } from './open-issues.ts'
import { openSession } from './open-session/job.ts'
import { onPaymentRequested } from './open-session/on-payment-requested.ts'
import { adminGetPayment, adminListPayments } from './read-payment/routes.ts'
import { processStripeEvent } from './receive-webhook/process-event.ts'
import { stripeWebhook } from './receive-webhook/route.ts'
import { reconcile } from './reconcile/job.ts'
import { dueSessions, purge, schedule } from './reconcile/periodics.ts'
import { adminGetReconciliation, adminListReconciliations, adminRunReconciliation } from './reconcile/routes.ts'
import { awaitRefund, refund } from './refund-payment/jobs.ts'
import { onRefundRequested } from './refund-payment/on-refund-requested.ts'
import { stripeClient } from './stripe-client.ts'
import { onePage, refundsCovered } from './watch-invariants/invariants.ts'

export const paymentService = defineService<typeof config, PaymentOwn>({
  name: 'payment',
  prefix: 'PAYMENT_',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: async ({ config: values, metrics, db }) => ({
    stripe: stripeClient(values.stripeKey, values.stripeBase, values.stripeTimeoutMs),
    prisma: openPrisma(db),
    outcomes: metrics.counter('payment_outcomes_total', 'Ends of payment attempts, declines and reviews', ['outcome']),
    refunds: metrics.counter('payment_refunds_total', 'Refunds by how they ended', ['state']),
    webhooks: metrics.counter('payment_webhooks_total', 'Webhooks that were stored, known already, or refused', ['outcome']),
    drift: metrics.counter('payment_drift_total', 'Differences from Stripe that a reconciliation found', ['kind']),
  }),
  routes: [
    stripeWebhook,
    adminListPayments,
    adminGetPayment,
    adminListReconciliations,
    adminRunReconciliation,
    adminGetReconciliation,
  ],
  parksBehindDeadLetters: true,
  independentKeys: true,
  consumers: [onPaymentRequested, onExpiryRequested, onRefundRequested, onAccountClosed, onPersonalDataErased],
  jobs: [openSession, closeSession, refund, awaitRefund, processStripeEvent, reconcile],
  periodics: [dueSessions, schedule, purge],
  erase: erasePayer,
  issues: paymentIssues,
  invariants: [refundsCovered, onePage],
})
