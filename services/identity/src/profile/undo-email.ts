// Undoes a change of address: whoever reads the old mailbox gets the account back within 72 hours.
import { createHash, randomBytes } from 'node:crypto'
import { AppError, identityApi, identityEvents, normalizers } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { auditSecurityEvent, route } from '@cartwright/service-kit'
import { addressOf } from '../client-address.ts'
import { lockUser, recipientOf } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { voidCodes } from '../one-time-codes/codes.ts'
import { guessing } from '../one-time-codes/guessing.ts'
import { endAllSessions } from '../tokens/tokens.ts'

const undoHours = 72

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

/** A token that is ready to be kept; sealed before the transaction. */
export interface PreparedUndo {
  tokenHash: string
  sealed: string
  expiresAt: Date
}

export const prepareUndo = async (deps: IdentityDeps): Promise<PreparedUndo> => {
  const token = randomBytes(32).toString('base64url')
  const expiresAt = new Date(deps.clock.now().getTime() + undoHours * 3_600_000)
  return { tokenHash: hashOf(token), sealed: await deps.codes.seal(token, expiresAt), expiresAt }
}

export const insertUndo = (tx: Tx, userId: string, previousEmail: string, { tokenHash, expiresAt }: PreparedUndo) =>
  tx.run`INSERT INTO email_undo (token_hash, user_id, previous_email, created_at, expires_at)
    VALUES (${tokenHash}, ${userId}, ${previousEmail}, ${tx.dbNow}, ${expiresAt})`

interface UndoRow {
  user_id: string
  previous_email: string
  created_at: Date
}

const findUndo = (tx: Tx, tokenHash: string): Promise<UndoRow | null> =>
  tx.one<UndoRow>`SELECT user_id, previous_email, created_at FROM email_undo WHERE token_hash = ${tokenHash} AND expires_at > ${tx.dbNow}`

/** Restores the address. Tokens of this change and of later ones end with it: a thief's second change gives no way back to the first. */
const restore = async (tx: Tx, tokenHash: string, deps: IdentityDeps, clientAddress: string): Promise<void> => {
  const known = await findUndo(tx, tokenHash)
  const user = known === null ? null : await lockUser(tx, known.user_id)
  // Read again under the lock: another undo of the account may have ended this one.
  const undo = user === null ? null : await findUndo(tx, tokenHash)
  if (user === null || undo === null || user.email === null) throw new AppError('otp_invalid')
  const { id: userId, email, name, locale } = user
  const owner = await tx.one`SELECT id FROM user_account WHERE email = ${undo.previous_email} AND id <> ${userId}`
  if (owner !== null) throw new AppError('email_taken')
  // An address of an older shop that has no normal form goes back to where it was kept.
  const isNormal = normalizers.email.normalize(undo.previous_email) === undo.previous_email
  await tx.run`UPDATE user_account SET email = ${isNormal ? undo.previous_email : null}, kept_email = ${isNormal ? null : undo.previous_email} WHERE id = ${userId}`
  await tx.run`DELETE later FROM email_undo AS later JOIN email_undo AS this ON this.token_hash = ${tokenHash}
    WHERE later.user_id = ${userId} AND later.created_at >= this.created_at`
  await voidCodes(tx, userId)
  await endAllSessions(tx, userId, deps)
  await auditSecurityEvent(tx, deps, 'email_change_undone', { userId, clientAddress })
  await publish(tx, identityEvents.emailChanged, {
    userId,
    recipient: recipientOf(undo.previous_email, name),
    previousRecipient: recipientOf(email, name),
    locale,
    at: deps.clock.now().toISOString(),
  })
}

export const undoEmail = route(identityApi.undoEmail, (req, deps: IdentityDeps) =>
  guessing(req, deps, async () => {
    await deps.db.tx((tx) => restore(tx, hashOf(req.body.undoToken), deps, addressOf(req, deps)))
    return null
  }),
)
