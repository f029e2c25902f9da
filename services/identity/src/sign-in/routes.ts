// Guests, renewing and ending sessions, and the public keys.
import { identityApi } from '@cartwright/contracts'
import { answer, route } from '@cartwright/service-kit'
import { insertUser } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
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

export const refresh = route(identityApi.refresh, (req, deps: IdentityDeps) => rotate(req.body.refreshToken, deps, req))

export const logout = route(identityApi.logout, async (req, deps: IdentityDeps) => {
  await deps.db.tx((tx) => signOut(tx, req.body.refreshToken, deps, req))
  return null
})

export const jwks = route(identityApi.jwks, async (_, deps: IdentityDeps) => {
  const keys = await deps.keys.published()
  return answer(200, { keys: keys.map((key) => ({ ...key })) }, { 'cache-control': `public, max-age=${publishedAheadSec / 2}` })
})
