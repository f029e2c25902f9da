// Issues access and refresh tokens, and rotates refresh tokens by compare-and-set with reuse detection.
import { createHash, randomBytes } from 'node:crypto'
import { AppError, type Role, type Tokens } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { accessAudience } from '@cartwright/service-kit'
import { SignJWT } from 'jose'
import type { IdentityDeps } from '../deps.ts'

export interface Subject {
  id: string
  role: Role
  email: string | null
}

/** Seconds in which a second use of a rotated token counts as a retry of the client, not as theft. */
const graceSec = 10

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

const insertRefresh = (tx: Tx, familyId: string, deps: IdentityDeps): string => {
  const token = randomBytes(32).toString('base64url')
  tx.write`INSERT INTO refresh_token (token_hash, family_id, created_at, expires_at)
    VALUES (${hashOf(token)}, ${familyId}, ${tx.dbNow}, ${tx.dbNow} + INTERVAL ${deps.config.refreshTokenDays} DAY)`
  return token
}

const signAccess = async (subject: Subject, deps: IdentityDeps): Promise<string> => {
  const { kid, key } = await deps.keys.active()
  const now = Math.floor(deps.clock.now().getTime() / 1000)
  return new SignJWT({ role: subject.role, ...(subject.email === null ? {} : { email: subject.email }) })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
    .setSubject(subject.id)
    .setIssuer(deps.shared.issuer)
    .setAudience(accessAudience)
    .setIssuedAt(now)
    .setExpirationTime(now + deps.config.accessTokenSec)
    .sign(key)
}

const tokensOf = async (subject: Subject, refreshToken: string, deps: IdentityDeps): Promise<Tokens> => ({
  accessToken: await signAccess(subject, deps),
  tokenType: 'Bearer',
  expiresInSec: deps.config.accessTokenSec,
  refreshToken,
  principal: { id: subject.id, role: subject.role },
})

/**
 * Opens a session: a new family of refresh tokens. Signing happens after the transaction. The caller holds the user's row, so that a
 * new password or a block that ends all sessions cannot pass this one.
 */
export const openSession = async (tx: Tx, subject: Subject, deps: IdentityDeps): Promise<() => Promise<Tokens>> => {
  const familyId = deps.newId('fam')
  tx.write`INSERT INTO refresh_family (id, user_id, created_at) VALUES (${familyId}, ${subject.id}, ${tx.dbNow})`
  const refreshToken = insertRefresh(tx, familyId, deps)
  return () => tokensOf(subject, refreshToken, deps)
}

type Rotation = { kind: 'rotated'; subject: Subject; refreshToken: string } | { kind: 'refused' }

const refused = { kind: 'refused' } as const

interface RefreshRow {
  rotated: number
  late: number
  expired: number
}

const rotateIn = async (tx: Tx, token: string, deps: IdentityDeps): Promise<Rotation> => {
  const tokenHash = hashOf(token)
  const known = await tx.one<{ family_id: string }>`SELECT family_id FROM refresh_token WHERE token_hash = ${tokenHash}`
  if (known === null) return refused
  const { family_id: familyId } = known
  // One at a time in a family: a revocation can then not overlook a token that is just being made.
  const family = await tx.one<{
    user_id: string
    revoked: number
  }>`SELECT user_id, revoked_at IS NOT NULL AS revoked FROM refresh_family WHERE id = ${familyId} FOR UPDATE`
  const row =
    await tx.one<RefreshRow>`SELECT rotated_at IS NOT NULL AS rotated, COALESCE(rotated_at < ${tx.dbNow} - INTERVAL ${graceSec} SECOND, 0) AS late,
    expires_at <= ${tx.dbNow} AS expired FROM refresh_token WHERE token_hash = ${tokenHash}`
  if (family === null || family.revoked || row === null) return refused
  if (row.late) {
    await tx.run`UPDATE refresh_family SET revoked_at = ${tx.dbNow} WHERE id = ${familyId}`
    return refused
  }
  if (row.expired) return refused
  const subject =
    await tx.one<Subject>`SELECT id, role, email FROM user_account WHERE id = ${family.user_id} AND closed_at IS NULL AND blocked_at IS NULL`
  if (subject === null) return refused
  if (!row.rotated) await tx.run`UPDATE refresh_token SET rotated_at = ${tx.dbNow} WHERE token_hash = ${tokenHash}`
  return { kind: 'rotated', subject, refreshToken: insertRefresh(tx, familyId, deps) }
}

/** @throws AppError refresh_token_invalid; a late reuse has then revoked the whole family */
export const rotate = async (token: string, deps: IdentityDeps): Promise<Tokens> => {
  const rotation = await deps.db.tx((tx) => rotateIn(tx, token, deps))
  if (rotation.kind === 'refused') throw new AppError('refresh_token_invalid')
  return tokensOf(rotation.subject, rotation.refreshToken, deps)
}

/** Ends the family of a refresh token; an unknown one is a no-op. */
export const endFamily = async (tx: Tx, token: string): Promise<void> => {
  const row = await tx.one<{ family_id: string }>`SELECT family_id FROM refresh_token WHERE token_hash = ${hashOf(token)}`
  if (row) await tx.run`UPDATE refresh_family SET revoked_at = ${tx.dbNow} WHERE id = ${row.family_id} AND revoked_at IS NULL`
}

/** Ends every session of a user: after a new password, a block, a closed account. The caller has changed the user's row before. */
export const endAllSessions = async (tx: Tx, userId: string): Promise<void> => {
  await tx.run`UPDATE refresh_family SET revoked_at = ${tx.dbNow} WHERE user_id = ${userId} AND revoked_at IS NULL`
}
