// Undo of an email change: the holder of the token in the mail to the old address restores it within 72 hours.
import { createHash, randomBytes } from 'node:crypto'
import { AppError, identityApi, identityEvents, normalizers } from '@cartwright/contracts'
import { insertInto, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { auditSecurityEvent } from '@cartwright/service-kit'
import { type EmailUndoRow, emailUndoTable } from '../../db/generated/rows.ts'
import { lockUser, recipientOf } from '../../db/users.ts'
import { type IdentityDeps, route } from '../../deps.ts'
import { clientAddressOf } from '../../domain/client-address.ts'
import { limitAttempts } from '../../domain/one-time-codes/attempt-limiter.ts'
import { voidCodes } from '../../domain/one-time-codes/codes.ts'
import { endAllSessions } from '../../domain/tokens/tokens.ts'

const undoHours = 72

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

/** A generated undo token, sealed before the transaction. */
interface PreparedUndo {
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
  tx.run`${insertInto(emailUndoTable, {
    token_hash: tokenHash,
    user_id: userId,
    previous_email: previousEmail,
    created_at: tx.dbNow,
    expires_at: expiresAt,
  })}`

const findUndo = (tx: Tx, tokenHash: string): Promise<EmailUndoRow | null> =>
  tx.one<EmailUndoRow>`SELECT * FROM email_undo WHERE token_hash = ${tokenHash} AND expires_at > ${tx.dbNow}`

/** Restores the address and deletes the tokens of this change and later ones, so that an attacker cannot undo the undo. */
const restore = async (tx: Tx, tokenHash: string, deps: IdentityDeps, clientAddress: string): Promise<void> => {
  const known = await findUndo(tx, tokenHash)
  const user = known === null ? null : await lockUser(tx, known.user_id)
  // Read again under the lock: a concurrent undo may have deleted the token.
  const undo = user === null ? null : await findUndo(tx, tokenHash)
  if (user === null || undo === null || user.email === null) throw new AppError('otp_invalid')
  const { id: userId, email, name, locale } = user
  const owner = await tx.one`SELECT id FROM user_account WHERE email = ${undo.previous_email} AND id <> ${userId}`
  if (owner !== null) throw new AppError('email_taken')
  // An address without a normal form, from an older release, goes back to `kept_email`.
  const isNormal = normalizers.email.normalize(undo.previous_email) === undo.previous_email
  await tx.run`UPDATE user_account
    SET email = ${isNormal ? undo.previous_email : null}, kept_email = ${isNormal ? null : undo.previous_email}
    WHERE id = ${userId}`
  await tx.run`DELETE later
    FROM email_undo AS later
    JOIN email_undo AS this ON this.token_hash = ${tokenHash}
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

export const undoEmail = route(identityApi.undoEmail, ({ request, deps }) =>
  limitAttempts(request, deps, async () => {
    await deps.db.tx((tx) => restore(tx, hashOf(request.body.undoToken), deps, clientAddressOf(request, deps)))
    return null
  }),
)
