// Slows down guessing: a growing delay per account and client address, and per client address; an hourly cap per account over all client
// addresses, from which known devices are exempt. Lives in MySQL, so every replica counts. Clients are counted per IPv4 address or IPv6 /64.
import { createHash } from 'node:crypto'
import { AppError } from '@cartwright/contracts'
import { list, type Sql, sql } from '@cartwright/db'
import { networkOf } from '@cartwright/service-kit'
import type { IdentityDeps } from './deps.ts'

const maxDelaySec = 900
/** An address may be an office or a school, and in development it is everybody. */
const freePerAddress = { production: 100, development: 10_000 } as const
const failuresPerHour = 50

/** Seconds to wait after the n-th failure: nothing for the free ones, then 2, 4, 8 … 900. */
export const delaySec = (failures: number, free: number): number =>
  failures <= free ? 0 : Math.min(maxDelaySec, 2 ** Math.min(failures - free, 10))

/** Somebody whose failures are counted: either the first few cost nothing, or that many are allowed in an hour. */
export type Guesser = { subject: string } & ({ free: number } | { perHour: number })

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

const perAddress = ({ config, shared }: IdentityDeps): number =>
  config.freeFailuresPerAddress ?? (shared.environment === 'production' ? freePerAddress.production : freePerAddress.development)

export interface Attempt {
  /** The account's id; the normal form of an address that has no account. */
  holder: string
  clientAddress: string
  /** The account signed in from there before. */
  known: boolean
}

/** Who guesses passwords. The first one is the pair, which a right password forgets. */
export const passwordGuessers = ({ holder, clientAddress, known }: Attempt, deps: IdentityDeps): [Guesser, ...Guesser[]] => {
  const network = networkOf(clientAddress)
  return [
    { subject: hash(`account:${holder}:${network}`), free: deps.config.freeFailures },
    { subject: hash(`address:${network}`), free: perAddress(deps) },
    // A known device is slowed down by its own failures alone.
    ...(known ? [] : [{ subject: hash(`account:${holder}`), perHour: failuresPerHour }]),
  ]
}

/** Who guesses codes: the account's own budget is counted elsewhere. */
export const codeGuessers = (clientAddress: string, deps: IdentityDeps): [Guesser] => [
  { subject: hash(`codes:${networkOf(clientAddress)}`), free: perAddress(deps) },
]

/** @throws AppError too_many_attempts with Retry-After */
export const assertNotThrottled = async (guessers: readonly Guesser[], { db }: IdentityDeps): Promise<void> => {
  const row = await db.one<{
    wait: number | null
  }>`SELECT TIMESTAMPDIFF(SECOND, ${db.dbNow}, MAX(blocked_until)) AS wait FROM login_throttle
    WHERE subject IN (${list(guessers.map(({ subject }) => subject))}) AND blocked_until > ${db.dbNow}`
  if (row && row.wait !== null) throw new AppError('too_many_attempts', undefined, {}, row.wait + 1)
}

/** The statement that counts answers the number of failures so far, so that a thousand at once are a thousand. */
const blockedUntil = (guesser: Guesser, failures: number, now: Sql): Sql | null => {
  if ('perHour' in guesser) return failures >= guesser.perHour ? sql`window_ends_at` : null
  const wait = delaySec(failures, guesser.free)
  return wait > 0 ? sql`${now} + INTERVAL ${wait} SECOND` : null
}

/** Counts a failure for each, and delays those that have too many. */
export const recordFailure = async (guessers: readonly Guesser[], { db }: IdentityDeps): Promise<void> => {
  for (const guesser of guessers) {
    const { subject } = guesser
    // An hour of its own, from its first failure; or, where there is none, forgotten an hour after the last one.
    const hourly = 'perHour' in guesser
    const isOver = hourly ? sql`window_ends_at <= ${db.dbNow}` : sql`updated_at < ${db.dbNow} - INTERVAL 1 HOUR`
    const hourFromNow = hourly ? sql`${db.dbNow} + INTERVAL 1 HOUR` : sql`NULL`
    const { insertId: failures } = await db.run`INSERT INTO login_throttle (subject, failures, window_ends_at, updated_at)
      VALUES (${subject}, LAST_INSERT_ID(1), ${hourFromNow}, ${db.dbNow})
      ON DUPLICATE KEY UPDATE failures = LAST_INSERT_ID(IF(${isOver}, 1, failures + 1)),
        window_ends_at = IF(window_ends_at <= ${db.dbNow}, ${hourFromNow}, window_ends_at), updated_at = ${db.dbNow}`
    const until = blockedUntil(guesser, failures, db.dbNow)
    if (until) await db.run`UPDATE login_throttle SET blocked_until = ${until} WHERE subject = ${subject}`
  }
}

/** Forgets the failures of one account from one address, after a right password. */
export const forgetFailures = async ({ subject }: Guesser, { db }: IdentityDeps): Promise<void> => {
  await db.run`DELETE FROM login_throttle WHERE subject = ${subject}`
}
