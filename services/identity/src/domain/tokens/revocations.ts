// Revokes access tokens: writes a row for instances that start later, publishes an event for running ones, and updates this process.
import { type AccessRevocation, identityEvents } from '@cartwright/contracts'
import { insertInto, type Queryable, type Sql, sql, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { type AccessRevocationRow, accessRevocationTable } from '../../db/generated/rows.ts'
import type { IdentityDeps } from '../../deps.ts'

/** Seconds that a revocation outlives its tokens, because clocks of verifiers may lag. */
const slackSec = 60
/** Revocations on one page. */
const pageSize = 5000

/** A time with microseconds in RFC 3339 format, which a Date does not hold. */
const formatTime = (time: Sql): Sql => sql`DATE_FORMAT(${time}, '%Y-%m-%dT%H:%i:%s.%fZ')`

/** Database time with microseconds. The caller holds the locks that order sessions and revocations. */
export const lockedNow = async (tx: Tx): Promise<string> => {
  const row = await tx.one<{ at: string }>`SELECT ${formatTime(tx.dbNow)} AS at`
  if (row === null) throw new Error('revocations: the database returned no row for its current time')
  return row.at
}

/** Longest lifetime of an access token in seconds. */
const maxLifetimeSec = ({ config }: IdentityDeps): number => Math.max(config.accessTokenSec, config.adminAccessTokenSec)

/** Revoked tokens: those of one session, or all of the account. */
export interface Revoked {
  userId: string
  sessionId?: string
}

/**
 * Revokes the access tokens that were issued so far. Lock order: the account's row first, then the rows of its sessions. The caller
 * holds these locks, so every token is issued either before or after the revocation.
 */
export const revokeAccess = async (tx: Tx, { userId, sessionId }: Revoked, deps: IdentityDeps): Promise<void> => {
  const notBefore = await lockedNow(tx)
  const expiresAt = new Date(Date.parse(notBefore) + (maxLifetimeSec(deps) + slackSec) * 1000).toISOString()
  const at = notBefore.replace('Z', '')
  await tx.run`${insertInto(accessRevocationTable, {
    user_id: userId,
    session_id: sessionId ?? null,
    not_before: sql`${at}`,
    expires_at: new Date(expiresAt),
  })}`
  const revocation: AccessRevocation = { userId, notBefore, expiresAt, ...(sessionId === undefined ? {} : { sessionId }) }
  await publish(tx, identityEvents.accessRevoked, revocation)
  tx.afterCommit(() => deps.revocations.add(revocation))
}

/** A revocation with its times as RFC 3339 text. */
type Row = Pick<AccessRevocationRow, 'id' | 'user_id' | 'session_id'> & { not_before: string; expires_at: string }

export interface RevocationPage {
  at: string
  items: AccessRevocation[]
  nextAfter: number | null
}

/** Lists revocations that have not expired, in pages by id. @param since omits older ones */
export const listRevocations = async (db: Queryable, since?: string, after = 0): Promise<RevocationPage> => {
  const from = since === undefined ? new Date(0) : new Date(since)
  const clock = await db.one<{ at: string }>`SELECT ${formatTime(db.dbNow)} AS at`
  const rows = await db.rows<Row>`SELECT id, user_id, session_id, ${formatTime(sql`not_before`)} AS not_before,
      ${formatTime(sql`access_revocation.expires_at`)} AS expires_at
    FROM access_revocation
    WHERE access_revocation.expires_at > ${db.dbNow} AND access_revocation.not_before >= ${from} AND id > ${after}
    ORDER BY id
    LIMIT ${pageSize}`
  return {
    at: clock?.at ?? '',
    items: rows.map(({ user_id: userId, session_id: sessionId, not_before: notBefore, expires_at: expiresAt }) => ({
      userId,
      notBefore,
      expiresAt,
      ...(sessionId === null ? {} : { sessionId }),
    })),
    nextAfter: rows.length < pageSize ? null : Number(rows.at(-1)?.id),
  }
}
