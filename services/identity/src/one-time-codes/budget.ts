// Budgets of guesses at one-time codes: five in ten minutes and twenty wrong ones a day, per account, or per address where there is none.
// A device that the account signed in from has a budget of its own, so that others who guess do not lock the owner out.
import { createHash } from 'node:crypto'
import { AppError } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import type { IdentityDeps } from '../deps.ts'
import type { Purpose } from './codes.ts'

const window = { tries: 5, minutes: 10 } as const
const day = { tries: 20, minutes: 24 * 60 } as const
/** Counts wrong codes of every purpose. */
const dayKey = 'wrong-codes-day'

/** No guesses are left: refused like a wrong code, whatever the code is. */
export class BudgetSpent extends AppError {
  constructor() {
    super('otp_invalid')
  }
}

/** Whose budget a guess is taken from: an account's id, or an address that has none; with `device`, from the budget of that pair. */
export const guesserOf = (holder: string, device?: string): string =>
  createHash('sha256')
    .update(device === undefined ? holder : `${holder} ${device}`)
    .digest('hex')

const take = async (
  subject: string,
  key: string,
  { tries: most, minutes }: { tries: number; minutes: number },
  { db }: IdentityDeps,
): Promise<void> => {
  const spent =
    await db.one`SELECT tries FROM code_budget WHERE subject = ${subject} AND purpose = ${key} AND tries >= ${most} AND window_ends_at > ${db.dbNow}`
  if (spent !== null) throw new BudgetSpent()
  const { insertId: tries } = await db.run`INSERT INTO code_budget (subject, purpose, tries, window_ends_at)
    VALUES (${subject}, ${key}, LAST_INSERT_ID(1), ${db.dbNow} + INTERVAL ${minutes} MINUTE)
    ON DUPLICATE KEY UPDATE tries = LAST_INSERT_ID(IF(window_ends_at <= ${db.dbNow}, 1, tries + 1)),
      window_ends_at = IF(window_ends_at <= ${db.dbNow}, ${db.dbNow} + INTERVAL ${minutes} MINUTE, window_ends_at)`
  if (tries > most) throw new BudgetSpent()
}

/**
 * Takes one guess from the budget, however many codes, sessions or parallel calls there are. Statements of their own, so it counts before
 * anything is compared and no rollback gives it back.
 * @throws BudgetSpent, which answers otp_invalid
 */
export const countGuess = async (subject: string, purpose: Purpose, deps: IdentityDeps): Promise<void> => {
  await take(subject, purpose, window, deps)
  await take(subject, dayKey, day, deps)
}

/** A right code fills the budget of its purpose again and takes itself out of the day's wrong ones. */
export const giveBack = async (tx: Tx, subject: string, purpose: Purpose): Promise<void> => {
  await tx.run`DELETE FROM code_budget WHERE subject = ${subject} AND purpose = ${purpose}`
  await tx.run`UPDATE code_budget SET tries = tries - 1 WHERE subject = ${subject} AND purpose = ${dayKey} AND tries > 0`
}
