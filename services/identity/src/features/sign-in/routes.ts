// Session routes of sign-in: create guests, refresh tokens, sign out, publish the public keys.
import { identityApi } from '@cartwright/contracts'
import { reply } from '@cartwright/service-kit'
import { insertUser } from '../../db/users.ts'
import { route } from '../../deps.ts'
import { publishedAheadSec } from '../../domain/tokens/signing-keys.ts'
import { openSession, rotateRefreshToken, signOut } from '../../domain/tokens/tokens.ts'

export const guest = route(identityApi.guest, async ({ request, deps }) => {
  const subject = { id: deps.newId('gst'), role: 'guest' } as const
  const tokens = await deps.db.tx(async (tx) => {
    const [, session] = await Promise.all([
      insertUser(tx, { ...subject, email: null, name: null }),
      openSession(tx, subject, deps, request),
    ])
    return session
  })
  return tokens()
})

export const refresh = route(identityApi.refresh, ({ request, deps }) =>
  rotateRefreshToken(request.body.refreshToken, deps, request),
)

export const logout = route(identityApi.logout, async ({ request, deps }) => {
  await deps.db.tx((tx) => signOut(tx, request.body.refreshToken, deps, request))
  return null
})

export const jwks = route(identityApi.jwks, async ({ deps }) => {
  const keys = await deps.keys.published()
  return reply(200, { keys: keys.map((key) => ({ ...key })) }, { 'cache-control': `public, max-age=${publishedAheadSec / 2}` })
})
