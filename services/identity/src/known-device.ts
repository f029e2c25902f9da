// Known devices: client addresses from which an account signed in lately. They keep an allowance of their own while others guess.
import { createHash } from 'node:crypto'
import type { Queryable, Tx } from '@cartwright/db'
import { type Caller, networkOf } from '@cartwright/service-kit'
import { addressOf } from './client-address.ts'
import type { IdentityDeps } from './deps.ts'

/** Days for which a sign-in makes a device known. */
export const knownDays = 90

/** A client address as it is counted and kept: IPv6 per /64, hashed. */
export const deviceOf = (caller: Caller, deps: IdentityDeps): string =>
  createHash('sha256')
    .update(`device ${networkOf(addressOf(caller, deps))}`)
    .digest('hex')

export const isKnownDevice = async (db: Queryable, userId: string, device: string): Promise<boolean> => {
  const row = await db.one`SELECT 1 AS known FROM known_device
    WHERE user_id = ${userId} AND client_hash = ${device} AND signed_in_at > ${db.dbNow} - INTERVAL ${knownDays} DAY`
  return row !== null
}

/** After a sign-in. The caller holds the user's row. */
export const rememberDevice = async (tx: Tx, userId: string, device: string): Promise<void> => {
  await tx.run`INSERT INTO known_device (user_id, client_hash, signed_in_at) VALUES (${userId}, ${device}, ${tx.dbNow})
    ON DUPLICATE KEY UPDATE signed_in_at = ${tx.dbNow}`
}

/** After a reset: who signed in before may have been a thief. */
export const forgetDevices = async (tx: Tx, userId: string): Promise<void> => {
  await tx.run`DELETE FROM known_device WHERE user_id = ${userId}`
}
