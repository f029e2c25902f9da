// Which search documents are out of date, and how far a build of the index is. Rows say so; only jobs talk to Elasticsearch.
import { type Database, gather, list, type Queryable, raw, rowsOf, sql, type Tx } from '@cartwright/db'
import { ensureDue } from '@cartwright/messaging'

export const indexProductsKind = 'index-products'
export const buildIndexKind = 'build-search-index'

/** Rows are spread over shards: their work rows do not queue up behind each other, and each shard's job writes in bulk. */
const shards = 8
const firstBackoffSec = 2

const shardOf = (productId: string): number =>
  (productId.charCodeAt(productId.length - 1) * 31 + productId.charCodeAt(productId.length - 2)) % shards

const wake = (tx: Tx, shard: number) => ensureDue(tx, indexProductsKind, String(shard), { shard })

/**
 * Says that a product's document is out of date.
 * @param token unique for each change: the event's id
 * @param awake false where there is no engine that could do anything about it
 */
export const markPending = (tx: Tx, productId: string, token: string, awake: boolean): void =>
  gather(tx, pendingKey, { productId, shard: shardOf(productId), token, awake }, writePending)

interface Change {
  productId: string
  shard: number
  token: string
  awake: boolean
}
const pendingKey = Symbol('search pending')
const writePending = async (tx: Tx, changes: readonly Change[]): Promise<void> => {
  // The work rows come first here and in the job, and all in ascending order, so that nobody waits for each other.
  const shards = new Set(changes.filter(({ awake }) => awake).map(({ shard }) => shard))
  for (const shard of [...shards].sort((a, b) => a - b)) await wake(tx, shard)
  const byProduct = new Map(changes.map((change) => [change.productId, change]))
  const last = [...byProduct.values()].sort((a, b) => (a.productId < b.productId ? -1 : 1))
  await tx.run`INSERT INTO search_pending (product_id, shard, token, due_at) VALUES ${rowsOf(last.map(({ productId, shard, token }) => [productId, shard, token, tx.dbNow]))}
    ON DUPLICATE KEY UPDATE token = VALUES(token), attempts = 0, due_at = VALUES(due_at)`
}

/** What an event says of the stock of an SKU. */
export interface StockNews {
  sku: string
  productId: string
  available: number
  /** Of the level; news older than the last are of no use. */
  version: number
  /** As for `markPending`. */
  token: string
  awake: boolean
}
const newsKey = Symbol('stock news')

/** Says that the level of an SKU changed. Documents tell whether something can be had, not how much of it: only then is one out of date. */
export const noteStock = (tx: Tx, news: StockNews): void => gather(tx, newsKey, news, writeStock)

const writeStock = async (tx: Tx, news: readonly StockNews[]): Promise<void> => {
  const last = [...new Map(news.map((item) => [item.sku, item])).values()]
  const rows = await tx.rows<{
    sku: string
    in_stock: number
    version: number
  }>`SELECT sku, in_stock, version FROM search_stock WHERE sku IN (${list(last.map(({ sku }) => sku))})`
  const told = new Map(rows.map((row) => [row.sku, row]))
  const turned = last
    .filter(({ sku, available, version }) => {
      const before = told.get(sku)
      return before === undefined || (version > before.version && (before.in_stock === 1) !== available > 0)
    })
    .sort((a, b) => (a.sku < b.sku ? -1 : 1))
  if (turned.length === 0) return
  tx.write`INSERT INTO search_stock (sku, in_stock, version) VALUES ${rowsOf(turned.map(({ sku, available, version }) => [sku, available > 0, version]))}
    ON DUPLICATE KEY UPDATE in_stock = VALUES(in_stock), version = VALUES(version)`
  await writePending(
    tx,
    turned.map(({ productId, token, awake }) => ({ productId, shard: shardOf(productId), token, awake })),
  )
}

export interface PendingProduct {
  product_id: string
  token: string
  attempts: number
}

export const listDue = (db: Queryable, shard: number, limit: number): Promise<PendingProduct[]> =>
  db.rows<PendingProduct>`SELECT product_id, token, attempts FROM search_pending WHERE shard = ${shard} AND due_at <= ${db.dbNow} ORDER BY due_at LIMIT ${limit}`

/** Forgets what was indexed, unless it changed meanwhile, and puts off what the engine refused. Wakes the job when more is due. */
export const settlePending = async (
  tx: Tx,
  shard: number,
  done: readonly PendingProduct[],
  refused: readonly PendingProduct[],
): Promise<void> => {
  if (done.length > 0) {
    await tx.run`DELETE FROM search_pending WHERE product_id IN (${list(done.map((row) => row.product_id))})
      AND (product_id, token) IN (${rowsOf(done.map((row) => [row.product_id, row.token]))})`
  }
  for (const { product_id, token, attempts } of refused) {
    await tx.run`UPDATE search_pending SET attempts = attempts + 1, due_at = ${tx.dbNow} + INTERVAL ${Math.min(600, firstBackoffSec * 2 ** attempts)} SECOND
      WHERE product_id = ${product_id} AND token = ${token}`
  }
  const [more] = await listDue(tx, shard, 1)
  if (more) await wake(tx, shard)
}

export const countPending = async (db: Queryable): Promise<number> =>
  (await db.one<{ pending: number }>`SELECT COUNT(*) AS pending FROM search_pending`)?.pending ?? 0

/** Wakes the job of every shard with something due: after a start with an engine, and for what was put off. */
export const wakeDueShards = async (db: Database): Promise<void> => {
  const due = await db.rows<{
    shard: number
  }>`SELECT DISTINCT shard FROM search_pending WHERE due_at <= ${db.dbNow} ORDER BY shard`
  for (const { shard } of due) await db.tx((tx) => wake(tx, shard))
}

export interface BuildRow {
  build: string
  state: 'running' | 'idle'
  after_id: string
  copied: number
  started_at: Date
  finished_at: Date | null
}

export const findBuild = (db: Queryable): Promise<BuildRow | null> =>
  db.one<BuildRow>`SELECT build, state, after_id, copied, started_at, finished_at FROM search_build WHERE id = 1`

/** Asks for a build of the index; joins the one that is running. @param build name of the new index, unique */
export const requestBuild = async (tx: Tx, build: string): Promise<BuildRow> => {
  const fresh = (column: string) => sql`IF(state = 'running', ${raw(column)}, VALUES(${raw(column)}))`
  await ensureDue(tx, buildIndexKind, 'build', {})
  await tx.run`INSERT INTO search_build (id, build, state, after_id, copied, started_at, finished_at) VALUES (1, ${build}, 'running', '', 0, ${tx.dbNow}, NULL)
    ON DUPLICATE KEY UPDATE build = ${fresh('build')}, after_id = ${fresh('after_id')}, copied = ${fresh('copied')}, started_at = ${fresh('started_at')},
      finished_at = ${fresh('finished_at')}, state = 'running'`
  const row = await findBuild(tx)
  if (row === null) throw new Error('the build that was just asked for is gone')
  return row
}

/** Notes how far a build is; the next slice follows at once. */
export const advanceBuild = async (tx: Tx, build: string, afterId: string, copied: number): Promise<void> => {
  await tx.run`UPDATE search_build SET after_id = ${afterId}, copied = ${copied} WHERE id = 1 AND build = ${build} AND state = 'running'`
  await ensureDue(tx, buildIndexKind, 'build', {})
}

export const finishBuild = async (tx: Tx, build: string, copied: number): Promise<void> => {
  await tx.run`UPDATE search_build SET state = 'idle', copied = ${copied}, finished_at = ${tx.dbNow} WHERE id = 1 AND build = ${build}`
}
