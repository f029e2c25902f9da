// Lease on database time: one holder per name at a time, and a standby that takes over when the holder stops renewing.
import { type Database, idFactory } from '@cartwright/db'

/** How long a lease outlives a holder that dies. */
export const leaseSec = 10
const renewMs = 3000
const newOwner = idFactory(() => Date.now())

/** Takes or renews a lease. @param force takes it from a live holder as well: for a process that is known to be the only one */
export const takeLease = async (db: Database, name: string, owner: string, force = false): Promise<boolean> => {
  const taken = await db.run`
    UPDATE lease
    SET owner = ${owner}, expires_at = UTC_TIMESTAMP(6) + INTERVAL ${leaseSec} SECOND
    WHERE name = ${name} AND (owner = ${owner} OR expires_at < UTC_TIMESTAMP(6) OR ${force})`
  if (taken.affectedRows === 1) return true
  const created = await db.run`
    INSERT IGNORE INTO lease (name, owner, expires_at)
    VALUES (${name}, ${owner}, UTC_TIMESTAMP(6) + INTERVAL ${leaseSec} SECOND)`
  return created.affectedRows === 1
}

/** Gives a lease up at once, so that a standby need not wait for it to expire. */
export const dropLease = async (db: Database, name: string, owner: string): Promise<void> => {
  await db.run`
    UPDATE lease
    SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND, owner = NULL
    WHERE name = ${name} AND owner = ${owner}`
}

/**
 * Renews a lease that this process holds until `run` has ended. A process that dies or freezes stops renewing, so its lease expires
 * within 10 s; a process that resumes after that does not take the lease back.
 */
export const renewWhile = async <T>(db: Database, name: string, owner: string, run: () => Promise<T>): Promise<T> => {
  const renew = () => db.run`
    UPDATE lease
    SET expires_at = UTC_TIMESTAMP(6) + INTERVAL ${leaseSec} SECOND
    WHERE name = ${name} AND owner = ${owner}`
  // A renewal that fails is repeated 3 s later, before the lease expires.
  const timer = setInterval(() => void renew().catch(() => undefined), renewMs)
  try {
    return await run()
  } finally {
    clearInterval(timer)
  }
}

/**
 * Runs `run` while this process holds the lease.
 * @returns whether it ran: not while another process holds the lease
 */
export const withLease = async (db: Database, name: string, run: () => Promise<void>): Promise<boolean> => {
  const owner = newOwner('own')
  if (!(await takeLease(db, name, owner))) return false
  try {
    await renewWhile(db, name, owner, run)
  } finally {
    await dropLease(db, name, owner)
  }
  return true
}

export interface LeaseKeeper {
  /** Takes the lease or renews it before it expires. @returns `taken` when it was not held right before, `no` when another process holds it */
  hold(): Promise<'held' | 'taken' | 'no'>
  drop(): Promise<void>
}

/** Keeps a lease for long work that asks before each step. @param force takes the lease from a live holder, once */
export const createLeaseKeeper = (db: Database, name: string, owner: string, force: boolean): LeaseKeeper => {
  let expiresMs = 0
  let renewedMs = 0
  let forceNext = force
  return {
    hold: async () => {
      const now = performance.now()
      const isHeld = now < expiresMs
      if (isHeld && now - renewedMs < renewMs) return 'held'
      if (!(await takeLease(db, name, owner, forceNext))) return 'no'
      forceNext = false
      renewedMs = now
      expiresMs = now + leaseSec * 1000
      return isHeld ? 'held' : 'taken'
    },
    drop: () => dropLease(db, name, owner),
  }
}
