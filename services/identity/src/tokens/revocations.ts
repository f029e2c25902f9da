// Revokes access tokens: a row for instances that start later, an event for those that run, and at once in this process.
import { type AccessRevocation, identityEvents } from '@cartwright/contracts'
import { type Queryable, type Sql, sql, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import type { IdentityDeps } from '../deps.ts'

/** Slack for clocks that differ, in seconds: a token is remembered as revoked until every verifier finds it expired. */
const slackSec = 60
/** Revocations on one page. */
const pageSize = 5000

/** A moment with microseconds, as RFC 3339. */
const momentOf = (moment: Sql): Sql => sql`DATE_FORMAT(${moment}, '%Y-%m-%dT%H:%i:%s.%fZ')`

/** Database time with microseconds, read when the locks that order sessions and revocations are held. */
export const lockedNow = async (tx: Tx): Promise<string> => {
  const row = await tx.one<{ at: string }>`SELECT ${momentOf(tx.dbNow)} AS at`
  if (row === null) throw new Error('the database does not tell its time')
  return row.at
}

/** The life of the longest-lived access token, in seconds. */
const longestSec = ({ config }: IdentityDeps): number => Math.max(config.accessTokenSec, config.adminAccessTokenSec)

/** Whose tokens end: those of one session, or all of the account. */
export interface Revoked {
  userId: string
  sessionId?: string
}

/**
 * Ends the access tokens that were issued so far. Lock order: the account's row first, then the rows of its sessions; the caller holds
 * them, so that every token is issued either before or after this moment.
 */
export const revokeAccess = async (tx: Tx, { userId, sessionId }: Revoked, deps: IdentityDeps): Promise<void> => {
  const notBefore = await lockedNow(tx)
  const expiresAt = new Date(Date.parse(notBefore) + (longestSec(deps) + slackSec) * 1000).toISOString()
  const at = notBefore.replace('Z', '')
  await tx.run`INSERT INTO access_revocation (user_id, session_id, not_before, expires_at)
    VALUES (${userId}, ${sessionId ?? null}, ${at}, ${new Date(expiresAt)})`
  const revocation: AccessRevocation = { userId, notBefore, expiresAt, ...(sessionId === undefined ? {} : { sessionId }) }
  await publish(tx, identityEvents.accessRevoked, revocation)
  tx.afterCommit(() => deps.revocations.add(revocation))
}

interface Row {
  id: number
  userId: string
  sessionId: string | null
  notBefore: string
  expiresAt: string
}

export interface RevocationPage {
  at: string
  items: AccessRevocation[]
  nextAfter: number | null
}

/** Revocations that are still of use, in pages by id. @param since leaves out older ones */
export const listRevocations = async (db: Queryable, since?: string, after = 0): Promise<RevocationPage> => {
  const from = since === undefined ? new Date(0) : new Date(since)
  const clock = await db.one<{ at: string }>`SELECT ${momentOf(db.dbNow)} AS at`
  const rows =
    await db.rows<Row>`SELECT id, user_id AS userId, session_id AS sessionId, ${momentOf(sql`not_before`)} AS notBefore,
      ${momentOf(sql`expires_at`)} AS expiresAt
    FROM access_revocation
    WHERE expires_at > ${db.dbNow} AND not_before >= ${from} AND id > ${after}
    ORDER BY id LIMIT ${pageSize}`
  return {
    at: clock?.at ?? '',
    items: rows.map(({ userId, sessionId, notBefore, expiresAt }) => ({
      userId,
      notBefore,
      expiresAt,
      ...(sessionId === null ? {} : { sessionId }),
    })),
    nextAfter: rows.length < pageSize ? null : Number(rows.at(-1)?.id),
  }
}
