// Catalogue of the mail templates by name. Rows and metrics hold the name, so a name never changes its meaning.
import { alertDisputeClosed } from './alert-dispute-closed.ts'
import { alertDisputeOpened } from './alert-dispute-opened.ts'
import { alertPayments } from './alert-payments.ts'
import { alertRefundFailed } from './alert-refund-failed.ts'
import { alertReviewRequired } from './alert-review-required.ts'
import { alreadyRegistered } from './already-registered.ts'
import { changeEmail } from './change-email.ts'
import type { Template } from './content.ts'
import { emailChanged } from './email-changed.ts'
import { orderCancelled } from './order-cancelled.ts'
import { orderConfirmed } from './order-confirmed.ts'
import { orderDelivered } from './order-delivered.ts'
import { orderLinesCancelled } from './order-lines-cancelled.ts'
import { orderLookup } from './order-lookup.ts'
import { returnApproved, returnReceived, returnRejected, returnRequested } from './order-returns.ts'
import { orderShipped } from './order-shipped.ts'
import { passwordChanged } from './password-changed.ts'
import { paymentDeclined } from './payment-declined.ts'
import { refundFailed } from './refund-failed.ts'
import { refundSucceeded } from './refund-succeeded.ts'
import { resetPassword } from './reset-password.ts'
import { verifyEmail } from './verify-email.ts'
import { welcome } from './welcome.ts'
import { withdrawalCode, withdrawalReceipt } from './withdrawal.ts'

export const templates = {
  'verify-email': verifyEmail,
  'reset-password': resetPassword,
  'change-email': changeEmail,
  'already-registered': alreadyRegistered,
  welcome,
  'password-changed': passwordChanged,
  'email-changed': emailChanged,
  'order-confirmed': orderConfirmed,
  'order-shipped': orderShipped,
  'order-delivered': orderDelivered,
  'order-cancelled': orderCancelled,
  'order-lines-cancelled': orderLinesCancelled,
  'return-requested': returnRequested,
  'return-approved': returnApproved,
  'return-rejected': returnRejected,
  'return-received': returnReceived,
  'order-lookup': orderLookup,
  'withdrawal-code': withdrawalCode,
  'withdrawal-receipt': withdrawalReceipt,
  'payment-declined': paymentDeclined,
  'refund-succeeded': refundSucceeded,
  'refund-failed': refundFailed,
  'alert-payments': alertPayments,
  'alert-refund-failed': alertRefundFailed,
  'alert-review-required': alertReviewRequired,
  'alert-dispute-opened': alertDisputeOpened,
  'alert-dispute-closed': alertDisputeClosed,
}

export type TemplateName = keyof typeof templates
/** Input of a template. */
export type ContentOf<N extends TemplateName> = (typeof templates)[N] extends Template<infer D> ? D : never
