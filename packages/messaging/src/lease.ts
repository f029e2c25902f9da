// Leases on database time: one holder at a time for a relay or a periodic job, with a standby that takes over.
import type { Database } from '@cartwright/db'

export const leaseSec = 10
export const renewMs = 3000

/** Takes or renews a lease. @param steal takes it even from a live holder: only for a process that is known to be alone */
export const takeLease = async (db: Database, name: string, owner: string, steal = false): Promise<boolean> => {
  const taken = await db.run`UPDATE lease SET owner = ${owner}, expires_at = UTC_TIMESTAMP(6) + INTERVAL ${leaseSec} SECOND
    WHERE name = ${name} AND (owner = ${owner} OR expires_at < UTC_TIMESTAMP(6) OR ${steal})`
  if (taken.affectedRows === 1) return true
  const made = await db.run`INSERT IGNORE INTO lease (name, owner, expires_at)
    VALUES (${name}, ${owner}, UTC_TIMESTAMP(6) + INTERVAL ${leaseSec} SECOND)`
  return made.affectedRows === 1
}

/** Gives a lease up at once, so that a standby need not wait for it to lapse. */
export const dropLease = async (db: Database, name: string, owner: string): Promise<void> => {
  await db.run`UPDATE lease SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND, owner = NULL WHERE name = ${name} AND owner = ${owner}`
}
