// Signing in with a password. An address without an account costs what one with an account costs, and answers alike.
import { AppError, identityApi } from '@cartwright/contracts'
import { recordSecurityEvent, route } from '@cartwright/service-kit'
import { addressOf } from '../client-address.ts'
import { findByPassword, saltFor } from '../db/registrations.ts'
import { findByEmail, lockUser, type UserRow } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { deviceOf, isKnownDevice, rememberDevice } from '../known-device.ts'
import type { BeforeTurn } from '../passwords/thread-pool.ts'
import { assertNotThrottled, forgetFailures, passwordGuessers, recordFailure } from '../throttle.ts'
import { openSession } from '../tokens/tokens.ts'

interface Claim {
  email: string
  password: string
}

/**
 * Whether it is the account's password. Without an account it may be a registration's: who knows that learns that it is not confirmed, and
 * how to go on. The same statements run either way, and one password is hashed.
 * @throws AppError email_unverified
 */
const isRight = async (
  user: UserRow | null,
  { email, password }: Claim,
  deps: IdentityDeps,
  before: BeforeTurn,
): Promise<boolean> => {
  const salt = await saltFor(email, deps)
  if (user && (await deps.passwords.matches(password, user.password_hash, before))) return true
  const hash = user ? 'none' : await deps.passwords.hash(password, salt, before)
  const registration = await findByPassword(deps.db, email, hash)
  if (registration) throw new AppError('email_unverified', undefined, { registrationId: registration.id })
  return false
}

export const login = route(identityApi.login, async (req, deps: IdentityDeps) => {
  const { email } = req.body
  const clientAddress = addressOf(req, deps)
  const device = deviceOf(req, deps)
  const user = await findByEmail(deps.db, email)
  const known = await isKnownDevice(deps.db, user?.id ?? '', device)
  const guessers = passwordGuessers({ holder: user?.id ?? email, clientAddress, known }, deps)
  const about = { clientAddress, ...(user ? { userId: user.id } : {}) }
  const notThrottled = () =>
    assertNotThrottled(guessers, deps).catch((error: unknown) => {
      recordSecurityEvent(deps, 'sign_in_throttled', about)
      throw error
    })
  await notThrottled()
  const right = await isRight(user, req.body, deps, notThrottled)
  if (user === null || !right) {
    await recordFailure(guessers, deps)
    recordSecurityEvent(deps, 'sign_in_failed', about)
    throw new AppError('invalid_credentials')
  }
  await forgetFailures(guessers[0], deps)
  const tokens = await deps.db.tx(async (tx) => {
    const now = await lockUser(tx, user.id)
    // The password may have been changed while this one was compared.
    if (now === null || now.password_hash !== user.password_hash) throw new AppError('invalid_credentials')
    if (now.blocked_at) throw new AppError('account_blocked')
    await rememberDevice(tx, user.id, device)
    return openSession(tx, now, deps, req)
  })
  recordSecurityEvent(deps, 'signed_in', about)
  return tokens()
})
