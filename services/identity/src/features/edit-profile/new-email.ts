// Email change: a code confirms the new address, the old one is notified, and responses do not reveal whether an address is taken.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { auditSecurityEvent } from '@cartwright/service-kit'
import { deleteRegistrations, lockRegistrations } from '../../db/registrations.ts'
import { findByEmail, lockUser, recipientOf, type UserRow } from '../../db/users.ts'
import { type IdentityDeps, route } from '../../deps.ts'
import { type Caller, clientAddressOf } from '../../domain/client-address.ts'
import { withMinimumDuration } from '../../domain/minimum-duration.ts'
import { limitAttempts } from '../../domain/one-time-codes/attempt-limiter.ts'
import { attemptKey, recordAttempt } from '../../domain/one-time-codes/budget.ts'
import { consumeCode, issueCode, prepareCode } from '../../domain/one-time-codes/codes.ts'
import { insertUndo, prepareUndo } from './undo-email.ts'
import { readProfile } from './view.ts'

/**
 * Mails a code to the new address. When the address belongs to another customer, that customer is notified and the code is withheld;
 * response, profile and time are the same.
 * @param known the account as read when its password was verified
 */
export const requestEmailChange = (known: UserRow, email: string, deps: IdentityDeps, caller: Caller): Promise<void> =>
  withMinimumDuration(deps.config.answerFloorMs, async () => {
    if (known.email === email) return
    const [prepared, toOwner] = [await prepareCode(deps), await prepareCode(deps)]
    const owner = await findByEmail(deps.db, email)
    const isTaken = owner !== null
    await deps.db.tx(async (tx) => {
      const user = await lockUser(tx, known.id)
      if (user === null) throw new AppError('not_found')
      if (user.password_hash !== known.password_hash) throw new AppError('current_password_wrong')
      const holder = { id: user.id, email, locale: user.locale }
      await issueCode(tx, { holder, purpose: 'change-email', prepared, pending: { email }, supersedes: true, withheld: isTaken })
      await auditSecurityEvent(tx, deps, 'email_change_requested', {
        userId: user.id,
        clientAddress: clientAddressOf(caller, deps),
      })
    })
    if (owner === null) return
    await deps.db.tx((tx) =>
      issueCode(tx, { holder: { id: owner.id, email, locale: owner.locale }, purpose: 'already-registered', prepared: toOwner }),
    )
  })

/** Ends unconfirmed registrations of an address that this customer has confirmed. @throws AppError email_taken */
const claimAddress = async (tx: Tx, email: string): Promise<void> => {
  await lockRegistrations(tx, email)
  const row = await tx.one`SELECT id FROM user_account WHERE email = ${email} FOR UPDATE`
  if (row) throw new AppError('email_taken')
  await deleteRegistrations(tx, email)
}

/** Confirms the new address with the code that was mailed to it. */
export const confirmEmail = route(identityApi.confirmEmail, ({ request, deps }) =>
  limitAttempts(request, deps, async () => {
    const { id } = request.principal
    const subject = attemptKey(id)
    await recordAttempt(subject, 'change-email', deps)
    const undo = await prepareUndo(deps)
    await deps.db.tx(async (tx) => {
      const user = await lockUser(tx, id)
      const { email } = await consumeCode(
        tx,
        { userId: user?.id ?? '', purpose: 'change-email', code: request.body.code, subject },
        deps,
      )
      if (user === null || user.email === null || email === undefined) throw new AppError('otp_invalid')
      await claimAddress(tx, email)
      await tx.run`UPDATE user_account SET email = ${email}, kept_email = NULL WHERE id = ${id}`
      await insertUndo(tx, id, user.email, undo)
      await auditSecurityEvent(tx, deps, 'email_changed', { userId: id, clientAddress: clientAddressOf(request, deps) })
      await publish(tx, identityEvents.emailChanged, {
        userId: id,
        recipient: recipientOf(email, user.name),
        previousRecipient: recipientOf(user.email, user.name),
        locale: user.locale,
        at: deps.clock.now().toISOString(),
        sealedUndoToken: undo.sealed,
        undoUntil: undo.expiresAt.toISOString(),
      })
    })
    return readProfile(id, deps)
  }),
)
