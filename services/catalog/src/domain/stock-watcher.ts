// Watches the stock of products for streams: one query for all watched products finds changes of every replica.
import type { Database } from '@cartwright/db'
import type { EventStream } from '@cartwright/service-kit'
import { listAvailability, type VariantStock } from '../db/stock.ts'

const pollIntervalMs = 500
/** Shortest time between two events of a stream; a change within it is sent with the next one. */
const minPauseMs = 1000

interface Watcher {
  productId: string
  stream: EventStream
  /** The last event, as text. */
  sent: string
  sentAtMs: number
}

export interface StockWatcher {
  /** Sends the stock of a product now and at every change, until the stream ends or the product is no longer shown. */
  watch(productId: string, variants: readonly VariantStock[], stream: EventStream): void
  close(): void
}

const send = (watcher: Watcher, variants: readonly VariantStock[]): void => {
  const text = JSON.stringify(variants)
  const nowMs = performance.now()
  if (watcher.sent === text || nowMs - watcher.sentAtMs < minPauseMs) return
  Object.assign(watcher, { sent: text, sentAtMs: nowMs })
  watcher.stream.send({ event: 'stock', data: { variants } })
}

export const createStockWatcher = (db: Database): StockWatcher => {
  const watchers = new Set<Watcher>()
  let timer: NodeJS.Timeout | null = null
  let isClosed = false

  const poll = async (): Promise<void> => {
    const products = await listAvailability(db, [...new Set([...watchers].map(({ productId }) => productId))])
    for (const watcher of watchers) {
      const variants = products.get(watcher.productId)
      if (variants === undefined) watcher.stream.end('gone')
      else send(watcher, variants)
    }
  }
  const schedule = (): void => {
    if (timer || isClosed || watchers.size === 0) return
    timer = setTimeout(() => {
      // A failed poll is repeated; the stream keeps what it has sent.
      const next = () => {
        timer = null
        schedule()
      }
      void poll().then(next, next)
    }, pollIntervalMs)
  }
  return {
    watch: (productId, variants, stream) => {
      const watcher: Watcher = { productId, stream, sent: '', sentAtMs: Number.NEGATIVE_INFINITY }
      watchers.add(watcher)
      stream.onEnd(() => watchers.delete(watcher))
      send(watcher, variants)
      schedule()
    },
    close: () => {
      isClosed = true
      if (timer) clearTimeout(timer)
    },
  }
}
