// Rows of users. Addresses are stored in the normal form of the contracts, so that one address has one account.
import type { Role } from '@cartwright/contracts'
import { insertInto, list, type Queryable, raw, type Tx } from '@cartwright/db'
import { type UserAccountRow, userAccountTable } from './generated/rows.ts'

/** `email` is the address as it was stored when it has no normal form, or when another account has that form. */
export type UserRow = Pick<
  UserAccountRow,
  'id' | 'role' | 'email' | 'name' | 'locale' | 'password_hash' | 'verified_at' | 'blocked_at' | 'created_at'
>
const columns = raw(
  'id, role, COALESCE(email, kept_email) AS email, name, locale, password_hash, verified_at, blocked_at, created_at',
)

export const findByEmail = (db: Queryable, email: string): Promise<UserRow | null> =>
  db.one<UserRow>`SELECT ${columns} FROM user_account WHERE email = ${email} AND closed_at IS NULL`

export const findById = (db: Queryable, id: string): Promise<UserRow | null> =>
  db.one<UserRow>`SELECT ${columns} FROM user_account WHERE id = ${id} AND closed_at IS NULL`

/** Users by id, newest first. */
export const listUsersById = (db: Queryable, ids: readonly string[]): Promise<UserRow[]> =>
  db.rows<UserRow>`SELECT ${columns} FROM user_account WHERE id IN (${list(ids)}) ORDER BY id DESC`

/** Locks the row until the transaction ends. Transactions that open a session or end all sessions hold this lock. */
export const lockUser = (tx: Tx, id: string): Promise<UserRow | null> =>
  tx.one<UserRow>`SELECT ${columns} FROM user_account WHERE id = ${id} AND closed_at IS NULL FOR UPDATE`

/** Recipient of a mail to a user. */
export const recipientOf = (email: string, name: string | null | undefined) => ({ email, ...(name ? { name } : {}) })

interface NewUser {
  id: string
  role: Role
  email: string | null
  name: string | null
  locale?: string
  passwordHash?: string
  verified?: boolean
}

export const insertUser = async (db: Queryable, user: NewUser): Promise<void> => {
  await db.run`${insertInto(userAccountTable, {
    id: user.id,
    role: user.role,
    email: user.email,
    name: user.name,
    locale: user.locale ?? 'en',
    password_hash: user.passwordHash ?? null,
    verified_at: user.verified === true ? db.dbNow : null,
    created_at: db.dbNow,
  })}`
}
