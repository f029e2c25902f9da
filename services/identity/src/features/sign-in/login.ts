// Sign-in with a password: the response and its cost are the same for addresses with and without an account.
import { AppError, identityApi } from '@cartwright/contracts'
import { recordSecurityEvent } from '@cartwright/service-kit'
import { findByPassword } from '../../db/registrations.ts'
import { findByEmail, lockUser, type UserRow } from '../../db/users.ts'
import { type IdentityDeps, route } from '../../deps.ts'
import { clientAddressOf } from '../../domain/client-address.ts'
import { deviceOf, isKnownDevice, upsertDevice } from '../../domain/known-device.ts'
import type { BeforeRun } from '../../domain/passwords/thread-pool.ts'
import { saltFor } from '../../domain/registration-salt.ts'
import { assertNotThrottled, forgetFailures, passwordCounters, recordFailure } from '../../domain/throttle.ts'
import { replyTokens, sessionNameOf } from '../../domain/tokens/cookie-session.ts'
import { openSession } from '../../domain/tokens/tokens.ts'

interface Credentials {
  email: string
  password: string
}

/**
 * Whether it is the account's password. Without an account the password of an open registration is compared: its owner learns that the
 * address is not confirmed. The same statements run in both cases, and one password is hashed.
 * @throws AppError email_unverified
 */
const isCorrectPassword = async (
  user: UserRow | null,
  { email, password }: Credentials,
  deps: IdentityDeps,
  before: BeforeRun,
): Promise<boolean> => {
  const salt = await saltFor(email, deps)
  if (user && (await deps.passwords.matches(password, user.password_hash, before))) return true
  const hash = user ? 'none' : await deps.passwords.hash(password, salt, before)
  const registration = await findByPassword(deps.db, email, hash)
  if (registration) throw new AppError('email_unverified', { extra: { registrationId: registration.id } })
  return false
}

export const login = route(identityApi.login, async ({ request, deps }) => {
  const { email } = request.body
  const session = sessionNameOf(request)
  const clientAddress = clientAddressOf(request, deps)
  const device = deviceOf(request, deps)
  const user = await findByEmail(deps.db, email)
  const known = await isKnownDevice(deps.db, user?.id ?? '', device)
  const counters = passwordCounters({ holder: user?.id ?? email, clientAddress, isKnownDevice: known }, deps)
  const facts = { clientAddress, ...(user ? { userId: user.id } : {}) }
  const checkThrottle = () =>
    assertNotThrottled(counters, deps).catch((error: unknown) => {
      recordSecurityEvent(deps, 'sign_in_throttled', facts)
      throw error
    })
  await checkThrottle()
  const isRight = await isCorrectPassword(user, request.body, deps, checkThrottle)
  if (user === null || !isRight) {
    await recordFailure(counters, deps)
    recordSecurityEvent(deps, 'sign_in_failed', facts)
    throw new AppError('invalid_credentials')
  }
  await forgetFailures(counters[0], deps)
  const tokens = await deps.db.tx(async (tx) => {
    const current = await lockUser(tx, user.id)
    // The password may have changed while this one was compared.
    if (current === null || current.password_hash !== user.password_hash) throw new AppError('invalid_credentials')
    if (current.blocked_at) throw new AppError('account_blocked')
    await upsertDevice(tx, user.id, device)
    return openSession(tx, current, deps, request)
  })
  recordSecurityEvent(deps, 'signed_in', facts)
  return replyTokens(200, await tokens(), session, deps)
})
