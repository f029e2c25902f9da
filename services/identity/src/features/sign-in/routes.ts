// Session routes of sign-in: create guests, refresh tokens, sign out, publish the public keys.
import { AppError, identityApi } from '@cartwright/contracts'
import { reply } from '@cartwright/service-kit'
import { insertUser } from '../../db/users.ts'
import { route } from '../../deps.ts'
import { clearedCookie, refreshTokenOf, replyTokens, sessionNameOf } from '../../domain/tokens/cookie-session.ts'
import { publishedAheadSec } from '../../domain/tokens/signing-keys.ts'
import { openSession, rotateRefreshToken, signOut } from '../../domain/tokens/tokens.ts'

export const guest = route(identityApi.guest, async ({ request, deps }) => {
  const session = sessionNameOf(request)
  const subject = { id: deps.newId('gst'), role: 'guest' } as const
  const tokens = await deps.db.tx(async (tx) => {
    const [, issued] = await Promise.all([
      insertUser(tx, { ...subject, email: null, name: null }),
      openSession(tx, subject, deps, request),
    ])
    return issued
  })
  return replyTokens(201, await tokens(), session, deps)
})

export const refresh = route(identityApi.refresh, async ({ request, deps }) => {
  const session = sessionNameOf(request)
  const refreshToken = refreshTokenOf(request, session)
  if (refreshToken === null) throw new AppError('refresh_token_invalid')
  return replyTokens(200, await rotateRefreshToken(refreshToken, deps, request), session, deps)
})

export const logout = route(identityApi.logout, async ({ request, deps }) => {
  const session = sessionNameOf(request)
  const refreshToken = refreshTokenOf(request, session)
  if (refreshToken !== null) await deps.db.tx((tx) => signOut(tx, refreshToken, deps, request))
  return reply(204, null, clearedCookie(session, deps))
})

export const jwks = route(identityApi.jwks, async ({ deps }) => {
  const keys = await deps.keys.published()
  return reply(200, { keys: keys.map((key) => ({ ...key })) }, { 'cache-control': `public, max-age=${publishedAheadSec / 2}` })
})
