// Notification's table of contents.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { onCustomerVerified } from './account-news/on-customer-verified.ts'
import { onEmailChanged } from './account-news/on-email-changed.ts'
import { onPasswordChanged } from './account-news/on-password-changed.ts'
import { onDisputeClosed } from './alert-admins/on-dispute-closed.ts'
import { onDisputeOpened } from './alert-admins/on-dispute-opened.ts'
import { onRefundFailed } from './alert-admins/on-refund-failed.ts'
import { onReviewRequired } from './alert-admins/on-review-required.ts'
import { purgeMessages } from './clean-up/tasks.ts'
import { config } from './config.ts'
import { openPrisma } from './db/prisma.ts'
import { dropExpiredCodes } from './deliver-mail/drop-expired-codes.ts'
import { deliverMail } from './deliver-mail/job.ts'
import { orderUrlTemplate } from './deliver-mail/order-url.ts'
import { codeOpener } from './deliver-mail/sealed-code.ts'
import { smtpMailer } from './deliver-mail/smtp.ts'
import type { NotificationOwn } from './deps.ts'
import { eraseRecipient } from './erase-customer/erase.ts'
import { onAccountClosed } from './erase-customer/on-account-closed.ts'
import { onPersonalDataErased } from './erase-customer/on-personal-data-erased.ts'
import { adminListMessages } from './manage-messages/list-route.ts'
import { adminResendMessage } from './manage-messages/resend-route.ts'
import { notificationIssues } from './open-issues.ts'
import { onCancelled } from './order-news/on-cancelled.ts'
import { onConfirmed } from './order-news/on-confirmed.ts'
import { onDelivered } from './order-news/on-delivered.ts'
import { onRefundSucceeded } from './order-news/on-refund-succeeded.ts'
import { onShipped } from './order-news/on-shipped.ts'
import { collectAlerts } from './payment-trouble/collect-alerts.ts'
import { onAttemptDeclined } from './payment-trouble/on-attempt-declined.ts'
import { onPaymentFailed } from './payment-trouble/on-payment-failed.ts'
import { onCodeRequested } from './send-code/on-code-requested.ts'
import { onLookupRequested } from './send-code/on-lookup-requested.ts'
import { mailsMove, oneMail } from './watch-invariants/invariants.ts'

export const notificationService = defineService<typeof config, NotificationOwn>({
  name: 'notification',
  prefix: 'NOTIFICATION_',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: async ({ config: values, shared, db, metrics, clock }) => ({
    orderUrl: orderUrlTemplate(values.orderUrl, shared.publicUrl),
    mailer: smtpMailer({ url: values.smtpUrl, from: values.mailFrom, timeoutMs: values.smtpTimeoutMs, clock }),
    codes: await codeOpener(values.sealPrivateJwk),
    prisma: openPrisma(db),
    mails: metrics.counter('mails_total', 'Mails by template and what became of them: sent, failed, expired, or retried', [
      'template',
      'result',
    ]),
    paymentFailures: metrics.counter(
      'payment_failures_total',
      'Payments that did not go through: declined attempts and failed payments',
      ['kind'],
    ),
  }),
  routes: [adminListMessages, adminResendMessage],
  independentKeys: true,
  consumers: [
    onCodeRequested,
    onLookupRequested,
    onCustomerVerified,
    onPasswordChanged,
    onEmailChanged,
    onAccountClosed,
    onPersonalDataErased,
    onConfirmed,
    onShipped,
    onDelivered,
    onCancelled,
    onRefundSucceeded,
    onAttemptDeclined,
    onPaymentFailed,
    onRefundFailed,
    onReviewRequired,
    onDisputeOpened,
    onDisputeClosed,
  ],
  jobs: [deliverMail, collectAlerts],
  periodics: [dropExpiredCodes, purgeMessages],
  erase: eraseRecipient,
  issues: notificationIssues,
  invariants: [oneMail, mailsMove],
  close: async (deps) => deps.mailer.close(),
})
