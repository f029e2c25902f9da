// One-time codes: from a CSPRNG, stored as HMAC, sealed for notification, at most five mails an hour and address.
import { createHash } from 'node:crypto'
import { AppError, identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import type { IdentityDeps } from '../deps.ts'
import { giveBack } from './budget.ts'

export { countGuess, guesserOf } from './budget.ts'

/** What a code is for. The mail to somebody whose address another person tries to register looks like one and proves nothing. */
export type Purpose = 'verify-email' | 'reset-password' | 'change-email' | 'already-registered'

const cooldownSec = 60
const maxPerHour = 5
/** Fewer of the mails that everybody can cause and that are of no use, so that a code for a new password is never kept away by them. */
const maxUselessPerHour = 2

/** Whose code it is and where it is mailed to: an account, or one that a registration will make. */
export interface CodeHolder {
  id: string
  /** In its normal form. */
  email: string
  locale: string
}

/** What a proven code makes true. */
export interface PendingChange {
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
  /** Kept like any other, but never mailed, and not counted for the address: it is somebody else's, and nothing may tell. */
  withheld?: boolean
}

/** One at a time per address until the transaction ends: two at once would both find the cooldown over. */
const lockAddress = async (tx: Tx, email: string): Promise<void> => {
  const subject = createHash('sha256').update(`mails ${email}`).digest('hex')
  await tx.run`INSERT INTO code_budget (subject, purpose, tries, window_ends_at) VALUES (${subject}, 'mails', 0, ${tx.dbNow} + INTERVAL 1 HOUR)
    ON DUPLICATE KEY UPDATE window_ends_at = ${tx.dbNow} + INTERVAL 1 HOUR`
}

interface Mailed {
  all_kinds: number
  same_kind: number
  cooling: number
}

const mayMail = async (tx: Tx, { holder, purpose, supersedes }: CodeOrder): Promise<boolean> => {
  const row = await tx.one<Mailed>`SELECT COUNT(*) AS all_kinds, COALESCE(SUM(purpose = ${purpose}), 0) AS same_kind,
      COALESCE(SUM(user_id = ${holder.id} AND purpose = ${purpose} AND created_at > ${tx.dbNow} - INTERVAL ${cooldownSec} SECOND), 0) AS cooling
    FROM one_time_code
    WHERE email = ${holder.email} AND mailed AND created_at > ${tx.dbNow} - INTERVAL 1 HOUR`
  const { all_kinds: all = 0, same_kind: same = 0, cooling = 0 } = row ?? {}
  if (all >= maxPerHour || (purpose === 'already-registered' && same >= maxUselessPerHour)) return false
  return supersedes || cooling === 0
}

/**
 * Issues a code unless the cooldown or the hourly limit of the address forbids it; the older one of the same holder stops working. Silent
 * either way. The mail carries no name: whoever asked for it may be a stranger to the address.
 */
export const issueCode = async (tx: Tx, order: CodeOrder): Promise<void> => {
  const { holder, purpose, prepared, pending = {}, supersedes = false, withheld = false } = order
  await lockAddress(tx, holder.email)
  const mailed = await mayMail(tx, order)
  if (!mailed && !supersedes) return
  await tx.run`UPDATE one_time_code SET used_at = ${tx.dbNow} WHERE user_id = ${holder.id} AND purpose = ${purpose} AND used_at IS NULL`
  await tx.run`INSERT INTO one_time_code (id, user_id, purpose, email, code_hmac, pending_email, mailed, created_at, expires_at)
    VALUES (${prepared.id}, ${holder.id}, ${purpose}, ${withheld ? null : holder.email}, ${prepared.hmac}, ${pending.email ?? null}, ${mailed}, ${tx.dbNow}, ${prepared.expiresAt})`
  if (!mailed || withheld) return
  await publish(tx, identityEvents.codeRequested, {
    userId: holder.id,
    purpose,
    recipient: { email: holder.email },
    locale: holder.locale,
    sealedCode: prepared.sealed,
    expiresAt: prepared.expiresAt.toISOString(),
  })
}

interface CodeRow {
  id: string
  code_hmac: string
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
  const row = await tx.one<CodeRow>`SELECT id, code_hmac, pending_email FROM one_time_code
    WHERE user_id = ${userId} AND purpose = ${purpose} AND used_at IS NULL AND expires_at > ${tx.dbNow} ORDER BY created_at DESC, id DESC LIMIT 1 FOR UPDATE`
  if (row === null || !deps.codes.matches(row.id, code, row.code_hmac)) throw new AppError('otp_invalid')
  await tx.run`UPDATE one_time_code SET used_at = ${tx.dbNow} WHERE id = ${row.id}`
  await giveBack(tx, subject, purpose)
  return row.pending_email === null ? {} : { email: row.pending_email }
}

/**
 * Voids every open code of an account: after a reset and at a block, nothing that was asked for before may come true. Lock order: the
 * user's row first.
 */
export const voidCodes = async (tx: Tx, userId: string): Promise<void> => {
  await tx.run`UPDATE one_time_code SET used_at = ${tx.dbNow} WHERE user_id = ${userId} AND used_at IS NULL`
}
