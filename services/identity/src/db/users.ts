// Rows of users. An address is kept in its normal form, which the contracts give it, so that one person has one account.
import type { Role } from '@cartwright/contracts'
import type { Queryable, Tx } from '@cartwright/db'

export interface UserRow {
  id: string
  role: Role
  /** In its normal form; as it was kept where it has none, or where that belongs to another account. */
  email: string | null
  name: string | null
  locale: string
  password_hash: string | null
  verified_at: Date | null
  blocked_at: Date | null
  created_at: Date
}

export const findByEmail = (db: Queryable, email: string): Promise<UserRow | null> =>
  db.one<UserRow>`SELECT id, role, COALESCE(email, kept_email) AS email, name, locale, password_hash, verified_at, blocked_at, created_at FROM user_account
    WHERE email = ${email} AND closed_at IS NULL`

export const findById = (db: Queryable, id: string): Promise<UserRow | null> =>
  db.one<UserRow>`SELECT id, role, COALESCE(email, kept_email) AS email, name, locale, password_hash, verified_at, blocked_at, created_at FROM user_account
    WHERE id = ${id} AND closed_at IS NULL`

/** The row, locked until the transaction ends. Whoever opens a session or ends all of them holds it. */
export const lockUser = (tx: Tx, id: string): Promise<UserRow | null> =>
  tx.one<UserRow>`SELECT id, role, COALESCE(email, kept_email) AS email, name, locale, password_hash, verified_at, blocked_at, created_at FROM user_account
    WHERE id = ${id} AND closed_at IS NULL FOR UPDATE`

/** Whom a mail to a user is for. */
export const recipientOf = (email: string, name: string | null | undefined) => ({ email, ...(name ? { name } : {}) })

export interface NewUser {
  id: string
  role: Role
  email: string | null
  name: string | null
  locale?: string
  passwordHash?: string
  verified?: boolean
}

export const insertUser = async (db: Queryable, user: NewUser): Promise<void> => {
  await db.run`INSERT INTO user_account (id, role, email, name, locale, password_hash, verified_at, created_at)
    VALUES (${user.id}, ${user.role}, ${user.email}, ${user.name}, ${user.locale ?? 'en'}, ${user.passwordHash ?? null},
      IF(${user.verified === true}, ${db.dbNow}, NULL), ${db.dbNow})`
}
