// Slows down guessing: failures per account and address, and per address, with a growing delay. Lives in MySQL, so every replica counts.
import { createHash } from 'node:crypto'
import { AppError } from '@cartwright/contracts'
import type { IdentityDeps } from '../deps.ts'

const maxDelaySec = 900

/** Seconds to wait after the n-th failure: nothing for the free ones, then 2, 4, 8 … 900. */
export const delaySec = (failures: number, free: number): number => (failures <= free ? 0 : Math.min(maxDelaySec, 2 ** Math.min(failures - free, 10)))

interface Limit {
  subject: string
  free: number
}

const limitsOf = (email: string, address: string, deps: IdentityDeps): Limit[] => {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  return [
    { subject: hash(`account:${email}:${address}`), free: deps.config.freeFailures },
    { subject: hash(`address:${address}`), free: deps.config.freeFailuresPerAddress },
  ]
}

/** @throws AppError too_many_attempts with Retry-After */
export const assertNotThrottled = async (email: string, address: string, deps: IdentityDeps): Promise<void> => {
  for (const { subject } of limitsOf(email, address, deps)) {
    const row = await deps.db.one<{ wait: number }>`SELECT TIMESTAMPDIFF(SECOND, ${deps.db.dbNow}, blocked_until) AS wait FROM login_throttle
      WHERE subject = ${subject} AND blocked_until > ${deps.db.dbNow}`
    if (row) throw new AppError('too_many_attempts', undefined, {}, Number(row.wait) + 1)
  }
}

export const recordFailure = async (email: string, address: string, deps: IdentityDeps): Promise<void> => {
  for (const { subject, free } of limitsOf(email, address, deps)) {
    await deps.db.tx(async (tx) => {
      await tx.run`INSERT IGNORE INTO login_throttle (subject, failures, updated_at) VALUES (${subject}, 0, ${tx.dbNow})`
      const row = await tx.one<{ failures: number; stale: number }>`SELECT failures, updated_at < ${tx.dbNow} - INTERVAL 1 HOUR AS stale FROM login_throttle WHERE subject = ${subject} FOR UPDATE`
      const failures = (row?.stale ? 0 : (row?.failures ?? 0)) + 1
      const wait = delaySec(failures, free)
      await tx.run`UPDATE login_throttle SET failures = ${failures}, updated_at = ${tx.dbNow},
        blocked_until = IF(${wait} > 0, ${tx.dbNow} + INTERVAL ${wait} SECOND, NULL) WHERE subject = ${subject}`
    })
  }
}

export const forgetFailures = async (email: string, address: string, deps: IdentityDeps): Promise<void> => {
  const [account] = limitsOf(email, address, deps)
  if (account) await deps.db.run`DELETE FROM login_throttle WHERE subject = ${account.subject}`
}
