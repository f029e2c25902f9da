// Password change by the owner: requires the current password, ends every other session, and notifies the owner by mail.
import { AppError, identityApi, identityEvents } from '@cartwright/contracts'
import { publish } from '@cartwright/messaging'
import { auditSecurityEvent } from '@cartwright/service-kit'
import { lockUser, recipientOf } from '../../db/users.ts'
import { route } from '../../deps.ts'
import { clientAddressOf } from '../../domain/client-address.ts'
import { deleteDevices, deviceOf, upsertDevice } from '../../domain/known-device.ts'
import { voidCodes } from '../../domain/one-time-codes/codes.ts'
import { reauthenticate } from '../../domain/passwords/reauthenticate.ts'
import { assertAcceptable } from '../../domain/passwords/rules.ts'
import { endAllSessions } from '../../domain/tokens/tokens.ts'

export const changePassword = route(identityApi.changePassword, async ({ request, deps }) => {
  const { id: userId, sessionId } = request.principal
  const { currentPassword, newPassword } = request.body
  const known = await reauthenticate(userId, currentPassword, deps, request)
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
    await deleteDevices(tx, userId)
    await upsertDevice(tx, userId, deviceOf(request, deps))
    await auditSecurityEvent(tx, deps, 'password_changed', { userId, clientAddress: clientAddressOf(request, deps) })
    await publish(tx, identityEvents.passwordChanged, {
      userId,
      recipient: recipientOf(user.email, user.name),
      locale: user.locale,
      at: deps.clock.now().toISOString(),
    })
  })
  return null
})
