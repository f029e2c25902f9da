// Signing in and out, guests, and the public keys.
import { AppError, identityApi } from '@cartwright/contracts'
import { answer, route } from '@cartwright/service-kit'
import { findByEmail, insertUser, normalized } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { publishedAheadSec } from '../tokens/signing-keys.ts'
import { endFamily, openSession, rotate } from '../tokens/tokens.ts'
import { assertNotThrottled, forgetFailures, recordFailure } from './throttle.ts'

const addressOf = (req: { ip: string; headers: Record<string, string | string[] | undefined> }, trustProxy: boolean): string => {
  const forwarded = req.headers['x-forwarded-for']
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined
  return trustProxy && last ? last : req.ip
}

export const guest = route(identityApi.guest, async (_, deps: IdentityDeps) => {
  const subject = { id: deps.newId('gst'), role: 'guest', email: null } as const
  const tokens = await deps.db.tx(async (tx) => {
    await insertUser(tx, { ...subject, name: null })
    return openSession(tx, subject, deps)
  })
  return tokens()
})

export const login = route(identityApi.login, async (req, deps: IdentityDeps) => {
  const email = normalized(req.body.email)
  const address = addressOf(req, deps.config.trustProxy)
  await assertNotThrottled(email, address, deps)
  const user = await findByEmail(deps.db, email)
  const right = await deps.passwords.matches(req.body.password, user?.password_hash ?? (await pendingHash(user?.id, deps)))
  if (user === null || !right) {
    await recordFailure(email, address, deps)
    throw new AppError('invalid_credentials')
  }
  if (!user.verified_at) throw new AppError('email_unverified')
  if (user.blocked_at) throw new AppError('account_blocked')
  await forgetFailures(email, address, deps)
  const tokens = await deps.db.tx((tx) => openSession(tx, user, deps))
  return tokens()
})

/** The password of a registration that is not proven yet: only its owner learns that the address is unverified. */
const pendingHash = async (userId: string | undefined, deps: IdentityDeps): Promise<string | null> => {
  if (userId === undefined) return null
  const row = await deps.db.one<{ pending_password_hash: string }>`SELECT pending_password_hash FROM one_time_code
    WHERE user_id = ${userId} AND purpose = 'verify-email' AND pending_password_hash IS NOT NULL ORDER BY created_at DESC LIMIT 1`
  return row?.pending_password_hash ?? null
}

export const refresh = route(identityApi.refresh, (req, deps: IdentityDeps) => rotate(req.body.refreshToken, deps))

export const logout = route(identityApi.logout, async (req, deps: IdentityDeps) => {
  await deps.db.tx((tx) => endFamily(tx, req.body.refreshToken))
  return null
})

export const jwks = route(identityApi.jwks, async (_, deps: IdentityDeps) => {
  const keys = await deps.keys.published()
  return answer(200, { keys: keys.map((key) => ({ ...key })) }, { 'cache-control': `public, max-age=${publishedAheadSec / 2}` })
})
