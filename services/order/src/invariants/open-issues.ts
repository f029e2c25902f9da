// What a person has to settle about orders.
import { sql } from '@cartwright/db'
import type { IssueKind } from '@cartwright/service-kit'

/** A refund that failed and was not followed by another one: the customer is still owed the money. */
const refundsFailed: IssueKind = {
  kind: 'refunds-failed',
  about: 'orders whose refund failed: the customer is still owed the money',
  next: 'order show <id>',
  select: () => sql`SELECT failed.order_id AS id FROM refund failed
    WHERE failed.state = 'failed' AND NOT EXISTS (
      SELECT 1 FROM refund later WHERE later.order_id = failed.order_id AND later.id > failed.id AND later.state <> 'failed')
    GROUP BY failed.order_id
    ORDER BY MIN(failed.id)`,
}

export const orderIssues: readonly IssueKind[] = [refundsFailed]
