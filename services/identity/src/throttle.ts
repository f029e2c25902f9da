// Slows down guessing: failures per account and address, and per address, with a growing delay. Lives in MySQL, so every replica counts.
import { createHash } from 'node:crypto'
import { AppError } from '@cartwright/contracts'
import { list } from '@cartwright/db'
import type { IdentityDeps } from './deps.ts'

const maxDelaySec = 900
/** An address may be an office or a school, and in development it is everybody. */
const freePerAddress = { production: 100, development: 10_000 } as const

/** Seconds to wait after the n-th failure: nothing for the free ones, then 2, 4, 8 … 900. */
export const delaySec = (failures: number, free: number): number =>
  failures <= free ? 0 : Math.min(maxDelaySec, 2 ** Math.min(failures - free, 10))

/** Somebody whose failures are counted; the first few cost nothing. */
export interface Guesser {
  subject: string
  free: number
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

const perAddress = ({ config, shared }: IdentityDeps): number =>
  config.freeFailuresPerAddress ?? (shared.environment === 'production' ? freePerAddress.production : freePerAddress.development)

/** Who guesses passwords. */
export const passwordGuessers = (email: string, address: string, deps: IdentityDeps): [Guesser, Guesser] => [
  { subject: hash(`account:${email}:${address}`), free: deps.config.freeFailures },
  { subject: hash(`address:${address}`), free: perAddress(deps) },
]

/** Who guesses codes: the account's own budget is counted elsewhere. */
export const codeGuessers = (address: string, deps: IdentityDeps): [Guesser] => [
  { subject: hash(`codes:${address}`), free: perAddress(deps) },
]

/** @throws AppError too_many_attempts with Retry-After */
export const assertNotThrottled = async (guessers: readonly Guesser[], { db }: IdentityDeps): Promise<void> => {
  const row = await db.one<{
    wait: number | null
  }>`SELECT TIMESTAMPDIFF(SECOND, ${db.dbNow}, MAX(blocked_until)) AS wait FROM login_throttle
    WHERE subject IN (${list(guessers.map(({ subject }) => subject))}) AND blocked_until > ${db.dbNow}`
  if (row && row.wait !== null) throw new AppError('too_many_attempts', undefined, {}, row.wait + 1)
}

/** Counts in one statement, so that a thousand failures at once are a thousand. */
export const recordFailure = async (guessers: readonly Guesser[], { db }: IdentityDeps): Promise<void> => {
  for (const { subject, free } of guessers) {
    const { insertId: failures } =
      await db.run`INSERT INTO login_throttle (subject, failures, updated_at) VALUES (${subject}, LAST_INSERT_ID(1), ${db.dbNow})
      ON DUPLICATE KEY UPDATE failures = LAST_INSERT_ID(IF(updated_at < ${db.dbNow} - INTERVAL 1 HOUR, 1, failures + 1)), updated_at = ${db.dbNow}`
    const wait = delaySec(failures, free)
    if (wait > 0)
      await db.run`UPDATE login_throttle SET blocked_until = ${db.dbNow} + INTERVAL ${wait} SECOND WHERE subject = ${subject}`
  }
}

/** Forgets the failures of one account from one address, after a right password. */
export const forgetFailures = async ({ subject }: Guesser, { db }: IdentityDeps): Promise<void> => {
  await db.run`DELETE FROM login_throttle WHERE subject = ${subject}`
}
