// Command that creates an admin directly in identity's schema, because no admin exists yet who could create the first one.
import { AppError, normalizers } from '@cartwright/contracts'
import { idFactory, openDatabase, type Tx } from '@cartwright/db'
import { audit } from '@cartwright/service-kit'
import type { UserAccountRow } from '../../db/generated/rows.ts'
import { insertUser } from '../../db/users.ts'
import { createPasswordHasher } from '../../domain/passwords/hasher.ts'
import { assertAcceptable } from '../../domain/passwords/rules.ts'
import { createPasswordStrength } from '../../domain/passwords/strength.ts'

export interface NewAdmin {
  /** URL of identity's schema; identity must have migrated it. */
  databaseUrl: string
  email: string
  name: string
  /** Null for an existing account, which keeps its password. */
  password: string | null
}

export interface CreatedAdmin {
  id: string
  email: string
  /** Whether an existing account became an admin. */
  promoted: boolean
}

const bcryptCost = 12

type KnownAccount = Pick<UserAccountRow, 'id' | 'role'> & { verified: 0 | 1; blocked: 0 | 1 }

const lockAccount = (tx: Tx, email: string): Promise<KnownAccount | null> =>
  tx.one<KnownAccount>`SELECT id, role, verified_at IS NOT NULL AS verified, blocked_at IS NOT NULL AS blocked
    FROM user_account
    WHERE email = ${email} AND closed_at IS NULL
    FOR UPDATE`

const promote = async (tx: Tx, known: KnownAccount): Promise<string> => {
  if (!known.verified || known.blocked)
    throw new AppError('conflict', { detail: 'this account is not verified, or it is blocked' })
  await tx.run`UPDATE user_account SET role = 'admin' WHERE id = ${known.id}`
  return known.id
}

const hashPassword = async ({ password, name }: NewAdmin, email: string): Promise<string | null> => {
  if (password === null) return null
  const strength = createPasswordStrength()
  const hasher = createPasswordHasher({ cost: bcryptCost, threads: 1 })
  try {
    await assertAcceptable({ password, field: '/password', context: [email, name] }, { strength })
    return await hasher.hash(password)
  } finally {
    await Promise.all([strength.close(), hasher.close()])
  }
}

/**
 * Creates an admin, or promotes an existing customer when no password is given. Writes an audit row with the actor `ops`.
 * @throws AppError validation_failed, password_weak, conflict for an existing account, not_found for a missing one
 */
export const createAdmin = async (wanted: NewAdmin): Promise<CreatedAdmin> => {
  const email = normalizers.email.normalize(wanted.email)
  if (email === null) throw new AppError('validation_failed', { detail: `${wanted.email} ${normalizers.email.message}` })
  const passwordHash = await hashPassword(wanted, email)
  const db = await openDatabase({ url: wanted.databaseUrl, poolSize: 1 })
  try {
    return await db.tx(async (tx) => {
      const known = await lockAccount(tx, email)
      if (known !== null && passwordHash !== null)
        throw new AppError('conflict', { detail: `${email} has an account already; to make it an admin, promote it` })
      if (known === null && passwordHash === null) throw new AppError('not_found', { detail: `${email} has no account` })
      const id = known === null ? idFactory(() => Date.now())('usr') : await promote(tx, known)
      if (passwordHash !== null)
        await insertUser(tx, { id, role: 'admin', email, name: wanted.name, passwordHash, verified: true })
      const before = known === null ? null : { role: known.role }
      const reason = 'from the command line'
      await audit(tx, { actor: 'ops', action: 'security.admin_created', target: id, before, after: { role: 'admin' }, reason })
      return { id, email, promoted: known !== null }
    })
  } finally {
    await db.close()
  }
}
