// Access and refresh tokens: issues both, and rotates refresh tokens by compare-and-set with reuse detection.
import { createHash, randomBytes } from 'node:crypto'
import { AppError, type Role, type Tokens } from '@cartwright/contracts'
import { insertInto, type Tx } from '@cartwright/db'
import { accessAudience, auditSecurityEvent, microseconds } from '@cartwright/service-kit'
import { SignJWT } from 'jose'
import { type RefreshFamilyRow, refreshFamilyTable } from '../../db/generated/rows.ts'
import { lockUser } from '../../db/users.ts'
import type { IdentityDeps } from '../../deps.ts'
import { type Caller, clientAddressOf } from '../client-address.ts'
import { sessionClientOf } from './client.ts'
import { lockedNow, revokeAccess } from './revocations.ts'

export interface Subject {
  id: string
  role: Role
}

/** Seconds in which a second use of a rotated token counts as a client's retry. It gets one sibling; any other reuse is theft. */
const graceSec = 10

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

/** A token lives `refreshTokenDays`, and at most until `sessionDays` after the sign-in. */
const insertRefresh = (tx: Tx, sessionId: string, { config }: IdentityDeps): string => {
  const token = randomBytes(32).toString('base64url')
  tx.write`INSERT INTO refresh_token (token_hash, family_id, created_at, expires_at)
    SELECT ${hashOf(token)}, id, ${tx.dbNow},
      LEAST(${tx.dbNow} + INTERVAL ${config.refreshTokenDays} DAY, created_at + INTERVAL ${config.sessionDays} DAY)
    FROM refresh_family
    WHERE id = ${sessionId}`
  return token
}

/** Content of a pair of tokens. `issuedAt` is read under the locks that order it before or after a revocation. */
interface Issued {
  subject: Subject
  sessionId: string
  refreshToken: string
  issuedAt: string
}

const lifetimeSec = (role: Role, { config }: IdentityDeps): number =>
  role === 'admin' ? config.adminAccessTokenSec : config.accessTokenSec

const signAccess = async ({ subject, sessionId, issuedAt }: Issued, deps: IdentityDeps): Promise<string> => {
  const { kid, key } = await deps.keys.active()
  const now = Math.floor(deps.clock.now().getTime() / 1000)
  return new SignJWT({
    role: subject.role,
    sid: sessionId,
    issuedAtUs: microseconds(issuedAt),
  })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
    .setSubject(subject.id)
    .setIssuer(deps.shared.issuer)
    .setAudience(accessAudience)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSec(subject.role, deps))
    .sign(key)
}

/** Tokens with the refresh token, for the caller or for the cookie. */
type IssuedTokens = Tokens & { refreshToken: string }

const tokensOf = async (issued: Issued, deps: IdentityDeps): Promise<IssuedTokens> => ({
  accessToken: await signAccess(issued, deps),
  tokenType: 'Bearer',
  expiresInSec: lifetimeSec(issued.subject.role, deps),
  refreshToken: issued.refreshToken,
  principal: { id: issued.subject.id, role: issued.subject.role },
})

/**
 * Opens a session: a new family of refresh tokens. The returned function signs after the transaction. The caller holds the lock on the
 * user's row, so that a concurrent change that ends all sessions also ends this one, or comes before it.
 */
export const openSession = async (
  tx: Tx,
  { id, role }: Subject,
  deps: IdentityDeps,
  caller: Caller,
): Promise<() => Promise<IssuedTokens>> => {
  const sessionId = deps.newId('ses')
  const { client, network } = sessionClientOf(caller, deps)
  const family = { id: sessionId, user_id: id, created_at: tx.dbNow, last_used_at: tx.dbNow, client, network }
  tx.write`${insertInto(refreshFamilyTable, family)}`
  const refreshToken = insertRefresh(tx, sessionId, deps)
  const issued: Issued = { subject: { id, role }, sessionId, refreshToken, issuedAt: await lockedNow(tx) }
  return () => tokensOf(issued, deps)
}

/** Locks the owner of a refresh token's session. Lock order: the owner's row before the session's row. */
const lockOwner = async (tx: Tx, token: string) => {
  const session = await tx.one<Pick<RefreshFamilyRow, 'id' | 'user_id'>>`SELECT refresh_family.id, refresh_family.user_id
    FROM refresh_token
    JOIN refresh_family ON refresh_family.id = refresh_token.family_id
    WHERE token_hash = ${hashOf(token)}`
  if (session === null) return null
  return { sessionId: session.id, userId: session.user_id, user: await lockUser(tx, session.user_id) }
}

interface RefreshRow {
  revoked: number
  rotated: number
  late: number
  siblings: number
  expired: number
}

const endSessionRow = (tx: Tx, sessionId: string, userId: string) =>
  tx.run`UPDATE refresh_family
    SET revoked_at = ${tx.dbNow}
    WHERE id = ${sessionId} AND user_id = ${userId} AND revoked_at IS NULL`

/** Why a session ends; a stable code in audit rows. */
type EndReason = 'signed_out' | 'ended_by_owner' | 'refresh_token_reused'

/** Ends one session and its access tokens. The caller holds the user's row. @returns false for an ended or another user's session */
export const endSession = async (
  tx: Tx,
  { userId, sessionId, reason }: { userId: string; sessionId: string; reason: EndReason },
  deps: IdentityDeps,
  caller: Caller,
): Promise<boolean> => {
  if ((await endSessionRow(tx, sessionId, userId)).affectedRows !== 1) return false
  await revokeAccess(tx, { userId, sessionId }, deps)
  const event = reason === 'refresh_token_reused' ? 'refresh_reused' : 'session_ended'
  await auditSecurityEvent(tx, deps, event, { userId, sessionId, reason, clientAddress: clientAddressOf(caller, deps) })
  return true
}

/** Uses the token's one rotation, or within the grace period its one sibling. Both are compare-and-set. @returns false for a reuse */
const useToken = async (tx: Tx, tokenHash: string, row: RefreshRow): Promise<boolean> => {
  if (!row.rotated) {
    const first =
      await tx.run`UPDATE refresh_token SET rotated_at = ${tx.dbNow} WHERE token_hash = ${tokenHash} AND rotated_at IS NULL`
    return first.affectedRows === 1
  }
  if (row.late || row.siblings > 0) return false
  const sibling =
    await tx.run`UPDATE refresh_token SET sibling_at = ${tx.dbNow} WHERE token_hash = ${tokenHash} AND sibling_at IS NULL`
  return sibling.affectedRows === 1
}

const rotateIn = async (tx: Tx, token: string, deps: IdentityDeps, caller: Caller): Promise<Issued | null> => {
  const owner = await lockOwner(tx, token)
  if (owner === null || owner.user === null || owner.user.blocked_at !== null) return null
  const { sessionId, userId, user } = owner
  const tokenHash = hashOf(token)
  const row = await tx.one<RefreshRow>`SELECT revoked_at IS NOT NULL AS revoked,
      rotated_at IS NOT NULL AS rotated,
      COALESCE(rotated_at < ${tx.dbNow} - INTERVAL ${graceSec} SECOND, 0) AS late,
      sibling_at IS NOT NULL AS siblings,
      expires_at <= ${tx.dbNow} OR refresh_family.created_at <= ${tx.dbNow} - INTERVAL ${deps.config.sessionDays} DAY AS expired
    FROM refresh_token
    JOIN refresh_family ON refresh_family.id = refresh_token.family_id
    WHERE token_hash = ${tokenHash}
    FOR UPDATE`
  if (row === null || row.revoked) return null
  if (row.expired && !row.rotated) return null
  if (!(await useToken(tx, tokenHash, row))) {
    await endSession(tx, { userId, sessionId, reason: 'refresh_token_reused' }, deps, caller)
    return null
  }
  const { client, network } = sessionClientOf(caller, deps)
  tx.write`UPDATE refresh_family SET last_used_at = ${tx.dbNow}, client = ${client}, network = ${network} WHERE id = ${sessionId}`
  const refreshToken = insertRefresh(tx, sessionId, deps)
  return { subject: { id: user.id, role: user.role }, sessionId, refreshToken, issuedAt: await lockedNow(tx) }
}

/** @throws AppError refresh_token_invalid; a reuse outside the grace period also ends the session */
export const rotateRefreshToken = async (token: string, deps: IdentityDeps, caller: Caller): Promise<IssuedTokens> => {
  const issued = await deps.db.tx((tx) => rotateIn(tx, token, deps, caller))
  if (issued === null) throw new AppError('refresh_token_invalid')
  return tokensOf(issued, deps)
}

/** Signs out: ends the session of a refresh token. An unknown token changes nothing. */
export const signOut = async (tx: Tx, token: string, deps: IdentityDeps, caller: Caller): Promise<void> => {
  const owner = await lockOwner(tx, token)
  if (owner === null) return
  const { userId, sessionId } = owner
  await endSession(tx, { userId, sessionId, reason: 'signed_out' }, deps, caller)
}

/**
 * Ends every session and all access tokens of a user: after a new password, a block, a new role or a closed account. The caller holds
 * the lock on the user's row.
 * @param except a session that stays open; its access tokens end too, so its client refreshes them
 */
export const endAllSessions = async (tx: Tx, userId: string, deps: IdentityDeps, except = ''): Promise<void> => {
  await tx.run`UPDATE refresh_family
    SET revoked_at = ${tx.dbNow}
    WHERE user_id = ${userId} AND revoked_at IS NULL AND id <> ${except}`
  await revokeAccess(tx, { userId }, deps)
}
