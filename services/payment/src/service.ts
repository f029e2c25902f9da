// Service definition of payment: routes, consumers, jobs, schedules and invariants.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { config } from './config.ts'
import { openDeps } from './deps.ts'
import { closeSession } from './features/close-session/job.ts'
import { onPaymentExpiryRequested } from './features/close-session/on-payment-expiry-requested.ts'
import { erasePayer } from './features/erase-customer/erase.ts'
import { onAccountClosed } from './features/erase-customer/on-account-closed.ts'
import { onPersonalDataErased } from './features/erase-customer/on-personal-data-erased.ts'
import { openSession } from './features/open-session/job.ts'
import { onPaymentRequested } from './features/open-session/on-payment-requested.ts'
import { adminGetPayment, adminListPayments } from './features/read-payment/routes.ts'
import { processStripeEvent } from './features/receive-webhook/process-event.ts'
import { stripeWebhook } from './features/receive-webhook/route.ts'
import { reconcile } from './features/reconcile/job.ts'
import { adminGetReconciliation, adminListReconciliations, adminRunReconciliation } from './features/reconcile/routes.ts'
import { fetchEndedSessions, purge, scheduleReconciliation } from './features/reconcile/schedule.ts'
import { awaitRefund, refund } from './features/refund-payment/job.ts'
import { onRefundRequested } from './features/refund-payment/on-refund-requested.ts'
import { onePage, refundsCovered } from './invariants/invariants.ts'
import { paymentIssues } from './invariants/open-issues.ts'
import { metrics } from './metrics.ts'

export const paymentService = defineService({
  name: 'payment',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: openDeps,
  routes: [
    stripeWebhook,
    adminListPayments,
    adminGetPayment,
    adminListReconciliations,
    adminRunReconciliation,
    adminGetReconciliation,
  ],
  blockAggregateOnDeadLetter: true,
  parallelKeys: true,
  consumers: [onPaymentRequested, onPaymentExpiryRequested, onRefundRequested, onAccountClosed, onPersonalDataErased],
  jobs: [openSession, closeSession, refund, awaitRefund, processStripeEvent, reconcile],
  metrics,
  schedules: [fetchEndedSessions, scheduleReconciliation, purge],
  erase: erasePayer,
  issues: paymentIssues,
  invariants: [refundsCovered, onePage],
})
