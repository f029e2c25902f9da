// Table of contents of notification: routes, consumers, jobs, schedules, invariants.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { config } from './config.ts'
import { closeDeps, openDeps } from './deps.ts'
import { onCustomerVerified } from './features/account-emails/on-customer-verified.ts'
import { onEmailChanged } from './features/account-emails/on-email-changed.ts'
import { onPasswordChanged } from './features/account-emails/on-password-changed.ts'
import { onDisputeClosed } from './features/alert-admins/on-dispute-closed.ts'
import { onDisputeOpened } from './features/alert-admins/on-dispute-opened.ts'
import { onRefundFailed } from './features/alert-admins/on-refund-failed.ts'
import { onReviewRequired } from './features/alert-admins/on-review-required.ts'
import { purgeMessages, purgeUndeliverable } from './features/clean-up/schedule.ts'
import { eraseRecipient } from './features/erase-customer/erase.ts'
import { onAccountClosed } from './features/erase-customer/on-account-closed.ts'
import { onPersonalDataErased } from './features/erase-customer/on-personal-data-erased.ts'
import { adminListMessages } from './features/manage-messages/list-route.ts'
import { adminResendMessage } from './features/manage-messages/resend-route.ts'
import { measureUndeliverable } from './features/manage-undeliverable/measurements.ts'
import { adminClearUndeliverableAddress, adminListUndeliverableAddresses } from './features/manage-undeliverable/routes.ts'
import { onCancelled } from './features/order-emails/on-cancelled.ts'
import { onConfirmed } from './features/order-emails/on-confirmed.ts'
import { onDelivered } from './features/order-emails/on-delivered.ts'
import { onLinesCancelled } from './features/order-emails/on-lines-cancelled.ts'
import { onRefundSucceeded } from './features/order-emails/on-refund-succeeded.ts'
import { onShipped } from './features/order-emails/on-shipped.ts'
import { collectAlerts } from './features/payment-failure-alerts/job.ts'
import { onAttemptDeclined } from './features/payment-failure-alerts/on-attempt-declined.ts'
import { onPaymentFailed } from './features/payment-failure-alerts/on-payment-failed.ts'
import { mailgunWebhook, sendGridWebhook } from './features/receive-webhook/routes.ts'
import { onReturnApproved, onReturnReceived, onReturnRejected, onReturnRequested } from './features/return-emails/on-returns.ts'
import { onCodeRequested } from './features/send-code/on-code-requested.ts'
import { onLookupRequested } from './features/send-code/on-lookup-requested.ts'
import { onWithdrawalRequested } from './features/send-code/on-withdrawal-requested.ts'
import { deliverMail } from './features/send-mail/job.ts'
import { dropExpiredCodes } from './features/send-mail/schedule.ts'
import { onWithdrawn } from './features/withdrawal-emails/on-withdrawn.ts'
import { mailsMove, oneMail } from './invariants/invariants.ts'
import { notificationIssues } from './invariants/open-issues.ts'
import { metrics } from './metrics.ts'

export const notificationService = defineService({
  name: 'notification',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: openDeps,
  close: closeDeps,
  routes: [
    adminListMessages,
    adminResendMessage,
    adminListUndeliverableAddresses,
    adminClearUndeliverableAddress,
    sendGridWebhook,
    mailgunWebhook,
  ],
  parallelKeys: true,
  consumers: [
    onCodeRequested,
    onLookupRequested,
    onWithdrawalRequested,
    onWithdrawn,
    onCustomerVerified,
    onPasswordChanged,
    onEmailChanged,
    onAccountClosed,
    onPersonalDataErased,
    onConfirmed,
    onShipped,
    onDelivered,
    onCancelled,
    onLinesCancelled,
    onRefundSucceeded,
    onReturnRequested,
    onReturnApproved,
    onReturnRejected,
    onReturnReceived,
    onAttemptDeclined,
    onPaymentFailed,
    onRefundFailed,
    onReviewRequired,
    onDisputeOpened,
    onDisputeClosed,
  ],
  jobs: [deliverMail, collectAlerts],
  metrics,
  measurements: [measureUndeliverable],
  schedules: [dropExpiredCodes, purgeMessages, purgeUndeliverable],
  erase: eraseRecipient,
  issues: notificationIssues,
  invariants: [oneMail, mailsMove],
})
