// Open issues of payment: what an operator has to resolve.
import { sql } from '@cartwright/db'
import type { IssueKind } from '@cartwright/service-kit'

const inReview: IssueKind = {
  kind: 'payments-in-review',
  about: 'orders that were paid with another amount than they cost',
  next: 'order show <id>',
  select: () => sql`SELECT order_id AS id FROM payment
    WHERE state = 'review'
    AND captured_minor > (
      SELECT COALESCE(SUM(refund.amount_minor), 0) FROM payment_refund refund
      WHERE refund.order_id = payment.order_id AND refund.state = 'succeeded')
    ORDER BY payment.id`,
}

/** Statuses of a dispute that still need evidence of the shop or a decision of the bank. */
const disputes: IssueKind = {
  kind: 'disputes-open',
  about: 'orders whose payment is disputed: answer in the dashboard of Stripe before the time is up',
  next: 'order show <id>',
  select: () => sql`SELECT order_id AS id FROM payment_dispute
    WHERE status NOT IN ('won', 'lost', 'warning_closed', 'prevented')
    ORDER BY due_at, id`,
}

export const paymentIssues: readonly IssueKind[] = [inReview, disputes]
