// Password reset routes: a mailed code sets a new password, voids every other code and ends every session.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { auditSecurityEvent, reply } from '@cartwright/service-kit'
import { findByEmail, lockUser, recipientOf, type UserRow } from '../../db/users.ts'
import { type IdentityDeps, route } from '../../deps.ts'
import { type Caller, clientAddressOf } from '../../domain/client-address.ts'
import { deleteDevices, deviceOf, isKnownDevice, upsertDevice } from '../../domain/known-device.ts'
import { withMinimumDuration } from '../../domain/minimum-duration.ts'
import { limitAttempts } from '../../domain/one-time-codes/attempt-limiter.ts'
import { attemptKey, recordAttempt } from '../../domain/one-time-codes/budget.ts'
import { consumeCode, issueCode, prepareCode, voidCodes } from '../../domain/one-time-codes/codes.ts'
import { assertAcceptable } from '../../domain/passwords/rules.ts'
import { endAllSessions } from '../../domain/tokens/tokens.ts'

export const forgotPassword = route(identityApi.forgotPassword, ({ request, deps }) =>
  withMinimumDuration(deps.config.answerFloorMs, async () => {
    const { email } = request.body
    const prepared = await prepareCode(deps)
    const user = await findByEmail(deps.db, email)
    if (user?.verified_at) {
      const holder = { id: user.id, email, locale: user.locale }
      await deps.db.tx((tx) => issueCode(tx, { holder, purpose: 'reset-password', prepared }))
    }
    return reply(202, { status: 'accepted' } as const)
  }),
)

/** Attempts count per account, or per address without an account; a known device has a budget of its own. */
const attemptKeyOf = async (user: UserRow | null, email: string, device: string, { db }: IdentityDeps): Promise<string> => {
  const known = await isKnownDevice(db, user?.id ?? '', device)
  return known ? attemptKey(user?.id ?? email, device) : attemptKey(user?.id ?? email)
}

/** Sets the password and ends codes, sessions and known devices, because an attacker may have caused them. */
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
  await deleteDevices(tx, user.id)
  await upsertDevice(tx, user.id, deviceOf(caller, deps))
  await publish(tx, identityEvents.passwordChanged, {
    userId: user.id,
    recipient: recipientOf(user.email ?? '', user.name),
    locale: user.locale,
    at: deps.clock.now().toISOString(),
  })
  await auditSecurityEvent(tx, deps, 'password_reset', { userId: user.id, clientAddress: clientAddressOf(caller, deps) })
}

/** Hashes the new password before it verifies the code, so that a wrong code takes as long as a right one. */
export const resetPassword = route(identityApi.resetPassword, async ({ request, deps }) => {
  const { email, code, newPassword } = request.body
  await assertAcceptable({ password: newPassword, field: '/newPassword', context: [email] }, deps)
  return limitAttempts(request, deps, async () => {
    const known = await findByEmail(deps.db, email)
    const subject = await attemptKeyOf(known, email, deviceOf(request, deps), deps)
    await recordAttempt(subject, 'reset-password', deps)
    const passwordHash = await deps.passwords.hash(newPassword)
    await deps.db.tx(async (tx) => {
      const user = await lockUser(tx, known?.id ?? '')
      await consumeCode(tx, { userId: user?.id ?? '', purpose: 'reset-password', code, subject }, deps)
      if (user === null) throw new AppError('otp_invalid')
      await replacePassword(tx, user, passwordHash, deps, request)
    })
    return null
  })
})
