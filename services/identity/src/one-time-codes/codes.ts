// One-time codes: from a CSPRNG, stored as HMAC, sealed for notification, with a budget of guesses per account.
import { createHmac, randomInt, timingSafeEqual } from 'node:crypto'
import { AppError, identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { CompactEncrypt, importJWK } from 'jose'
import type { IdentityDeps } from '../deps.ts'

export type Purpose = 'verify-email' | 'reset-password'

const maxTries = 5
const cooldownSec = 60
const maxPerHour = 5

export interface CodeMaker {
  newCode(): string
  hmac(codeId: string, code: string): string
  /** Compact JWE that only notification opens. */
  seal(code: string, expiresAt: Date): Promise<string>
}

export const codeMaker = async (otpSecret: string, sealPublicJwk: string): Promise<CodeMaker> => {
  const key = await importJWK(JSON.parse(sealPublicJwk), 'ECDH-ES+A256KW')
  return {
    newCode: () => String(randomInt(0, 1_000_000)).padStart(6, '0'),
    hmac: (codeId, code) => createHmac('sha256', otpSecret).update(`${codeId}:${code}`).digest('hex'),
    seal: (code, expiresAt) =>
      new CompactEncrypt(new TextEncoder().encode(JSON.stringify({ code, exp: Math.floor(expiresAt.getTime() / 1000) })))
        .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })
        .encrypt(key),
  }
}

export interface CodeHolder {
  id: string
  email: string
  name: string | null
  locale: string
}

/** What a proven code makes true. */
export interface PendingChange {
  passwordHash: string
  name: string
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

/** Issues a code unless the cooldown or the hourly limit forbids it; the older one stops working. Silent either way. */
export const issueCode = async (tx: Tx, user: CodeHolder, purpose: Purpose, prepared: PreparedCode, pending?: PendingChange): Promise<boolean> => {
  const recent = await tx.one<{ hour: number; cooling: number }>`SELECT COUNT(*) AS hour,
    COALESCE(SUM(created_at > ${tx.dbNow} - INTERVAL ${cooldownSec} SECOND), 0) AS cooling
    FROM one_time_code WHERE user_id = ${user.id} AND purpose = ${purpose} AND created_at > ${tx.dbNow} - INTERVAL 1 HOUR`
  if ((recent?.cooling ?? 0) > 0 || (recent?.hour ?? 0) >= maxPerHour) return false
  await tx.run`UPDATE one_time_code SET used_at = ${tx.dbNow} WHERE user_id = ${user.id} AND purpose = ${purpose} AND used_at IS NULL`
  await tx.run`INSERT INTO one_time_code (id, user_id, purpose, code_hmac, pending_password_hash, pending_name, created_at, expires_at)
    VALUES (${prepared.id}, ${user.id}, ${purpose}, ${prepared.hmac}, ${pending?.passwordHash ?? null}, ${pending?.name ?? null}, ${tx.dbNow}, ${prepared.expiresAt})`
  await publish(tx, identityEvents.codeRequested, {
    userId: user.id,
    purpose,
    recipient: { email: user.email, ...(user.name === null ? {} : { name: user.name }) },
    locale: user.locale,
    sealedCode: prepared.sealed,
    expiresAt: prepared.expiresAt.toISOString(),
  })
  return true
}

/** Takes one guess from the account's budget; five in ten minutes, however many codes or sessions there are. */
const takeTry = async (tx: Tx, userId: string, purpose: Purpose): Promise<boolean> => {
  await tx.run`INSERT IGNORE INTO code_budget (user_id, purpose, tries, window_ends_at) VALUES (${userId}, ${purpose}, 0, ${tx.dbNow} + INTERVAL 10 MINUTE)`
  const reset = await tx.run`UPDATE code_budget SET tries = 1, window_ends_at = ${tx.dbNow} + INTERVAL 10 MINUTE
    WHERE user_id = ${userId} AND purpose = ${purpose} AND window_ends_at <= ${tx.dbNow}`
  if (reset.affectedRows === 1) return true
  const taken = await tx.run`UPDATE code_budget SET tries = tries + 1 WHERE user_id = ${userId} AND purpose = ${purpose} AND tries < ${maxTries}`
  return taken.affectedRows === 1
}

interface CodeRow {
  id: string
  code_hmac: string
  pending_password_hash: string | null
  pending_name: string | null
}

const matching = (row: CodeRow, code: string, codes: CodeMaker): boolean =>
  timingSafeEqual(Buffer.from(row.code_hmac, 'hex'), Buffer.from(codes.hmac(row.id, code), 'hex'))

/**
 * Counts the guess in a transaction of its own, so that a wrong guess is never rolled back, then consumes the code once.
 * @throws AppError otp_invalid
 */
export const countGuess = async (userId: string, purpose: Purpose, deps: IdentityDeps): Promise<void> => {
  if (!(await deps.db.tx((tx) => takeTry(tx, userId, purpose)))) throw new AppError('otp_invalid')
}

/** Uses the live code up. @returns what it was to make true @throws AppError otp_invalid */
export const consumeCode = async (tx: Tx, userId: string, purpose: Purpose, code: string, deps: IdentityDeps): Promise<PendingChange | null> => {
  const row = await tx.one<CodeRow>`SELECT id, code_hmac, pending_password_hash, pending_name FROM one_time_code
    WHERE user_id = ${userId} AND purpose = ${purpose} AND used_at IS NULL AND expires_at > ${tx.dbNow} ORDER BY created_at DESC LIMIT 1 FOR UPDATE`
  if (row === null || !matching(row, code, deps.codes)) throw new AppError('otp_invalid')
  await tx.run`UPDATE one_time_code SET used_at = ${tx.dbNow} WHERE id = ${row.id}`
  await tx.run`DELETE FROM code_budget WHERE user_id = ${userId} AND purpose = ${purpose}`
  return row.pending_password_hash === null ? null : { passwordHash: row.pending_password_hash, name: row.pending_name ?? '' }
}
