// Cart's table of contents.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { addLine, clearCart, removeLine, setCurrency, updateLine } from './change-lines/routes.ts'
import { cleanUp } from './clean-up/tasks.ts'
import { config } from './config.ts'
import { openCache } from './db/cache.ts'
import { openPrisma } from './db/prisma.ts'
import type { CartOwn } from './deps.ts'
import { eraseShopper, onAccountClosed } from './erase-customer/on-account-closed.ts'
import { onProductChanged } from './follow-catalog/on-product-changed.ts'
import { onStockChanged } from './follow-catalog/on-stock-changed.ts'
import { onOrderCancelled } from './follow-orders/on-order-cancelled.ts'
import { onOrderPlaced } from './follow-orders/on-order-placed.ts'
import { mergeCart } from './merge-cart/route.ts'
import { getCart, internalOpenCart } from './read-cart/routes.ts'
import { cacheCopies } from './watch-invariants/invariants.ts'

export const cartService = defineService<typeof config, CartOwn>({
  name: 'cart',
  prefix: 'CART_',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: async ({ db, shared, config: { cacheTtlSec: ttlSec }, log, metrics }) => {
    const reads = metrics.counter('cart_cache_reads_total', 'Reads of carts by where the answer came from', ['outcome'])
    return {
      prisma: openPrisma(db),
      cache: openCache({ url: shared.redisUrl, ttlSec, log, count: (outcome) => reads.inc({ outcome }) }),
    }
  },
  routes: [getCart, addLine, setCurrency, updateLine, removeLine, clearCart, mergeCart, internalOpenCart],
  consumers: [onProductChanged, onStockChanged, onOrderPlaced, onOrderCancelled, onAccountClosed],
  periodics: [cleanUp],
  erase: eraseShopper,
  invariants: [cacheCopies],
  close: async (deps) => deps.cache.close(),
})
