// Open issues of notification, which operators have to resolve.
import { sql } from '@cartwright/db'
import type { IssueKind } from '@cartwright/service-kit'

/** After 7 days a failed mail is no longer worth sending. */
const mailsFailed: IssueKind = {
  kind: 'mails-failed',
  about: 'mails of the last 7 days that were refused for good',
  next: 'mails failed',
  select: (db) => sql`SELECT id FROM message WHERE state = 'failed' AND updated_at > ${db.dbNow} - INTERVAL 7 DAY ORDER BY id`,
}

export const notificationIssues: readonly IssueKind[] = [mailsFailed]
