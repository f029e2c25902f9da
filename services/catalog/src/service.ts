// Catalog's table of contents.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { createCategory, deleteCategory, updateCategory } from './admin-categories/routes.ts'
import { addVariant, adminGetProduct, adminListProducts, createProduct, deleteProduct, deleteVariant, updateProduct, updateVariant } from './admin-products/routes.ts'
import { adjustStock, getStock, listMovements } from './admin-stock/routes.ts'
import { getAvailability, getCategory, getImage, getProduct, internalVariants, listCategories, listProducts } from './browse/routes.ts'
import { config } from './config.ts'
import { stockHandlers, sweeper } from './reserve-stock/handlers.ts'
import { search } from './search/routes.ts'
import { seed } from './seed/seed.ts'

export const catalogService = defineService({
  name: 'catalog',
  prefix: 'CATALOG_',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  routes: [
    listProducts, getProduct, getAvailability, search, listCategories, getCategory, getImage, internalVariants,
    adminListProducts, createProduct, adminGetProduct, updateProduct, deleteProduct, addVariant, updateVariant, deleteVariant,
    createCategory, updateCategory, deleteCategory, adjustStock, getStock, listMovements,
  ],
  consumers: stockHandlers,
  periodics: [sweeper(30)],
  seed,
})
