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

const insertRefresh = async (tx: Tx, subjectId: string, familyId: string, deps: IdentityDeps): Promise<string> => {
  const token = randomBytes(32).toString('base64url')
  await tx.run`INSERT INTO refresh_token (token_hash, family_id, user_id, created_at, expires_at)
    VALUES (${hashOf(token)}, ${familyId}, ${subjectId}, ${tx.dbNow}, ${tx.dbNow} + INTERVAL ${deps.config.refreshTokenDays} DAY)`
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

/** Opens a session: a new family of refresh tokens. Signing happens after the transaction. */
export const openSession = async (tx: Tx, subject: Subject, deps: IdentityDeps): Promise<() => Promise<Tokens>> => {
  const refreshToken = await insertRefresh(tx, subject.id, deps.newId('fam'), deps)
  return () => tokensOf(subject, refreshToken, deps)
}

interface RefreshRow {
  family_id: string
  user_id: string
  rotated: number
  late: number
  dead: number
}

type Rotation = { kind: 'rotated'; subject: Subject; refreshToken: string } | { kind: 'refused' }

const rotateIn = async (tx: Tx, token: string, deps: IdentityDeps): Promise<Rotation> => {
  const row = await tx.one<RefreshRow>`SELECT family_id, user_id, rotated_at IS NOT NULL AS rotated,
    COALESCE(rotated_at < ${tx.dbNow} - INTERVAL ${graceSec} SECOND, 0) AS late, (revoked_at IS NOT NULL OR expires_at <= ${tx.dbNow}) AS dead
    FROM refresh_token WHERE token_hash = ${hashOf(token)} FOR UPDATE`
  if (row === null || row.dead) return { kind: 'refused' }
  if (row.late) {
    await tx.run`UPDATE refresh_token SET revoked_at = ${tx.dbNow} WHERE family_id = ${row.family_id} AND revoked_at IS NULL`
    return { kind: 'refused' }
  }
  const subject = await tx.one<Subject>`SELECT id, role, email FROM user_account WHERE id = ${row.user_id} AND closed_at IS NULL AND blocked_at IS NULL`
  if (subject === null) return { kind: 'refused' }
  await tx.run`UPDATE refresh_token SET rotated_at = COALESCE(rotated_at, ${tx.dbNow}) WHERE token_hash = ${hashOf(token)}`
  return { kind: 'rotated', subject, refreshToken: await insertRefresh(tx, row.user_id, row.family_id, deps) }
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
  if (row) await tx.run`UPDATE refresh_token SET revoked_at = ${tx.dbNow} WHERE family_id = ${row.family_id} AND revoked_at IS NULL`
}

/** Ends every session of a user: after a new password, a block, a closed account. */
export const endAllSessions = async (tx: Tx, userId: string): Promise<void> => {
  await tx.run`UPDATE refresh_token SET revoked_at = ${tx.dbNow} WHERE user_id = ${userId} AND revoked_at IS NULL`
}
