// Reads a profile for its owner, with the address that waits for confirmation.
import { AppError, type Profile } from '@cartwright/contracts'
import type { OneTimeCodeRow } from '../../db/generated/rows.ts'
import { findById } from '../../db/users.ts'
import type { IdentityDeps } from '../../deps.ts'

/** @throws AppError not_found for a closed account */
export const readProfile = async (userId: string, { db }: IdentityDeps): Promise<Profile> => {
  const user = await findById(db, userId)
  if (user === null) throw new AppError('not_found')
  const pending = await db.one<Pick<OneTimeCodeRow, 'pending_email'>>`SELECT pending_email FROM one_time_code
    WHERE user_id = ${userId} AND purpose = 'change-email' AND used_at IS NULL AND expires_at > ${db.dbNow}
    ORDER BY created_at DESC LIMIT 1`
  return {
    id: user.id,
    role: user.role,
    email: user.email,
    pendingEmail: pending?.pending_email ?? null,
    name: user.name,
    locale: user.locale,
    createdAt: user.created_at.toISOString(),
  }
}
