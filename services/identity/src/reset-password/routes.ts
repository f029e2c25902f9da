// A forgotten password: a mailed code sets a new one and ends every session.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import { publish } from '@cartwright/messaging'
import { answer, route } from '@cartwright/service-kit'
import { findByEmail, lockUser, normalized, recipientOf } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { consumeCode, countGuess, guesserOf, issueCode, prepareCode, voidCodes } from '../one-time-codes/codes.ts'
import { guessing } from '../one-time-codes/guessing.ts'
import { assertAcceptable } from '../passwords/rules.ts'
import { noSooner } from '../same-time.ts'
import { endAllSessions } from '../tokens/tokens.ts'

export const forgotPassword = route(identityApi.forgotPassword, (req, deps: IdentityDeps) =>
  noSooner(deps.config.answerFloorMs, async () => {
    const prepared = await prepareCode(deps)
    const user = await findByEmail(deps.db, req.body.email)
    if (user?.verified_at) {
      const holder = { id: user.id, email: user.email ?? '', name: user.name, locale: user.locale }
      await deps.db.tx((tx) => issueCode(tx, { holder, purpose: 'reset-password', prepared }))
    }
    return answer(202, { status: 'accepted' } as const)
  }),
)

/** The new password is hashed before the code is looked at: a wrong code takes as long as a right one. */
export const resetPassword = route(identityApi.resetPassword, async (req, deps: IdentityDeps) => {
  const { email, code, newPassword } = req.body
  await assertAcceptable({ password: newPassword, field: '/newPassword', context: [email] }, deps)
  return guessing(req, deps, async () => {
    const subject = guesserOf(normalized(email))
    await countGuess(subject, 'reset-password', deps)
    const passwordHash = await deps.passwords.hash(newPassword)
    const known = await findByEmail(deps.db, email)
    await deps.db.tx(async (tx) => {
      const user = await lockUser(tx, known?.id ?? '')
      await consumeCode(tx, { userId: user?.id ?? '', purpose: 'reset-password', code, subject }, deps)
      if (user === null) throw new AppError('otp_invalid')
      await tx.run`UPDATE user_account SET password_hash = ${passwordHash} WHERE id = ${user.id}`
      await voidCodes(tx, user.id)
      await endAllSessions(tx, user.id, deps)
      const at = deps.clock.now().toISOString()
      await publish(tx, identityEvents.passwordChanged, {
        userId: user.id,
        recipient: recipientOf(normalized(email), user.name),
        locale: user.locale,
        at,
      })
    })
    return null
  })
})
