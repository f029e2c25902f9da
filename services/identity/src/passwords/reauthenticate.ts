// Asks a signed-in caller for the current password: a stolen access token must not take the account.
import { AppError } from '@cartwright/contracts'
import { recordSecurityEvent } from '@cartwright/service-kit'
import { addressOf, type Caller } from '../client-address.ts'
import { findById, type UserRow } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { deviceOf, isKnownDevice } from '../known-device.ts'
import { assertNotThrottled, forgetFailures, passwordGuessers, recordFailure } from '../throttle.ts'

/**
 * Failures count as failed sign-ins of the account. Compare `password_hash` again under the row's lock: it may change meanwhile.
 * @throws AppError not_found, validation_failed when it is missing, current_password_wrong, too_many_attempts
 */
export const reauthenticate = async (
  userId: string,
  currentPassword: string | undefined,
  deps: IdentityDeps,
  caller: Caller,
): Promise<UserRow> => {
  const user = await findById(deps.db, userId)
  if (user === null) throw new AppError('not_found')
  if (currentPassword === undefined) {
    const errors = [{ path: '/currentPassword', message: 'must be the current password of the account' }]
    throw new AppError('validation_failed', 'this change needs the current password', { errors })
  }
  const clientAddress = addressOf(caller, deps)
  const known = await isKnownDevice(deps.db, user.id, deviceOf(caller, deps))
  const guessers = passwordGuessers({ holder: user.id, clientAddress, known }, deps)
  const notThrottled = () => assertNotThrottled(guessers, deps)
  await notThrottled()
  if (!(await deps.passwords.matches(currentPassword, user.password_hash, notThrottled))) {
    await recordFailure(guessers, deps)
    recordSecurityEvent(deps, 'reauthentication_failed', { userId, clientAddress })
    throw new AppError('current_password_wrong')
  }
  await forgetFailures(guessers[0], deps)
  return user
}
