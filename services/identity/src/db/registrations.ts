// Rows of registrations: each has its own password and codes, and none touches another one of its address until one is confirmed.
import { createHmac } from 'node:crypto'
import type { Queryable, Tx } from '@cartwright/db'
import { encodeBase64 } from 'bcryptjs'
import type { IdentityDeps } from '../deps.ts'
import { saltOf } from '../passwords/hasher.ts'

/** Days in which a registration can be confirmed. */
const openDays = 7

export interface Registration {
  id: string
  /** The account that it will make. */
  user_id: string
  email: string
  password_hash: string
  name: string
  locale: string
  /** The device that registered, see `known-device.ts`; null in rows that are older than this column. */
  client_hash: string | null
}

export const findRegistration = (db: Queryable, id: string): Promise<Registration | null> =>
  db.one<Registration>`SELECT id, user_id, email, password_hash, name, locale, client_hash FROM registration
    WHERE id = ${id} AND expires_at > ${db.dbNow}`

/** The row, locked until the transaction ends. */
export const lockRegistration = (tx: Tx, id: string): Promise<Registration | null> =>
  tx.one<Registration>`SELECT id, user_id, email, password_hash, name, locale, client_hash FROM registration
    WHERE id = ${id} AND expires_at > ${tx.dbNow} FOR UPDATE`

/** One that is not open cannot be confirmed; it is removed with those that have expired. */
export const insertRegistration = async (tx: Tx, row: Registration, { open }: { open: boolean }): Promise<void> => {
  await tx.run`INSERT INTO registration (id, user_id, email, password_hash, name, locale, client_hash, created_at, expires_at)
    VALUES (${row.id}, ${row.user_id}, ${row.email}, ${row.password_hash}, ${row.name}, ${row.locale}, ${row.client_hash},
      ${tx.dbNow}, ${tx.dbNow} + INTERVAL ${open ? openDays : 0} DAY)`
}

/** Locks all of an address in one order, so that two that are confirmed at once do not wait for each other. */
export const lockRegistrations = async (tx: Tx, email: string): Promise<void> => {
  await tx.rows`SELECT id FROM registration WHERE email = ${email} ORDER BY id FOR UPDATE`
}

/** The address belongs to an account now: what others registered for it ends, with its names and passwords. */
export const endRegistrations = async (tx: Tx, email: string): Promise<void> => {
  await tx.run`DELETE FROM registration WHERE email = ${email}`
}

/**
 * One salt for all registrations of an address: a sign-in then costs one comparison, however many there are, and as much as one of an
 * account. It follows from a secret, so nobody can prepare for it.
 */
export const saltFor = async (email: string, { db, config }: IdentityDeps): Promise<string> => {
  const first = await db.one<{ password_hash: string }>`SELECT password_hash FROM registration
    WHERE email = ${email} AND expires_at > ${db.dbNow} ORDER BY id LIMIT 1`
  if (first) return saltOf(first.password_hash)
  const bytes = createHmac('sha256', config.otpSecret).update(`registration salt ${email}`).digest().subarray(0, 16)
  return `$2b$${String(config.bcryptCost).padStart(2, '0')}$${encodeBase64([...bytes], 16)}`
}

/** The newest registration of an address with this hash, made with the salt of the address. */
export const findByPassword = (db: Queryable, email: string, passwordHash: string): Promise<{ id: string } | null> =>
  db.one<{ id: string }>`SELECT id FROM registration
    WHERE email = ${email} AND password_hash = ${passwordHash} AND expires_at > ${db.dbNow} ORDER BY id DESC LIMIT 1`
