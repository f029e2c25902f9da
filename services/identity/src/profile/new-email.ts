// A new e-mail address: a code proves it, the old address is told, and nobody learns whether an address belongs to somebody else.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { route } from '@cartwright/service-kit'
import { findByEmail, findById, lockUser, recipientOf } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { consumeCode, countGuess, guesserOf, issueCode, prepareCode } from '../one-time-codes/codes.ts'
import { guessing } from '../one-time-codes/guessing.ts'
import { noSooner } from '../same-time.ts'
import { readProfile } from './view.ts'

/** Mails a code to the new address. When it belongs to another customer, that one is told and no code works. */
export const askForNewEmail = (userId: string, email: string, deps: IdentityDeps): Promise<void> =>
  noSooner(deps.config.answerFloorMs, async () => {
    const prepared = await prepareCode(deps)
    const user = await findById(deps.db, userId)
    if (user === null || user.email === email) return
    const owner = await findByEmail(deps.db, email)
    const holder = { id: user.id, email, name: user.name, locale: user.locale }
    await deps.db.tx(async (tx) => {
      if (owner?.verified_at) await issueCode(tx, { holder: { ...owner, email }, purpose: 'already-registered', prepared })
      else await issueCode(tx, { holder, purpose: 'change-email', prepared, pending: { email }, supersedes: true })
    })
  })

/** A registration that was never proven does not keep its address from who proves it. */
const freeAddress = async (tx: Tx, email: string): Promise<void> => {
  const row = await tx.one<{
    id: string
    proven: number
  }>`SELECT id, verified_at IS NOT NULL AS proven FROM user_account WHERE email = ${email} FOR UPDATE`
  if (row === null) return
  if (row.proven) throw new AppError('email_taken')
  await tx.run`UPDATE user_account SET closed_at = ${tx.dbNow}, email = NULL, name = NULL WHERE id = ${row.id}`
}

/** Makes the new address the customer's own, with the code that was mailed to it. */
export const confirmEmail = route(identityApi.confirmEmail, (req, deps: IdentityDeps) =>
  guessing(req, deps, async () => {
    const { id } = req.principal
    const subject = guesserOf(id)
    await countGuess(subject, 'change-email', deps)
    await deps.db.tx(async (tx) => {
      const user = await lockUser(tx, id)
      const { email } = await consumeCode(
        tx,
        { userId: user?.id ?? '', purpose: 'change-email', code: req.body.code, subject },
        deps,
      )
      if (user === null || user.email === null || email === undefined) throw new AppError('otp_invalid')
      await freeAddress(tx, email)
      await tx.run`UPDATE user_account SET email = ${email} WHERE id = ${id}`
      await publish(tx, identityEvents.emailChanged, {
        userId: id,
        recipient: recipientOf(email, user.name),
        previousRecipient: recipientOf(user.email, user.name),
        locale: user.locale,
        at: deps.clock.now().toISOString(),
      })
    })
    return readProfile(id, deps)
  }),
)
