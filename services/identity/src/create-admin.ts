// Makes an admin from the command line, straight in identity's schema: the first one cannot be made by another.
import { AppError, normalizers } from '@cartwright/contracts'
import { idFactory, openDatabase, type Tx } from '@cartwright/db'
import { audit } from '@cartwright/service-kit'
import { insertUser } from './db/users.ts'
import { passwordHasher } from './passwords/hasher.ts'
import { assertAcceptable } from './passwords/rules.ts'
import { passwordStrength } from './passwords/strength.ts'

export interface NewAdmin {
  /** Identity's schema, which identity has made before. */
  databaseUrl: string
  email: string
  name: string
  /** Null for an account that exists and keeps its own. */
  password: string | null
}

export interface CreatedAdmin {
  id: string
  email: string
  /** An account that existed became an admin. */
  promoted: boolean
}

const bcryptCost = 12

interface KnownAccount {
  id: string
  role: string
  verified: number
  blocked: number
}

const lockAccount = (tx: Tx, email: string): Promise<KnownAccount | null> =>
  tx.one<KnownAccount>`SELECT id, role, verified_at IS NOT NULL AS verified, blocked_at IS NOT NULL AS blocked FROM user_account
    WHERE email = ${email} AND closed_at IS NULL FOR UPDATE`

const promote = async (tx: Tx, known: KnownAccount): Promise<string> => {
  if (!known.verified || known.blocked) throw new AppError('conflict', 'this account is not verified, or it is blocked')
  await tx.run`UPDATE user_account SET role = 'admin' WHERE id = ${known.id}`
  return known.id
}

const hashOf = async ({ password, name }: NewAdmin, email: string): Promise<string | null> => {
  if (password === null) return null
  const strength = passwordStrength()
  const hasher = passwordHasher({ cost: bcryptCost, threads: 1 })
  try {
    await assertAcceptable({ password, field: '/password', context: [email, name] }, { strength })
    return await hasher.hash(password)
  } finally {
    await Promise.all([strength.close(), hasher.close()])
  }
}

/**
 * Makes an admin, or an existing customer one when no password is given. Leaves an audit row whose actor is the command line.
 * @throws AppError validation_failed, password_weak, conflict when the account exists, not_found when it was to exist
 */
export const createAdmin = async (wanted: NewAdmin): Promise<CreatedAdmin> => {
  const email = normalizers.email.normalize(wanted.email)
  if (email === null) throw new AppError('validation_failed', `${wanted.email} ${normalizers.email.message}`)
  const passwordHash = await hashOf(wanted, email)
  const db = await openDatabase({ url: wanted.databaseUrl, poolSize: 1 })
  try {
    return await db.tx(async (tx) => {
      const known = await lockAccount(tx, email)
      if (known !== null && passwordHash !== null)
        throw new AppError('conflict', `${email} has an account already; to make it an admin, promote it`)
      if (known === null && passwordHash === null) throw new AppError('not_found', `${email} has no account`)
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
