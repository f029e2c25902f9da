// A new e-mail address: a code proves it, the old address is told, and nobody learns whether an address belongs to somebody else.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { auditSecurityEvent, route } from '@cartwright/service-kit'
import { addressOf, type Caller } from '../client-address.ts'
import { endRegistrations, lockRegistrations } from '../db/registrations.ts'
import { findByEmail, lockUser, recipientOf, type UserRow } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { consumeCode, countGuess, guesserOf, issueCode, prepareCode } from '../one-time-codes/codes.ts'
import { guessing } from '../one-time-codes/guessing.ts'
import { noSooner } from '../same-time.ts'
import { insertUndo, prepareUndo } from './undo-email.ts'
import { readProfile } from './view.ts'

/**
 * Mails a code to the new address. When it belongs to another customer, that one is told instead and the code is kept back: the answer,
 * the profile and the time it takes are the same.
 * @param known the account as it was when its password was compared
 */
export const askForNewEmail = (known: UserRow, email: string, deps: IdentityDeps, caller: Caller): Promise<void> =>
  noSooner(deps.config.answerFloorMs, async () => {
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
      await auditSecurityEvent(tx, deps, 'email_change_requested', { userId: user.id, clientAddress: addressOf(caller, deps) })
    })
    if (owner === null) return
    await deps.db.tx((tx) =>
      issueCode(tx, { holder: { id: owner.id, email, locale: owner.locale }, purpose: 'already-registered', prepared: toOwner }),
    )
  })

/** Registrations that were never proven do not keep their address from who proves it. */
const freeAddress = async (tx: Tx, email: string): Promise<void> => {
  await lockRegistrations(tx, email)
  const row = await tx.one`SELECT id FROM user_account WHERE email = ${email} FOR UPDATE`
  if (row) throw new AppError('email_taken')
  await endRegistrations(tx, email)
}

/** Makes the new address the customer's own, with the code that was mailed to it. */
export const confirmEmail = route(identityApi.confirmEmail, (req, deps: IdentityDeps) =>
  guessing(req, deps, async () => {
    const { id } = req.principal
    const subject = guesserOf(id)
    await countGuess(subject, 'change-email', deps)
    const undo = await prepareUndo(deps)
    await deps.db.tx(async (tx) => {
      const user = await lockUser(tx, id)
      const { email } = await consumeCode(
        tx,
        { userId: user?.id ?? '', purpose: 'change-email', code: req.body.code, subject },
        deps,
      )
      if (user === null || user.email === null || email === undefined) throw new AppError('otp_invalid')
      await freeAddress(tx, email)
      await tx.run`UPDATE user_account SET email = ${email}, kept_email = NULL WHERE id = ${id}`
      await insertUndo(tx, id, user.email, undo)
      await auditSecurityEvent(tx, deps, 'email_changed', { userId: id, clientAddress: addressOf(req, deps) })
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
