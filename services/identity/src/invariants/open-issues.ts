// Open issues of identity that a person has to settle.
import { sql } from '@cartwright/db'
import type { IssueKind } from '@cartwright/service-kit'

const unreachable: IssueKind = {
  kind: 'accounts-unreachable',
  about: 'accounts whose address has no normal form, or collides with another account; no accounts were merged',
  next: 'accounts unreachable',
  select: () => sql`SELECT id FROM user_account WHERE kept_email IS NOT NULL ORDER BY id`,
}

export const identityIssues: readonly IssueKind[] = [unreachable]
