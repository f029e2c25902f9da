// Known devices: client addresses from which an account signed in recently. Their attempts are counted apart from those of other clients.
import { createHash } from 'node:crypto'
import { insertInto, type Queryable, type Tx } from '@cartwright/db'
import { type Caller, networkOf } from '@cartwright/service-kit'
import { knownDeviceTable } from '../db/generated/rows.ts'
import type { IdentityDeps } from '../deps.ts'
import { clientAddressOf } from './client-address.ts'

/** Days for which a sign-in makes a device known. */
export const knownDeviceDays = 90

/** Hash that identifies a client address; IPv6 addresses count per /64. */
export const deviceOf = (caller: Caller, deps: IdentityDeps): string =>
  createHash('sha256')
    .update(`device ${networkOf(clientAddressOf(caller, deps))}`)
    .digest('hex')

export const isKnownDevice = async (db: Queryable, userId: string, device: string): Promise<boolean> => {
  const row = await db.one`SELECT 1 AS known
    FROM known_device
    WHERE user_id = ${userId} AND client_hash = ${device} AND signed_in_at > ${db.dbNow} - INTERVAL ${knownDeviceDays} DAY`
  return row !== null
}

/** Records a sign-in from a device. The caller holds the lock on the user's row. */
export const upsertDevice = async (tx: Tx, userId: string, device: string): Promise<void> => {
  await tx.run`${insertInto(knownDeviceTable, { user_id: userId, client_hash: device, signed_in_at: tx.dbNow })}
    ON DUPLICATE KEY UPDATE signed_in_at = ${tx.dbNow}`
}

/** Deletes all devices of an account, because an attacker may have signed in from one. */
export const deleteDevices = async (tx: Tx, userId: string): Promise<void> => {
  await tx.run`DELETE FROM known_device WHERE user_id = ${userId}`
}
