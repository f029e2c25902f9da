// Definition of the cart service: routes, consumers, schedules, erasure, invariants.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { config } from './config.ts'
import { closeDeps, openDeps } from './deps.ts'
import { addLine, clearCart, removeLine, setCurrency, updateLine } from './features/change-lines/routes.ts'
import { listShippingOptions, setShipping } from './features/choose-shipping/routes.ts'
import { cleanUp } from './features/clean-up/schedule.ts'
import { enterCode, removeCode } from './features/enter-codes/routes.ts'
import { eraseShopper, onAccountClosed } from './features/erase-customer/on-account-closed.ts'
import { measureCarts } from './features/measure-carts/measurements.ts'
import { mergeCart } from './features/merge-cart/route.ts'
import { onPriceRulesChanged } from './features/project-catalog/on-price-rules-changed.ts'
import { onProductChanged } from './features/project-catalog/on-product-changed.ts'
import { onStockChanged } from './features/project-catalog/on-stock-changed.ts'
import { onOrderCancelled } from './features/project-orders/on-order-cancelled.ts'
import { onOrderPlaced } from './features/project-orders/on-order-placed.ts'
import { getCart, internalOpenCart } from './features/read-cart/routes.ts'
import { cacheCopies } from './invariants/invariants.ts'
import { metrics } from './metrics.ts'

export const cartService = defineService({
  name: 'cart',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: openDeps,
  close: closeDeps,
  routes: [
    getCart,
    addLine,
    setCurrency,
    updateLine,
    removeLine,
    clearCart,
    enterCode,
    removeCode,
    setShipping,
    listShippingOptions,
    mergeCart,
    internalOpenCart,
  ],
  consumers: [onProductChanged, onStockChanged, onPriceRulesChanged, onOrderPlaced, onOrderCancelled, onAccountClosed],
  schedules: [cleanUp],
  metrics,
  measurements: [measureCarts],
  erase: eraseShopper,
  invariants: [cacheCopies],
})
