// Signing in and out, guests, and the public keys.
import { AppError, identityApi } from '@cartwright/contracts'
import { answer, route } from '@cartwright/service-kit'
import { addressOf } from '../client-address.ts'
import { findByEmail, insertUser, lockUser, normalized, type UserRow } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { findPending } from '../one-time-codes/codes.ts'
import { assertNotThrottled, forgetFailures, passwordGuessers, recordFailure } from '../throttle.ts'
import { publishedAheadSec } from '../tokens/signing-keys.ts'
import { openSession, rotate, signOut } from '../tokens/tokens.ts'

export const guest = route(identityApi.guest, async (req, deps: IdentityDeps) => {
  const subject = { id: deps.newId('gst'), role: 'guest' } as const
  const tokens = await deps.db.tx(async (tx) => {
    const [, session] = await Promise.all([
      insertUser(tx, { ...subject, email: null, name: null }),
      openSession(tx, subject, deps, req),
    ])
    return session
  })
  return tokens()
})

/** Of an unproven registration the password that waits for its code: only who knows it learns that the address is unverified. */
const hashOf = async (user: UserRow | null, deps: IdentityDeps): Promise<string | null> => {
  if (user === null || user.verified_at) return user?.password_hash ?? null
  return (await findPending(deps.db, user.id, 'verify-email'))?.passwordHash ?? null
}

export const login = route(identityApi.login, async (req, deps: IdentityDeps) => {
  const email = normalized(req.body.email)
  const guessers = passwordGuessers(email, addressOf(req, deps), deps)
  const notThrottled = () => assertNotThrottled(guessers, deps)
  await notThrottled()
  const user = await findByEmail(deps.db, email)
  const right = await deps.passwords.matches(req.body.password, await hashOf(user, deps), notThrottled)
  if (user === null || !right) {
    await recordFailure(guessers, deps)
    throw new AppError('invalid_credentials')
  }
  if (!user.verified_at) throw new AppError('email_unverified')
  await forgetFailures(guessers[0], deps)
  const tokens = await deps.db.tx(async (tx) => {
    const now = await lockUser(tx, user.id)
    // The password may have been changed while this one was compared.
    if (now === null || now.password_hash !== user.password_hash) throw new AppError('invalid_credentials')
    if (now.blocked_at) throw new AppError('account_blocked')
    return openSession(tx, now, deps, req)
  })
  return tokens()
})

export const refresh = route(identityApi.refresh, (req, deps: IdentityDeps) => rotate(req.body.refreshToken, deps, req))

export const logout = route(identityApi.logout, async (req, deps: IdentityDeps) => {
  await deps.db.tx((tx) => signOut(tx, req.body.refreshToken, deps, req))
  return null
})

export const jwks = route(identityApi.jwks, async (_, deps: IdentityDeps) => {
  const keys = await deps.keys.published()
  return answer(200, { keys: keys.map((key) => ({ ...key })) }, { 'cache-control': `public, max-age=${publishedAheadSec / 2}` })
})
