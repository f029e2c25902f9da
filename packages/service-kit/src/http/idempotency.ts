// Idempotency keys: one effect per principal, route and key. The reply is stored in the transaction of the effect and replayed later.
import { createHash } from 'node:crypto'
import { AppError } from '@cartwright/contracts'
import { ConflictError, type Database, errnoOf, join, purge, type Queryable, sql, type Tx } from '@cartwright/db'
import { type Schedule, scheduled } from '@cartwright/messaging'
import { type Reply, reply } from './reply.ts'

interface Stored {
  request_hash: string
  status: number | null
  body: string | null
  live: number
}

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  )
}

/** Fingerprint of a request: its path and canonical body. */
export const requestHash = (path: string, body: unknown): string =>
  createHash('sha256')
    .update(`${path}\n${JSON.stringify(canonical(body ?? null))}`)
    .digest('hex')

export interface KeyedRequest {
  scope: string
  key: string
  hash: string
  /** An expired row with this key exists and must be deleted first. Set by the lookup. */
  stale?: boolean
}

/** @throws AppError idempotency_key_missing, validation_failed */
export const readKey = (header: string | string[] | undefined): string => {
  if (typeof header !== 'string' || header === '') throw new AppError('idempotency_key_missing')
  if (!/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw new AppError('validation_failed', {
      detail: 'Idempotency-Key takes 1 to 255 visible ASCII characters',
      extra: {
        errors: [{ path: '/idempotency-key', message: 'must be visible ASCII' }],
      },
    })
  }
  return header
}

const replay = (stored: Stored, request: KeyedRequest): Reply => {
  if (stored.request_hash !== request.hash) throw new AppError('idempotency_key_reused')
  if (stored.status === null) throw new AppError('idempotency_key_in_flight', { retryAfterSec: 1 })
  if (stored.body === null)
    throw new AppError('conflict', { detail: 'this request was done before; its stored response was erased with the account' })
  return reply(stored.status, JSON.parse(stored.body), { 'idempotent-replayed': 'true' })
}

const find = async (db: Database, request: KeyedRequest): Promise<Stored | null> => {
  const { scope, key } = request
  const stored =
    await db.one<Stored>`SELECT request_hash, status, body, created_at > ${db.dbNow} - INTERVAL 24 HOUR AS live FROM idempotency_key
    WHERE scope = ${scope} AND idempotency_key = ${key}`
  request.stale = stored?.live === 0
  return stored?.live === 1 ? stored : null
}

/** The stored reply of an earlier request with this key, or null. @throws AppError idempotency_key_reused */
export const findReplay = async (db: Database, request: KeyedRequest): Promise<Reply | null> => {
  const stored = await find(db, request)
  return stored === null ? null : replay(stored, request)
}

/** Milliseconds that a second request waits for the first. */
const claimWaitMs = 1000
/** Error numbers of a lock wait that timed out or was interrupted. */
const lockWaitErrors: readonly (number | undefined)[] = [1205, 1317]

const claim = async (tx: Tx, { scope, key, hash, stale }: KeyedRequest): Promise<void> => {
  await tx.withTimeout(claimWaitMs, async () => {
    if (stale)
      await tx.run`DELETE FROM idempotency_key WHERE scope = ${scope} AND idempotency_key = ${key} AND created_at <= ${tx.dbNow} - INTERVAL 24 HOUR`
    await tx.run`INSERT INTO idempotency_key (scope, idempotency_key, request_hash, created_at) VALUES (${scope}, ${key}, ${hash}, ${tx.dbNow})`
  })
}

class ClaimFailed extends Error {}

/**
 * Runs `work` once for this key. A second request that arrives meanwhile waits at most 1 s for the first.
 * @throws AppError idempotency_key_in_flight when the first is still running, idempotency_key_reused for another body
 */
export const once = async (db: Database, request: KeyedRequest, work: (tx: Tx) => Promise<Reply>): Promise<Reply> => {
  let claimed = false
  try {
    return await db.tx(async (tx) => {
      claimed = false
      try {
        await claim(tx, request)
      } catch (error) {
        // A lock wait at the claim means "in flight" and must not be run again by db.tx.
        throw lockWaitErrors.includes(errnoOf(error)) ? new ClaimFailed('in flight') : error
      }
      claimed = true
      const made = await work(tx)
      // Only a success is stored: a refused request may succeed later.
      if (made.status >= 300)
        tx.write`DELETE FROM idempotency_key WHERE scope = ${request.scope} AND idempotency_key = ${request.key}`
      else
        tx.write`UPDATE idempotency_key SET status = ${made.status}, body = ${JSON.stringify(made.body ?? null)}
          WHERE scope = ${request.scope} AND idempotency_key = ${request.key}`
      return made
    })
  } catch (error) {
    if (error instanceof ClaimFailed) throw new AppError('idempotency_key_in_flight', { retryAfterSec: 1 })
    if (!claimed && error instanceof ConflictError) {
      const stored = await find(db, request)
      if (stored) return replay(stored, request)
      // The first request rolled back while this one waited for it.
      throw new AppError('idempotency_key_in_flight', { retryAfterSec: 1 })
    }
    throw error
  }
}

/** Deletes expired keys in small batches. */
export const purgeIdempotencyKeys: Schedule<{ db: Database }> = scheduled({
  name: 'kit-idempotency-keys',
  everySec: 600,
  run: ({ deps: { db } }) =>
    purge((limit) => db.run`DELETE FROM idempotency_key WHERE created_at < ${db.dbNow} - INTERVAL 25 HOUR LIMIT ${limit}`),
})

interface StoredKey {
  scope: string
  idempotency_key: string
}

/**
 * Erases stored replies that mention one of `subjectIds`, also those to operators, which show orders. The keys stay, so that no effect
 * happens twice.
 */
export const eraseStoredReplies = async (db: Queryable, subjectIds: readonly string[]): Promise<void> => {
  if (subjectIds.length === 0) return
  const mentions = join(
    subjectIds.map((id) => sql`LOCATE(${id}, body COLLATE utf8mb4_bin) > 0 OR LOCATE(${`${id}:`}, scope) = 1`),
    ' OR ',
  )
  // Reads without locks and writes by key, so that other requests do not wait for the scan.
  const found =
    await db.rows<StoredKey>`SELECT scope, idempotency_key FROM idempotency_key WHERE body IS NOT NULL AND (${mentions})`
  for (const { scope, idempotency_key: key } of found)
    await db.run`UPDATE idempotency_key SET body = NULL WHERE scope = ${scope} AND idempotency_key = ${key}`
}
