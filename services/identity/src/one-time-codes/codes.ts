// One-time codes: from a CSPRNG, stored as HMAC, sealed for notification, with a budget of guesses per account.
import { createHash } from 'node:crypto'
import { AppError, identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import type { IdentityDeps } from '../deps.ts'

/** What a code is for. The mail to somebody whose address another person tries to register looks like one and proves nothing. */
export type Purpose = 'verify-email' | 'reset-password' | 'change-email' | 'already-registered'

const maxTries = 5
const windowMin = 10
const cooldownSec = 60
const maxPerHour = 5

/** Whose code it is and where it is mailed to. */
export interface CodeHolder {
  id: string
  email: string
  name: string | null
  locale: string
}

/** What a proven code makes true. */
export interface PendingChange {
  passwordHash?: string
  name?: string
  email?: string
}

/** A code that is ready to be issued; made before the transaction, since sealing is not the database's work. */
export interface PreparedCode {
  id: string
  hmac: string
  sealed: string
  expiresAt: Date
}

export const prepareCode = async (deps: IdentityDeps): Promise<PreparedCode> => {
  const id = deps.newId('otc')
  const code = deps.codes.newCode()
  const expiresAt = new Date(deps.clock.now().getTime() + deps.config.codeSec * 1000)
  return { id, hmac: deps.codes.hmac(id, code), sealed: await deps.codes.seal(code, expiresAt), expiresAt }
}

export interface CodeOrder {
  holder: CodeHolder
  purpose: Purpose
  prepared: PreparedCode
  pending?: PendingChange
  /** Something new is to be proven: what was asked for before must not win, so its code dies even when no other may be mailed yet. */
  supersedes?: boolean
  /** Kept and counted like any other, but never mailed: the address is somebody else's, and nothing may tell. */
  withheld?: boolean
}

/** Issues a code unless the cooldown or the hourly limit forbids it; the older one stops working. Silent either way. */
export const issueCode = async (
  tx: Tx,
  { holder, purpose, prepared, pending = {}, supersedes = false, withheld = false }: CodeOrder,
): Promise<void> => {
  // Two requests at once would both find the cooldown over.
  await tx.one`SELECT id FROM user_account WHERE id = ${holder.id} FOR UPDATE`
  const recent = await tx.one<{ mailed: number; cooling: number }>`SELECT COUNT(*) AS mailed,
    COALESCE(SUM(created_at > ${tx.dbNow} - INTERVAL ${cooldownSec} SECOND), 0) AS cooling
    FROM one_time_code WHERE user_id = ${holder.id} AND purpose = ${purpose} AND mailed AND created_at > ${tx.dbNow} - INTERVAL 1 HOUR`
  const mailed = (recent?.mailed ?? 0) < maxPerHour && (supersedes || (recent?.cooling ?? 0) === 0)
  if (!mailed && !supersedes) return
  await tx.run`UPDATE one_time_code SET used_at = ${tx.dbNow} WHERE user_id = ${holder.id} AND purpose = ${purpose} AND used_at IS NULL`
  await tx.run`INSERT INTO one_time_code (id, user_id, purpose, code_hmac, pending_password_hash, pending_name, pending_email, mailed, created_at, expires_at)
    VALUES (${prepared.id}, ${holder.id}, ${purpose}, ${prepared.hmac}, ${pending.passwordHash ?? null}, ${pending.name ?? null}, ${pending.email ?? null}, ${mailed}, ${tx.dbNow}, ${prepared.expiresAt})`
  if (!mailed || withheld) return
  await publish(tx, identityEvents.codeRequested, {
    userId: holder.id,
    purpose,
    recipient: { email: holder.email, ...(holder.name === null ? {} : { name: holder.name }) },
    locale: holder.locale,
    sealedCode: prepared.sealed,
    expiresAt: prepared.expiresAt.toISOString(),
  })
}

/** Whose budget a guess is taken from: an address, known or not, or a signed-in user. */
export const guesserOf = (emailOrUserId: string): string => createHash('sha256').update(emailOrUserId).digest('hex')

/**
 * Takes one guess from the budget: five in ten minutes, however many codes, sessions or parallel calls there are. One statement of
 * its own, so it counts before anything is compared and no rollback gives it back.
 * @throws AppError otp_invalid
 */
export const countGuess = async (subject: string, purpose: Purpose, { db }: IdentityDeps): Promise<void> => {
  const spent =
    await db.one`SELECT tries FROM code_budget WHERE subject = ${subject} AND purpose = ${purpose} AND tries >= ${maxTries} AND window_ends_at > ${db.dbNow}`
  if (spent !== null) throw new AppError('otp_invalid')
  const { insertId: tries } = await db.run`INSERT INTO code_budget (subject, purpose, tries, window_ends_at)
    VALUES (${subject}, ${purpose}, LAST_INSERT_ID(1), ${db.dbNow} + INTERVAL ${windowMin} MINUTE)
    ON DUPLICATE KEY UPDATE tries = LAST_INSERT_ID(IF(window_ends_at <= ${db.dbNow}, 1, tries + 1)),
      window_ends_at = IF(window_ends_at <= ${db.dbNow}, ${db.dbNow} + INTERVAL ${windowMin} MINUTE, window_ends_at)`
  if (tries > maxTries) throw new AppError('otp_invalid')
}

interface CodeRow {
  id: string
  code_hmac: string
  pending_password_hash: string | null
  pending_name: string | null
  pending_email: string | null
}

export interface Proof {
  /** Empty where nobody has the address: the same statements run. */
  userId: string
  purpose: Purpose
  code: string
  /** Whose budget is full again after a right code. */
  subject: string
}

/** Uses the live code up. Count the guess first. @returns what it was to make true @throws AppError otp_invalid */
export const consumeCode = async (
  tx: Tx,
  { userId, purpose, code, subject }: Proof,
  deps: IdentityDeps,
): Promise<PendingChange> => {
  const row = await tx.one<CodeRow>`SELECT id, code_hmac, pending_password_hash, pending_name, pending_email FROM one_time_code
    WHERE user_id = ${userId} AND purpose = ${purpose} AND used_at IS NULL AND expires_at > ${tx.dbNow} ORDER BY created_at DESC, id DESC LIMIT 1 FOR UPDATE`
  if (row === null || !deps.codes.matches(row.id, code, row.code_hmac)) throw new AppError('otp_invalid')
  await tx.run`UPDATE one_time_code SET used_at = ${tx.dbNow} WHERE id = ${row.id}`
  await tx.run`DELETE FROM code_budget WHERE subject = ${subject} AND purpose = ${purpose}`
  return {
    ...(row.pending_password_hash === null ? {} : { passwordHash: row.pending_password_hash }),
    ...(row.pending_name === null ? {} : { name: row.pending_name }),
    ...(row.pending_email === null ? {} : { email: row.pending_email }),
  }
}

/**
 * Voids every open code of an account: after a reset and at a block, nothing that was asked for before may come true. Lock order: the
 * user's row first.
 */
export const voidCodes = async (tx: Tx, userId: string): Promise<void> => {
  await tx.run`UPDATE one_time_code SET used_at = ${tx.dbNow} WHERE user_id = ${userId} AND used_at IS NULL`
}

/** The latest change of this kind that was asked for, proven or not. */
export const findPending = async (db: Pick<Tx, 'one'>, userId: string, purpose: Purpose): Promise<PendingChange | null> => {
  const row = await db.one<
    Omit<CodeRow, 'id' | 'code_hmac'>
  >`SELECT pending_password_hash, pending_name, pending_email FROM one_time_code
    WHERE user_id = ${userId} AND purpose = ${purpose} ORDER BY created_at DESC, id DESC LIMIT 1`
  if (row === null) return null
  return {
    ...(row.pending_password_hash === null ? {} : { passwordHash: row.pending_password_hash }),
    ...(row.pending_name === null ? {} : { name: row.pending_name }),
    ...(row.pending_email === null ? {} : { email: row.pending_email }),
  }
}
