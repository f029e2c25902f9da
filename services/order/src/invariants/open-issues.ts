// What a person has to settle about orders.
import { sql } from '@cartwright/db'
import type { IssueKind } from '@cartwright/service-kit'

/**
 * A refund that failed and was not followed by another one: the customer is still owed the money. A later refund of other goods, cancelled
 * or returned, does not replace it.
 */
const refundsFailed: IssueKind = {
  kind: 'refunds-failed',
  about: 'orders whose refund failed: the customer is still owed the money',
  next: 'order show <id>',
  select: () => sql`SELECT failed.order_id AS id FROM refund failed
    WHERE failed.state = 'failed' AND NOT EXISTS (
      SELECT 1 FROM refund later WHERE later.order_id = failed.order_id AND later.id > failed.id AND later.state <> 'failed'
        AND later.cause NOT LIKE 'lines:%' AND later.cause NOT LIKE 'return:%')
    GROUP BY failed.order_id
    ORDER BY MIN(failed.id)`,
}

/** The bank waits for an answer until the due date, and the order is not shipped meanwhile. */
const disputesOpen: IssueKind = {
  kind: 'disputes-open',
  about: 'orders whose payment is disputed: answer in Stripe’s dashboard before the due date, they are held until then',
  next: 'order show <id>',
  select: () => sql`SELECT id FROM customer_order
    WHERE payment_status = 'disputed' AND disputes LIKE '%"outcome":null%'
    ORDER BY created_at, id`,
}

export const orderIssues: readonly IssueKind[] = [refundsFailed, disputesOpen]
