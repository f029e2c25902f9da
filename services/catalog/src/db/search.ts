// SQL of the search projection: out-of-date documents, indexed availability, and the build of the index.
import { insertInto, list, type Queryable, raw, rowsOf, sql, type Tx } from '@cartwright/db'
import {
  type SearchBuildRow,
  type SearchPendingRow,
  type SearchStockRow,
  searchBuildTable,
  searchPendingTable,
  searchStockTable,
} from './generated/rows.ts'

/** Products are spread over shards: the jobs of two shards do not wait for each other, and each job writes in bulk. */
export const shardCount = 8
const allShards = Array.from({ length: shardCount }, (_, shard) => shard)
const firstBackoffSec = 2
const maxBackoffSec = 600

/** A product whose search document is out of date. `token` is unique for each change: the event's id. */
export type PendingChange = Pick<SearchPendingRow, 'product_id' | 'shard' | 'token'>

/** Inserts changes, or replaces the pending change of the same product. @param changes one per product, in ascending order */
export const savePending = async (tx: Tx, changes: readonly PendingChange[]): Promise<void> => {
  const rows = changes.map((change) => ({ ...change, due_at: tx.dbNow, pending_since: tx.dbNow }))
  await tx.run`
    ${insertInto(searchPendingTable, ...rows)}
    ON DUPLICATE KEY UPDATE token = VALUES(token), attempts = 0, due_at = VALUES(due_at)`
}

export type PendingProduct = Pick<SearchPendingRow, 'product_id' | 'token' | 'attempts'>

export const listDue = (db: Queryable, shard: number, limit: number): Promise<PendingProduct[]> =>
  db.rows<PendingProduct>`
    SELECT product_id, token, attempts
    FROM search_pending
    WHERE shard = ${shard} AND due_at <= ${db.dbNow}
    ORDER BY due_at
    LIMIT ${limit}`

export const listDueShards = async (db: Queryable): Promise<number[]> => {
  const rows = await db.rows<Pick<SearchPendingRow, 'shard'>>`
    SELECT DISTINCT shard
    FROM search_pending
    WHERE due_at <= ${db.dbNow}
    ORDER BY shard`
  return rows.map(({ shard }) => shard)
}

/** Deletes the products that were indexed; one that changed meanwhile has another token and stays. */
export const deletePending = async (tx: Tx, done: readonly PendingProduct[]): Promise<void> => {
  if (done.length === 0) return
  await tx.run`
    DELETE FROM search_pending
    WHERE product_id IN (${list(done.map((row) => row.product_id))})
      AND (product_id, token) IN (${rowsOf(done.map((row) => [row.product_id, row.token]))})`
}

/** Retries a product later, with an exponential backoff. */
export const postponePending = async (tx: Tx, { product_id, token, attempts }: PendingProduct): Promise<void> => {
  await tx.run`
    UPDATE search_pending
    SET attempts = attempts + 1, due_at = ${tx.dbNow} + INTERVAL ${Math.min(maxBackoffSec, firstBackoffSec * 2 ** attempts)} SECOND
    WHERE product_id = ${product_id} AND token = ${token}`
}

export const countPending = async (db: Queryable): Promise<number> =>
  (await db.one<{ pending: number }>`SELECT COUNT(*) AS pending FROM search_pending`)?.pending ?? 0

/** Time of the database. */
export const readTime = async (db: Queryable): Promise<Date> => {
  const row = await db.one<{ now: Date }>`SELECT ${db.dbNow} AS now`
  if (row === null) throw new Error('the database does not tell its time')
  return row.now
}

/** A marked change of a product, with the time at which it was marked. */
type MarkedChange = Pick<SearchPendingRow, 'product_id' | 'token' | 'due_at'>

/** Changes that were marked after a time, also those that a job has written since, in the order of their times. */
export const listMarked = (db: Queryable, since: Date): Promise<MarkedChange[]> =>
  // Naming all shards lets the index of shards and times serve this.
  db.rows<MarkedChange>`
    SELECT product_id, token, due_at
    FROM search_pending
    WHERE shard IN (${list(allShards)}) AND due_at > ${since}
    ORDER BY due_at`

/** The same of some products only. */
export const listMarkedOf = async (db: Queryable, productIds: readonly string[], since: Date): Promise<MarkedChange[]> =>
  productIds.length === 0
    ? []
    : db.rows<MarkedChange>`
        SELECT product_id, token, due_at
        FROM search_pending
        WHERE product_id IN (${list(productIds)}) AND due_at > ${since}`

/** Those of the products with a document that is out of date. */
export const listPending = async (db: Queryable, productIds: readonly string[]): Promise<string[]> => {
  if (productIds.length === 0) return []
  const rows = await db.rows<Pick<SearchPendingRow, 'product_id'>>`
    SELECT product_id
    FROM search_pending
    WHERE product_id IN (${list(productIds)})`
  return rows.map(({ product_id }) => product_id)
}

const maxCounted = 100_000

/** How many search documents are out of date, 100,000 at most, and for how many seconds the one that waits longest. */
export const measurePending = async (db: Queryable): Promise<{ products: number; oldestSec: number }> => {
  const row = await db.one<{ products: number; age: number | null }>`
    SELECT COUNT(*) AS products, TIMESTAMPDIFF(SECOND, MIN(pending_since), ${db.dbNow}) AS age
    FROM (SELECT pending_since FROM search_pending LIMIT ${maxCounted}) pending`
  return { products: row?.products ?? 0, oldestSec: Math.max(0, row?.age ?? 0) }
}

/** Availability that the search documents were last written for, by SKU. */
export const findSearchStock = async (db: Queryable, skus: readonly string[]): Promise<Map<string, SearchStockRow>> => {
  const rows = await db.rows<SearchStockRow>`
    SELECT *
    FROM search_stock
    WHERE sku IN (${list(skus)})`
  return new Map(rows.map((row) => [row.sku, row]))
}

/** @param levels one per SKU, in ascending order */
export const saveSearchStock = (tx: Tx, levels: readonly { sku: string; in_stock: boolean; version: number }[]): void =>
  tx.write`
    ${insertInto(searchStockTable, ...levels)}
    ON DUPLICATE KEY UPDATE in_stock = VALUES(in_stock), version = VALUES(version)`

export const findBuild = (db: Queryable): Promise<SearchBuildRow | null> =>
  db.one<SearchBuildRow>`SELECT * FROM search_build WHERE id = 1`

/** Inserts a running build, unless one is running already. */
export const insertBuildUnlessRunning = async (tx: Tx, build: string): Promise<void> => {
  const fresh = (column: string) => sql`${raw(column)} = IF(state = 'running', ${raw(column)}, VALUES(${raw(column)}))`
  const row = { id: 1, build, state: 'running', after_id: '', copied: 0, started_at: tx.dbNow, finished_at: null } as const
  await tx.run`
    ${insertInto(searchBuildTable, row)}
    ON DUPLICATE KEY UPDATE
      ${fresh('build')},
      ${fresh('after_id')},
      ${fresh('copied')},
      ${fresh('started_at')},
      ${fresh('finished_at')},
      state = 'running'`
}

/** Records how far a running build is. */
export const updateBuildProgress = async (tx: Tx, build: string, afterId: string, copied: number): Promise<void> => {
  await tx.run`
    UPDATE search_build
    SET after_id = ${afterId}, copied = ${copied}
    WHERE id = 1 AND build = ${build} AND state = 'running'`
}

export const finishBuild = async (tx: Tx, build: string, copied: number): Promise<void> => {
  await tx.run`
    UPDATE search_build
    SET state = 'idle', copied = ${copied}, finished_at = ${tx.dbNow}
    WHERE id = 1 AND build = ${build}`
}
