// Re-authentication: verifies the current password of a signed-in caller, so that a stolen access token cannot take over the account.
import { AppError } from '@cartwright/contracts'
import { recordSecurityEvent } from '@cartwright/service-kit'
import { findById, type UserRow } from '../../db/users.ts'
import type { IdentityDeps } from '../../deps.ts'
import { type Caller, clientAddressOf } from '../client-address.ts'
import { deviceOf, isKnownDevice } from '../known-device.ts'
import { assertNotThrottled, forgetFailures, passwordCounters, recordFailure } from '../throttle.ts'

/**
 * Failures count as failed sign-ins of the account. The caller compares `password_hash` again under the row's lock.
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
    throw new AppError('validation_failed', { detail: 'this change needs the current password', extra: { errors } })
  }
  const clientAddress = clientAddressOf(caller, deps)
  const known = await isKnownDevice(deps.db, user.id, deviceOf(caller, deps))
  const counters = passwordCounters({ holder: user.id, clientAddress, isKnownDevice: known }, deps)
  const checkThrottle = () => assertNotThrottled(counters, deps)
  await checkThrottle()
  if (!(await deps.passwords.matches(currentPassword, user.password_hash, checkThrottle))) {
    await recordFailure(counters, deps)
    recordSecurityEvent(deps, 'reauthentication_failed', { userId, clientAddress })
    throw new AppError('current_password_wrong')
  }
  await forgetFailures(counters[0], deps)
  return user
}
