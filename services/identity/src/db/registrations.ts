// Rows of registrations. Each has its own password and codes, and does not change another registration of its address.
import { insertInto, type Queryable, sql, type Tx } from '@cartwright/db'
import { type RegistrationRow, registrationTable } from './generated/rows.ts'

/** Days in which a registration can be confirmed. */
const registrationDays = 7

export type Registration = Omit<RegistrationRow, 'created_at' | 'expires_at'>

export const findRegistration = (db: Queryable, id: string): Promise<Registration | null> =>
  db.one<Registration>`SELECT *
    FROM registration
    WHERE id = ${id} AND expires_at > ${db.dbNow}`

/** Locks the row until the transaction ends. */
export const lockRegistration = (tx: Tx, id: string): Promise<Registration | null> =>
  tx.one<Registration>`SELECT *
    FROM registration
    WHERE id = ${id} AND expires_at > ${tx.dbNow}
    FOR UPDATE`

/** Inserts a registration. One that is not open has expired already: it cannot be confirmed, and the clean-up deletes it. */
export const insertRegistration = async (tx: Tx, row: Registration, { open }: { open: boolean }): Promise<void> => {
  const expiresAt = sql`${tx.dbNow} + INTERVAL ${open ? registrationDays : 0} DAY`
  await tx.run`${insertInto(registrationTable, { ...row, created_at: tx.dbNow, expires_at: expiresAt })}`
}

/** Locks all registrations of an address in the order of their ids, so that concurrent confirmations do not deadlock. */
export const lockRegistrations = async (tx: Tx, email: string): Promise<void> => {
  await tx.rows`SELECT id
    FROM registration
    WHERE email = ${email}
    ORDER BY id
    FOR UPDATE`
}

/** Deletes every registration of an address that belongs to an account now. */
export const deleteRegistrations = async (tx: Tx, email: string): Promise<void> => {
  await tx.run`DELETE FROM registration WHERE email = ${email}`
}

/** Password hash of the oldest open registration of an address. */
export const findRegistrationHash = async (db: Queryable, email: string): Promise<string | null> => {
  const row = await db.one<Pick<RegistrationRow, 'password_hash'>>`SELECT password_hash
    FROM registration
    WHERE email = ${email} AND expires_at > ${db.dbNow}
    ORDER BY id
    LIMIT 1`
  return row?.password_hash ?? null
}

/** Newest open registration of an address with this hash, which was made with the salt of the address. */
export const findByPassword = (db: Queryable, email: string, passwordHash: string): Promise<Pick<RegistrationRow, 'id'> | null> =>
  db.one<Pick<RegistrationRow, 'id'>>`SELECT id
    FROM registration
    WHERE email = ${email} AND password_hash = ${passwordHash} AND expires_at > ${db.dbNow}
    ORDER BY id DESC
    LIMIT 1`
