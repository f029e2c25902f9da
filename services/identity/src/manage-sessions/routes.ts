// A shopper's sessions: which devices are signed in, and the end of one or all of them.
import { AppError, identityApi } from '@cartwright/contracts'
import { auditSecurityEvent, route } from '@cartwright/service-kit'
import { addressOf } from '../client-address.ts'
import { lockUser } from '../db/users.ts'
import type { IdentityDeps } from '../deps.ts'
import { endAllSessions, endSession as endOne } from '../tokens/tokens.ts'

const maxSessions = 100

interface SessionRow {
  id: string
  created_at: Date
  last_used_at: Date
  client: string | null
  network: string | null
}

/** Those that can still refresh: not ended, used within the life of a refresh token, younger than a session may become. */
export const listSessions = route(identityApi.listSessions, async (req, { db, config }: IdentityDeps) => {
  const { id: userId, sessionId } = req.principal
  const rows = await db.rows<SessionRow>`SELECT id, created_at, last_used_at, client, network FROM refresh_family
    WHERE user_id = ${userId} AND revoked_at IS NULL AND created_at > ${db.dbNow} - INTERVAL ${config.sessionDays} DAY
      AND last_used_at > ${db.dbNow} - INTERVAL ${config.refreshTokenDays} DAY
    ORDER BY last_used_at DESC, id DESC LIMIT ${maxSessions}`
  return {
    items: rows.map(({ id, created_at, last_used_at, client, network }) => ({
      id,
      createdAt: created_at.toISOString(),
      lastUsedAt: last_used_at.toISOString(),
      client,
      network,
      current: id === sessionId,
    })),
    nextCursor: null,
  }
})

export const endSession = route(identityApi.endSession, async (req, deps: IdentityDeps) => {
  const { id: userId } = req.principal
  await deps.db.tx(async (tx) => {
    if ((await lockUser(tx, userId)) === null) throw new AppError('not_found')
    const ending = { userId, sessionId: req.params.sessionId, reason: 'ended_by_owner' } as const
    if (!(await endOne(tx, ending, deps, req))) throw new AppError('not_found')
  })
  return null
})

/** All of them, the caller's own too: whoever lost a device signs in anew. */
export const endSessions = route(identityApi.endSessions, async (req, deps: IdentityDeps) => {
  const { id: userId } = req.principal
  await deps.db.tx(async (tx) => {
    if ((await lockUser(tx, userId)) === null) throw new AppError('not_found')
    await endAllSessions(tx, userId, deps)
    await auditSecurityEvent(tx, deps, 'sessions_ended', { userId, clientAddress: addressOf(req, deps) })
  })
  return null
})
