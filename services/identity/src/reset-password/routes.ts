// A forgotten password: a mailed code sets a new one, voids every other code and ends every session.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { answer, auditSecurityEvent, route } from '@cartwright/service-kit'
import { addressOf, type Caller } from '../client-address.ts'
import { findByEmail, lockUser, recipientOf, type UserRow } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { deviceOf, forgetDevices, isKnownDevice, rememberDevice } from '../known-device.ts'
import { consumeCode, countGuess, guesserOf, issueCode, prepareCode, voidCodes } from '../one-time-codes/codes.ts'
import { guessing } from '../one-time-codes/guessing.ts'
import { assertAcceptable } from '../passwords/rules.ts'
import { noSooner } from '../same-time.ts'
import { endAllSessions } from '../tokens/tokens.ts'

export const forgotPassword = route(identityApi.forgotPassword, (req, deps: IdentityDeps) =>
  noSooner(deps.config.answerFloorMs, async () => {
    const { email } = req.body
    const prepared = await prepareCode(deps)
    const user = await findByEmail(deps.db, email)
    if (user?.verified_at) {
      const holder = { id: user.id, email, locale: user.locale }
      await deps.db.tx((tx) => issueCode(tx, { holder, purpose: 'reset-password', prepared }))
    }
    return answer(202, { status: 'accepted' } as const)
  }),
)

/** Counted by the account, or by the address where it has none; a device that the account knows counts for itself. */
const guesserAt = async (user: UserRow | null, email: string, device: string, { db }: IdentityDeps): Promise<string> => {
  const known = await isKnownDevice(db, user?.id ?? '', device)
  return known ? guesserOf(user?.id ?? email, device) : guesserOf(user?.id ?? email)
}

/** Whoever got in before may have been a thief: nothing of what was open or known stays so. */
const replacePassword = async (
  tx: Tx,
  user: UserRow,
  passwordHash: string,
  deps: IdentityDeps,
  caller: Caller,
): Promise<void> => {
  await tx.run`UPDATE user_account SET password_hash = ${passwordHash} WHERE id = ${user.id}`
  await voidCodes(tx, user.id)
  await endAllSessions(tx, user.id, deps)
  await forgetDevices(tx, user.id)
  await rememberDevice(tx, user.id, deviceOf(caller, deps))
  await publish(tx, identityEvents.passwordChanged, {
    userId: user.id,
    recipient: recipientOf(user.email ?? '', user.name),
    locale: user.locale,
    at: deps.clock.now().toISOString(),
  })
  await auditSecurityEvent(tx, deps, 'password_reset', { userId: user.id, clientAddress: addressOf(caller, deps) })
}

/** The new password is hashed before the code is looked at: a wrong code takes as long as a right one. */
export const resetPassword = route(identityApi.resetPassword, async (req, deps: IdentityDeps) => {
  const { email, code, newPassword } = req.body
  await assertAcceptable({ password: newPassword, field: '/newPassword', context: [email] }, deps)
  return guessing(req, deps, async () => {
    const known = await findByEmail(deps.db, email)
    const subject = await guesserAt(known, email, deviceOf(req, deps), deps)
    await countGuess(subject, 'reset-password', deps)
    const passwordHash = await deps.passwords.hash(newPassword)
    await deps.db.tx(async (tx) => {
      const user = await lockUser(tx, known?.id ?? '')
      await consumeCode(tx, { userId: user?.id ?? '', purpose: 'reset-password', code, subject }, deps)
      if (user === null) throw new AppError('otp_invalid')
      await replacePassword(tx, user, passwordHash, deps, req)
    })
    return null
  })
})
