// Attempt budget of one-time codes: five attempts in ten minutes and twenty wrong ones a day, per account or per address without an account.
// A known device has a budget of its own, so that attempts from elsewhere do not lock the owner out.
import { createHash } from 'node:crypto'
import type { CodePurpose } from '@cartwright/contracts'
import { AppError } from '@cartwright/contracts'
import { insertInto, raw, sql, type Tx } from '@cartwright/db'
import { codeBudgetTable } from '../../db/generated/rows.ts'
import type { IdentityDeps } from '../../deps.ts'

interface Limit {
  attempts: number
  minutes: number
}

const perWindow: Limit = { attempts: 5, minutes: 10 }
const perDay: Limit = { attempts: 20, minutes: 24 * 60 }
/** Key of the daily budget, which counts wrong codes of every purpose. */
const perDayKey = 'wrong-codes-day'

/** No attempts are left. The response is the one for a wrong code, whatever the code is. */
export class AttemptsExhaustedError extends AppError {
  constructor() {
    super('otp_invalid')
  }
}

/** Key of a budget: of an account's id or an address without an account; with `device`, of that pair. */
export const attemptKey = (holder: string, device?: string): string =>
  createHash('sha256')
    .update(device === undefined ? holder : `${holder} ${device}`)
    .digest('hex')

const takeAttempt = async (subject: string, key: string, limit: Limit, { db }: IdentityDeps): Promise<void> => {
  const exhausted = await db.one`SELECT tries
    FROM code_budget
    WHERE subject = ${subject} AND purpose = ${key} AND tries >= ${limit.attempts} AND window_ends_at > ${db.dbNow}`
  if (exhausted !== null) throw new AttemptsExhaustedError()
  const windowEnd = sql`${db.dbNow} + INTERVAL ${limit.minutes} MINUTE`
  const first = { subject, purpose: key, tries: raw('LAST_INSERT_ID(1)'), window_ends_at: windowEnd }
  const { insertId: attempts } = await db.run`${insertInto(codeBudgetTable, first)}
    ON DUPLICATE KEY UPDATE tries = LAST_INSERT_ID(IF(window_ends_at <= ${db.dbNow}, 1, tries + 1)),
      window_ends_at = IF(window_ends_at <= ${db.dbNow}, ${windowEnd}, window_ends_at)`
  if (attempts > limit.attempts) throw new AttemptsExhaustedError()
}

/**
 * Records an attempt before the code is compared. The statements run outside a transaction, so that a rollback does not restore the
 * budget and parallel calls share it.
 * @throws AttemptsExhaustedError, an otp_invalid
 */
export const recordAttempt = async (subject: string, purpose: CodePurpose, deps: IdentityDeps): Promise<void> => {
  await takeAttempt(subject, purpose, perWindow, deps)
  await takeAttempt(subject, perDayKey, perDay, deps)
}

/** After a right code: restores the budget of its purpose, and uncounts the code from the wrong ones of the day. */
export const refundAttempt = async (tx: Tx, subject: string, purpose: CodePurpose): Promise<void> => {
  await tx.run`DELETE FROM code_budget WHERE subject = ${subject} AND purpose = ${purpose}`
  await tx.run`UPDATE code_budget
    SET tries = tries - 1
    WHERE subject = ${subject} AND purpose = ${perDayKey} AND tries > 0`
}
