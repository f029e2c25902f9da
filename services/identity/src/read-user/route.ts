// An account as it is now, for other services: tokens do not say what may have changed.
import { AppError, identityApi, type Role } from '@cartwright/contracts'
import { route } from '@cartwright/service-kit'
import type { IdentityDeps } from '../deps.ts'

interface Row {
  id: string
  role: Role
  email: string | null
  name: string | null
  locale: string
  verified: number
  blocked: number
  closed: number
}

export const internalUser = route(identityApi.internalUser, async (req, { db }: IdentityDeps) => {
  const row =
    await db.one<Row>`SELECT id, role, COALESCE(email, kept_email) AS email, name, locale, verified_at IS NOT NULL AS verified, blocked_at IS NOT NULL AS blocked,
      closed_at IS NOT NULL AS closed FROM user_account WHERE id = ${req.params.userId}`
  if (row === null) throw new AppError('not_found')
  return { ...row, verified: Boolean(row.verified), blocked: Boolean(row.blocked), closed: Boolean(row.closed) }
})
