// Throttle of failed sign-ins and wrong codes: a growing delay per account and client address and per client address, and an hourly cap
// per account from which known devices are exempt. It counts in MySQL for all replicas, per IPv4 address or IPv6 /64.
import { createHash } from 'node:crypto'
import { AppError } from '@cartwright/contracts'
import { insertInto, list, raw, type Sql, sql } from '@cartwright/db'
import { networkOf } from '@cartwright/service-kit'
import { loginThrottleTable } from '../db/generated/rows.ts'
import type { IdentityDeps } from '../deps.ts'

const maxDelaySec = 900
/** Failures without a delay per client address. Offices and schools share one address; in development all clients do. */
const defaultFreePerAddress = { production: 100, development: 10_000 } as const
const failuresPerHour = 50

/** Seconds to wait after the n-th failure: 0 for the free ones, then 2, 4, 8 … 900. */
export const delaySec = (failures: number, free: number): number =>
  failures <= free ? 0 : Math.min(maxDelaySec, 2 ** Math.min(failures - free, 10))

/** A counter of failures: delays begin after `free` failures, or the counter allows `perHour` failures. */
type FailureCounter = { subject: string } & ({ free: number } | { perHour: number })

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

const freePerAddress = ({ config, shared }: IdentityDeps): number =>
  config.freeFailuresPerAddress ??
  (shared.environment === 'production' ? defaultFreePerAddress.production : defaultFreePerAddress.development)

interface PasswordAttempt {
  /** The account's id, or the normal form of an address without an account. */
  holder: string
  clientAddress: string
  isKnownDevice: boolean
}

/** Counters of a password attempt. The first is account and client address: a right password clears it. */
export const passwordCounters = (
  { holder, clientAddress, isKnownDevice }: PasswordAttempt,
  deps: IdentityDeps,
): [FailureCounter, ...FailureCounter[]] => {
  const network = networkOf(clientAddress)
  return [
    { subject: hash(`account:${holder}:${network}`), free: deps.config.freeFailures },
    { subject: hash(`address:${network}`), free: freePerAddress(deps) },
    // A known device is delayed by its own failures only.
    ...(isKnownDevice ? [] : [{ subject: hash(`account:${holder}`), perHour: failuresPerHour }]),
  ]
}

/** Counter of a code attempt. The attempt budget counts the account's attempts. */
export const codeCounters = (clientAddress: string, deps: IdentityDeps): [FailureCounter] => [
  { subject: hash(`codes:${networkOf(clientAddress)}`), free: freePerAddress(deps) },
]

/** @throws AppError too_many_attempts with Retry-After */
export const assertNotThrottled = async (counters: readonly FailureCounter[], { db }: IdentityDeps): Promise<void> => {
  const row = await db.one<{ wait: number | null }>`SELECT TIMESTAMPDIFF(SECOND, ${db.dbNow}, MAX(blocked_until)) AS wait
    FROM login_throttle
    WHERE subject IN (${list(counters.map(({ subject }) => subject))}) AND blocked_until > ${db.dbNow}`
  if (row && row.wait !== null) throw new AppError('too_many_attempts', { retryAfterSec: row.wait + 1 })
}

const blockedUntil = (counter: FailureCounter, failures: number, now: Sql): Sql | null => {
  if ('perHour' in counter) return failures >= counter.perHour ? sql`window_ends_at` : null
  const wait = delaySec(failures, counter.free)
  return wait > 0 ? sql`${now} + INTERVAL ${wait} SECOND` : null
}

/** Counts a failure on each counter, and delays those with too many. The counting statement returns the count, so none is lost. */
export const recordFailure = async (counters: readonly FailureCounter[], { db }: IdentityDeps): Promise<void> => {
  for (const counter of counters) {
    const { subject } = counter
    // An hourly counter restarts an hour after its first failure, any other an hour after its last one.
    const isHourly = 'perHour' in counter
    const isOver = isHourly ? sql`window_ends_at <= ${db.dbNow}` : sql`updated_at < ${db.dbNow} - INTERVAL 1 HOUR`
    const windowEnd = isHourly ? sql`${db.dbNow} + INTERVAL 1 HOUR` : sql`NULL`
    const first = { subject, failures: raw('LAST_INSERT_ID(1)'), window_ends_at: windowEnd, updated_at: db.dbNow }
    const { insertId: failures } = await db.run`${insertInto(loginThrottleTable, first)}
      ON DUPLICATE KEY UPDATE failures = LAST_INSERT_ID(IF(${isOver}, 1, failures + 1)),
        window_ends_at = IF(window_ends_at <= ${db.dbNow}, ${windowEnd}, window_ends_at),
        updated_at = ${db.dbNow}`
    const until = blockedUntil(counter, failures, db.dbNow)
    if (until) await db.run`UPDATE login_throttle SET blocked_until = ${until} WHERE subject = ${subject}`
  }
}

/** Clears the failures of one counter, after a right password. */
export const forgetFailures = async ({ subject }: FailureCounter, { db }: IdentityDeps): Promise<void> => {
  await db.run`DELETE FROM login_throttle WHERE subject = ${subject}`
}
