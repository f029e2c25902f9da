// Session routes: list the signed-in devices, end one session or all.
import { AppError, identityApi } from '@cartwright/contracts'
import { auditSecurityEvent } from '@cartwright/service-kit'
import type { RefreshFamilyRow } from '../../db/generated/rows.ts'
import { lockUser } from '../../db/users.ts'
import { route } from '../../deps.ts'
import { clientAddressOf } from '../../domain/client-address.ts'
import { endAllSessions, endSession as endOne } from '../../domain/tokens/tokens.ts'

const maxSessions = 100

/** Lists sessions that can still refresh: not ended, used within a refresh token's lifetime, and not older than a session's. */
export const listSessions = route(identityApi.listSessions, async ({ request, deps: { db, config } }) => {
  const { id: userId, sessionId } = request.principal
  const rows = await db.rows<RefreshFamilyRow>`SELECT * FROM refresh_family
    WHERE user_id = ${userId} AND revoked_at IS NULL AND created_at > ${db.dbNow} - INTERVAL ${config.sessionDays} DAY
      AND last_used_at > ${db.dbNow} - INTERVAL ${config.refreshTokenDays} DAY
    ORDER BY last_used_at DESC, id DESC
    LIMIT ${maxSessions}`
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

export const endSession = route(identityApi.endSession, async ({ request, deps }) => {
  const { id: userId } = request.principal
  await deps.db.tx(async (tx) => {
    if ((await lockUser(tx, userId)) === null) throw new AppError('not_found')
    const ending = { userId, sessionId: request.params.sessionId, reason: 'ended_by_owner' } as const
    if (!(await endOne(tx, ending, deps, request))) throw new AppError('not_found')
  })
  return null
})

/** Ends all sessions, the caller's own too: a customer who lost a device signs in again. */
export const endSessions = route(identityApi.endSessions, async ({ request, deps }) => {
  const { id: userId } = request.principal
  await deps.db.tx(async (tx) => {
    if ((await lockUser(tx, userId)) === null) throw new AppError('not_found')
    await endAllSessions(tx, userId, deps)
    await auditSecurityEvent(tx, deps, 'sessions_ended', { userId, clientAddress: clientAddressOf(request, deps) })
  })
  return null
})
