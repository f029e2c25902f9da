// Definition of the catalog service: routes, consumers, projections, jobs, schedules, invariants.
import { fileURLToPath } from 'node:url'
import { defineService, eventStreamMetrics } from '@cartwright/service-kit'
import { config } from './config.ts'
import { closeDeps, drainDeps, openDeps } from './deps.ts'
import { createCategory, deleteCategory, updateCategory } from './features/admin-categories/routes.ts'
import {
  createPromotion,
  deletePromotion,
  getPromotion,
  listPromotions,
  updatePromotion,
} from './features/admin-price-rules/promotions.ts'
import { getShippingZones, getTaxRates, setShippingZones, setTaxRates } from './features/admin-price-rules/routes.ts'
import { adminGetProduct, adminListProducts } from './features/admin-products/read.ts'
import { createProduct, deleteProduct, updateProduct } from './features/admin-products/routes.ts'
import { addVariant, deleteVariant, updateVariant } from './features/admin-products/variants.ts'
import { createPromotionCodes, listPromotionCodes, updatePromotionCode } from './features/admin-promotion-codes/routes.ts'
import { cleanUpCodes } from './features/admin-promotion-codes/schedule.ts'
import { adjustStock, getStock, listMovements } from './features/admin-stock/routes.ts'
import {
  getAvailability,
  getCategory,
  getImage,
  getProduct,
  internalVariants,
  listCategories,
  listProducts,
} from './features/browse/routes.ts'
import { streamStock } from './features/browse/stream-stock.ts'
import { checkIndex } from './features/build-index/check.ts'
import { buildIndex } from './features/build-index/job.ts'
import { getSearchState, reindexSearch } from './features/build-index/routes.ts'
import { getShop } from './features/describe-shop/route.ts'
import { indexProducts } from './features/index-products/job.ts'
import { onProductChanged } from './features/index-products/on-product-changed.ts'
import { onStockChanged } from './features/index-products/on-stock-changed.ts'
import { keepMemoryIndex } from './features/keep-memory-index/worker.ts'
import { internalPromotionCodes } from './features/look-up-codes/route.ts'
import { measureReservations, measureSearch, measureStockOuts } from './features/measure-stock/measurements.ts'
import { publishProducts } from './features/publish-products/job.ts'
import { refreshListings } from './features/refresh-listings/schedule.ts'
import { onReturnReceived, onStockReturnRequested } from './features/reserve-stock/on-returns.ts'
import { onStockCommitRequested } from './features/reserve-stock/on-stock-commit-requested.ts'
import { onStockReleaseRequested } from './features/reserve-stock/on-stock-release-requested.ts'
import { onStockRequested } from './features/reserve-stock/on-stock-requested.ts'
import { sweepReservations } from './features/reserve-stock/schedule.ts'
import { search } from './features/search/route.ts'
import { trimPriceHistory } from './features/trim-price-history/schedule.ts'
import { holdsEnd, stockBounds, stockHolds, stockLedger } from './invariants/ledger.ts'
import { searchIndex } from './invariants/search-index.ts'
import { skuSpelling } from './invariants/spelling.ts'
import { metrics } from './metrics.ts'
import { seed } from './seed/seed.ts'

export const catalogService = defineService({
  name: 'catalog',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: openDeps,
  drain: drainDeps,
  close: closeDeps,
  routes: [
    listProducts,
    getProduct,
    getAvailability,
    streamStock,
    search,
    listCategories,
    getCategory,
    getImage,
    internalVariants,
    getShop,
    adminListProducts,
    createProduct,
    adminGetProduct,
    updateProduct,
    deleteProduct,
    addVariant,
    updateVariant,
    deleteVariant,
    createCategory,
    updateCategory,
    deleteCategory,
    adjustStock,
    getStock,
    listMovements,
    reindexSearch,
    getSearchState,
    getShippingZones,
    setShippingZones,
    getTaxRates,
    setTaxRates,
    listPromotions,
    createPromotion,
    getPromotion,
    updatePromotion,
    deletePromotion,
    createPromotionCodes,
    listPromotionCodes,
    updatePromotionCode,
    internalPromotionCodes,
  ],
  blockAggregateOnDeadLetter: true,
  parallelKeys: true,
  consumers: [onStockRequested, onStockCommitRequested, onStockReleaseRequested, onStockReturnRequested, onReturnReceived],
  projections: { 'catalog-search': [onProductChanged, onStockChanged] },
  jobs: [indexProducts, buildIndex, publishProducts],
  schedules: [refreshListings, trimPriceHistory, sweepReservations, checkIndex, cleanUpCodes],
  workers: keepMemoryIndex,
  metrics: { ...metrics, ...eventStreamMetrics },
  measurements: [measureReservations, measureStockOuts, measureSearch],
  invariants: [stockBounds, stockLedger, stockHolds, holdsEnd, searchIndex, skuSpelling],
  seed,
})
