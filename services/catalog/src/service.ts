// Catalog's table of contents.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { createCategory, deleteCategory, updateCategory } from './admin-categories/routes.ts'
import { adminGetProduct, adminListProducts } from './admin-products/read.ts'
import { createProduct, deleteProduct, updateProduct } from './admin-products/routes.ts'
import { addVariant, deleteVariant, updateVariant } from './admin-products/variants.ts'
import { adjustStock, getStock, listMovements } from './admin-stock/routes.ts'
import { announceProducts } from './announce-products/job.ts'
import {
  getAvailability,
  getCategory,
  getImage,
  getProduct,
  internalVariants,
  listCategories,
  listProducts,
} from './browse/routes.ts'
import { indexCheck } from './build-index/check.ts'
import { buildIndex } from './build-index/job.ts'
import { getSearchState, reindexSearch } from './build-index/routes.ts'
import { config } from './config.ts'
import { closeDeps, openDeps } from './deps.ts'
import { indexHandlers } from './index-products/handlers.ts'
import { indexProducts } from './index-products/job.ts'
import { stockGauges } from './measure-stock/gauges.ts'
import { relistProducts } from './relist-products/schedule.ts'
import { stockHandlers, sweeper } from './reserve-stock/handlers.ts'
import { search } from './search/route.ts'
import { seed } from './seed/seed.ts'
import { holdsEnd, stockBounds, stockHolds, stockLedger } from './watch-invariants/ledger.ts'
import { searchIndex } from './watch-invariants/search-index.ts'
import { skuSpelling } from './watch-invariants/spelling.ts'

export const catalogService = defineService({
  name: 'catalog',
  prefix: 'CATALOG_',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: openDeps,
  close: closeDeps,
  routes: [
    listProducts,
    getProduct,
    getAvailability,
    search,
    listCategories,
    getCategory,
    getImage,
    internalVariants,
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
  ],
  parksBehindDeadLetters: true,
  independentKeys: true,
  consumers: stockHandlers,
  projections: { 'catalog-search': indexHandlers },
  jobs: [indexProducts, buildIndex, announceProducts],
  periodics: [relistProducts(5), sweeper(30), indexCheck(30), stockGauges(60)],
  invariants: [stockBounds, stockLedger, stockHolds, holdsEnd, searchIndex, skuSpelling],
  seed,
})
