// Purges what a change of the catalog made old: at once, and again a moment later, since projections and caches behind us follow the same event.
import { catalogEvents } from '@cartwright/contracts'
import { listen } from '@cartwright/messaging'
import type { GatewayDeps } from '../deps.ts'
import { listTag, stockTag } from './answer-cache.ts'

/** Milliseconds until the second purge: less than the two seconds within which a new price must be seen. */
const secondPurgeMs = 1200

const purge = (deps: GatewayDeps, tags: readonly string[]): void => {
  deps.cache.purge(tags)
  setTimeout(() => deps.cache.purge(tags), secondPurgeMs).unref()
}

export const onProductChanged = listen(catalogEvents.productChanged, ({ data }, deps: GatewayDeps) =>
  purge(deps, [data.productId, listTag]),
)

export const onStockChanged = listen(catalogEvents.stockChanged, ({ data }, deps: GatewayDeps) =>
  purge(deps, [data.productId, stockTag]),
)
