// Current state of an account for other services: a token does not hold what may change.
import { AppError, identityApi } from '@cartwright/contracts'
import type { UserAccountRow } from '../../db/generated/rows.ts'
import { route } from '../../deps.ts'

type Row = Pick<UserAccountRow, 'id' | 'role' | 'email' | 'name' | 'locale'> & { verified: 0 | 1; blocked: 0 | 1; closed: 0 | 1 }

export const internalUser = route(identityApi.internalUser, async ({ request, deps: { db } }) => {
  const row = await db.one<Row>`SELECT id, role, COALESCE(email, kept_email) AS email, name, locale,
      verified_at IS NOT NULL AS verified, blocked_at IS NOT NULL AS blocked, closed_at IS NOT NULL AS closed
      FROM user_account
      WHERE id = ${request.params.userId}`
  if (row === null) throw new AppError('not_found')
  return { ...row, verified: Boolean(row.verified), blocked: Boolean(row.blocked), closed: Boolean(row.closed) }
})
