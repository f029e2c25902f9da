// Out-of-date search documents: marks them when a product or its availability changes, and enqueues the job of their shard.
import { batchBeforeCommit, type Database, type Tx } from '@cartwright/db'
import { enqueueUnlessPending } from '@cartwright/messaging'
import {
  deletePending,
  findSearchStock,
  listDue,
  listDueShards,
  type PendingProduct,
  postponePending,
  savePending,
  saveSearchStock,
  shardCount,
} from '../db/search.ts'

export const indexProductsKind = 'index-products'

/** Signalled by every commit that marks a change or requests a build: an index in memory follows it at once. */
export const searchSignal = 'search-pending'

const shardOf = (productId: string): number =>
  (productId.charCodeAt(productId.length - 1) * 31 + productId.charCodeAt(productId.length - 2)) % shardCount

const enqueueShard = (tx: Tx, shard: number) => enqueueUnlessPending(tx, indexProductsKind, String(shard), { shard })

interface Change {
  productId: string
  shard: number
  token: string
  isJobDue: boolean
}
const pendingKey = Symbol('search pending')

/**
 * Marks a product's search document as out of date.
 * @param token unique for each change: the event's id
 * @param isJobDue false without Elasticsearch: the change is recorded, no job is enqueued, and indices in memory read it
 */
export const markPending = (tx: Tx, productId: string, token: string, isJobDue: boolean): void =>
  batchBeforeCommit(tx, pendingKey, { productId, shard: shardOf(productId), token, isJobDue }, writePending)

const writePending = async (tx: Tx, changes: readonly Change[]): Promise<void> => {
  // Lock order, here and in the job: job rows first, then pending rows, both ascending.
  const due = new Set(changes.filter(({ isJobDue }) => isJobDue).map(({ shard }) => shard))
  for (const shard of [...due].sort((a, b) => a - b)) await enqueueShard(tx, shard)
  tx.signal(searchSignal)
  const byProduct = new Map(changes.map((change) => [change.productId, change]))
  const last = [...byProduct.values()].sort((a, b) => (a.productId < b.productId ? -1 : 1))
  await savePending(
    tx,
    last.map(({ productId, shard, token }) => ({ product_id: productId, shard, token })),
  )
}

/** A stock level as an event reports it. */
interface StockUpdate {
  sku: string
  productId: string
  available: number
  /** Version of the level; an update that is older than the recorded one is ignored. */
  version: number
  /** As for `markPending`. */
  token: string
  isJobDue: boolean
}
const stockUpdatesKey = Symbol('search stock updates')

/** Records a changed level. A document holds whether a variant is in stock, not how many: only a change of that marks it. */
export const recordStockUpdate = (tx: Tx, update: StockUpdate): void =>
  batchBeforeCommit(tx, stockUpdatesKey, update, writeStockUpdates)

const writeStockUpdates = async (tx: Tx, updates: readonly StockUpdate[]): Promise<void> => {
  const last = [...new Map(updates.map((update) => [update.sku, update])).values()]
  const recorded = await findSearchStock(
    tx,
    last.map(({ sku }) => sku),
  )
  const changed = last
    .filter(({ sku, available, version }) => {
      const before = recorded.get(sku)
      return before === undefined || (version > before.version && (before.in_stock === 1) !== available > 0)
    })
    .sort((a, b) => (a.sku < b.sku ? -1 : 1))
  if (changed.length === 0) return
  saveSearchStock(
    tx,
    changed.map(({ sku, available, version }) => ({ sku, in_stock: available > 0, version })),
  )
  await writePending(
    tx,
    changed.map(({ productId, token, isJobDue }) => ({ productId, shard: shardOf(productId), token, isJobDue })),
  )
}

/** Deletes indexed products that did not change meanwhile, postpones refused ones, and enqueues the shard when more is due. */
export const settlePending = async (
  tx: Tx,
  shard: number,
  done: readonly PendingProduct[],
  refused: readonly PendingProduct[],
): Promise<void> => {
  await deletePending(tx, done)
  for (const product of refused) await postponePending(tx, product)
  const [more] = await listDue(tx, shard, 1)
  if (more) await enqueueShard(tx, shard)
}

/** Enqueues the job of every shard with something due: after a start with an engine, and for what was postponed. */
export const enqueueDueShards = async (db: Database): Promise<void> => {
  for (const shard of await listDueShards(db)) await db.tx((tx) => enqueueShard(tx, shard))
}
