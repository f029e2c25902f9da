// A new password, set by its owner: the current one is asked for, every other session ends, and the owner is told by mail.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import { publish } from '@cartwright/messaging'
import { auditSecurityEvent, route } from '@cartwright/service-kit'
import { addressOf } from '../client-address.ts'
import { lockUser, recipientOf } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { deviceOf, forgetDevices, rememberDevice } from '../known-device.ts'
import { voidCodes } from '../one-time-codes/codes.ts'
import { reauthenticate } from '../passwords/reauthenticate.ts'
import { assertAcceptable } from '../passwords/rules.ts'
import { endAllSessions } from '../tokens/tokens.ts'

export const changePassword = route(identityApi.changePassword, async (req, deps: IdentityDeps) => {
  const { id: userId, sessionId } = req.principal
  const { currentPassword, newPassword } = req.body
  const known = await reauthenticate(userId, currentPassword, deps, req)
  const context = [known.email, known.name].filter((text) => text !== null)
  await assertAcceptable({ password: newPassword, field: '/newPassword', context }, deps)
  const passwordHash = await deps.passwords.hash(newPassword)
  await deps.db.tx(async (tx) => {
    const user = await lockUser(tx, userId)
    if (user === null || user.email === null) throw new AppError('not_found')
    if (user.password_hash !== known.password_hash) throw new AppError('current_password_wrong')
    await tx.run`UPDATE user_account SET password_hash = ${passwordHash} WHERE id = ${userId}`
    await voidCodes(tx, userId)
    await endAllSessions(tx, userId, deps, sessionId)
    await forgetDevices(tx, userId)
    await rememberDevice(tx, userId, deviceOf(req, deps))
    await auditSecurityEvent(tx, deps, 'password_changed', { userId, clientAddress: addressOf(req, deps) })
    await publish(tx, identityEvents.passwordChanged, {
      userId,
      recipient: recipientOf(user.email, user.name),
      locale: user.locale,
      at: deps.clock.now().toISOString(),
    })
  })
  return null
})
