// What operators may do in catalog: products, variants, categories, stock, the search index.
import { type Static, Type } from 'typebox'
import { Closed, Id, Nullable, OneOf, Page, Price, pageQuery, Sku, Slug, Text, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { ProductImage, ProductOption, ProductStatus } from './events.ts'
import { CategoryDetail, CategoryRef, optionValues } from './schemas.ts'

const AdminVariant = Type.Object({
  id: Id('var'),
  sku: Sku,
  name: Type.String(),
  options: optionValues,
  prices: Type.Array(Price),
  available: Type.Integer(),
})
export const AdminProduct = Type.Object({
  id: Id('prd'),
  slug: Type.String(),
  name: Type.String(),
  description: Type.String(),
  status: ProductStatus,
  version: Type.Integer(),
  categories: Type.Array(CategoryRef),
  images: Type.Array(ProductImage),
  options: Type.Array(ProductOption),
  variants: Type.Array(AdminVariant),
  createdAt: Time,
  updatedAt: Time,
})
const adminProductParams = Closed({ productId: Id('prd') })
/** What a variant is of each option; `=`, quotes and backslashes would not survive as filters. */
const optionChoice = Type.Record(Type.String({ pattern: '^[^="\\\\]{1,60}$' }), Text(60), { additionalProperties: false })
const images = Type.Array(Closed({ url: Text(500), alt: Text(300, 0) }), { maxItems: 20 })
const options = Type.Array(Closed({ name: Text(60), values: Type.Array(Text(60), { maxItems: 100 }) }), { maxItems: 10 })
/** What one product may have: its event carries all of them. */
export const variantLimit = 200
export const NewVariant = Closed({
  sku: Sku,
  name: Type.Optional(Text(200, 0)),
  options: Type.Optional(optionChoice),
  prices: Type.Optional(Type.Array(Price, { maxItems: 50 })),
})
export type NewVariant = Static<typeof NewVariant>
export const NewProduct = Closed({
  name: Text(200),
  slug: Type.Optional(Slug),
  description: Type.Optional(Text(10_000, 0)),
  status: Type.Optional(ProductStatus),
  categoryIds: Type.Optional(Type.Array(Id('cat'), { maxItems: 50 })),
  images: Type.Optional(images),
  options: Type.Optional(options),
  variants: Type.Optional(Type.Array(NewVariant, { maxItems: variantLimit })),
})
export type NewProduct = Static<typeof NewProduct>
const variantParams = Closed({ variantId: Id('var') })
const categoryParams = Closed({ categoryId: Id('cat') })
const stockParams = Closed({ sku: Sku })
const Stock = Type.Object({ sku: Sku, onHand: Type.Integer(), reserved: Type.Integer(), available: Type.Integer() })
const StockDelta = Type.Integer({
  minimum: -1_000_000,
  maximum: 1_000_000,
  not: { const: 0 },
  description: 'What is added or, below zero, taken; never zero',
})
const Movement = Type.Object({
  id: Type.Integer(),
  sku: Sku,
  delta: Type.Integer(),
  onHandAfter: Type.Integer(),
  reason: Type.String(),
  actor: Type.String(),
  reference: Nullable(Type.String()),
  at: Time,
})
const IndexBuild = Type.Object({
  build: Type.String(),
  state: OneOf('running', 'idle'),
  copied: Type.Integer(),
  startedAt: Time,
  finishedAt: Nullable(Time),
})
const SearchState = Type.Object({
  configured: Type.Boolean(),
  answering: Type.Boolean(),
  pending: Type.Integer(),
  build: Nullable(IndexBuild),
})

export const adminApi = {
  adminListProducts: endpoint({
    operationId: 'adminListProducts',
    method: 'GET',
    path: '/v1/admin/products',
    auth: 'admin',
    rate: 'read',
    summary: 'Every product, drafts and archived too',
    query: Closed({ ...pageQuery, status: Type.Optional(ProductStatus) }),
    response: { 200: Page(AdminProduct) },
    errors: [],
  }),
  createProduct: endpoint({
    operationId: 'createProduct',
    method: 'POST',
    path: '/v1/admin/products',
    auth: 'admin',
    rate: 'write',
    summary: 'Create a product',
    body: NewProduct,
    response: { 201: AdminProduct },
    errors: ['sku_taken', 'slug_taken', 'not_found'],
  }),
  adminGetProduct: endpoint({
    operationId: 'adminGetProduct',
    method: 'GET',
    path: '/v1/admin/products/:productId',
    auth: 'admin',
    rate: 'read',
    summary: 'One product as operators see it',
    params: adminProductParams,
    response: { 200: AdminProduct },
    errors: ['not_found'],
  }),
  updateProduct: endpoint({
    operationId: 'updateProduct',
    method: 'PATCH',
    path: '/v1/admin/products/:productId',
    auth: 'admin',
    rate: 'write',
    summary: 'Change a product',
    params: adminProductParams,
    body: Closed({
      name: Type.Optional(Text(200)),
      slug: Type.Optional(Slug),
      description: Type.Optional(Text(10_000, 0)),
      status: Type.Optional(ProductStatus),
      categoryIds: Type.Optional(Type.Array(Id('cat'), { maxItems: 50 })),
      images: Type.Optional(images),
      options: Type.Optional(options),
    }),
    response: { 200: AdminProduct },
    errors: ['not_found', 'slug_taken'],
  }),
  deleteProduct: endpoint({
    operationId: 'deleteProduct',
    method: 'DELETE',
    path: '/v1/admin/products/:productId',
    auth: 'admin',
    rate: 'write',
    summary: 'Withdraw a product; orders keep their copy',
    params: adminProductParams,
    response: { 204: Type.Null() },
    errors: ['not_found'],
  }),
  addVariant: endpoint({
    operationId: 'addVariant',
    method: 'POST',
    path: '/v1/admin/products/:productId/variants',
    auth: 'admin',
    rate: 'write',
    summary: 'Add a variant',
    params: adminProductParams,
    body: NewVariant,
    response: { 201: AdminProduct },
    errors: ['not_found', 'sku_taken'],
  }),
  updateVariant: endpoint({
    operationId: 'updateVariant',
    method: 'PATCH',
    path: '/v1/admin/variants/:variantId',
    auth: 'admin',
    rate: 'write',
    summary: 'Change a variant’s name, options or prices',
    params: variantParams,
    body: Closed({
      name: Type.Optional(Text(200, 0)),
      options: Type.Optional(optionChoice),
      prices: Type.Optional(Type.Array(Price, { maxItems: 50 })),
    }),
    response: { 200: AdminProduct },
    errors: ['not_found'],
  }),
  deleteVariant: endpoint({
    operationId: 'deleteVariant',
    method: 'DELETE',
    path: '/v1/admin/variants/:variantId',
    auth: 'admin',
    rate: 'write',
    summary: 'Withdraw a variant',
    params: variantParams,
    response: { 204: Type.Null() },
    errors: ['not_found'],
  }),
  createCategory: endpoint({
    operationId: 'createCategory',
    method: 'POST',
    path: '/v1/admin/categories',
    auth: 'admin',
    rate: 'write',
    summary: 'Create a category',
    body: Closed({
      name: Text(120),
      slug: Type.Optional(Slug),
      parentId: Type.Optional(Nullable(Id('cat'))),
      position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    }),
    response: { 201: CategoryDetail },
    errors: ['slug_taken', 'not_found'],
  }),
  updateCategory: endpoint({
    operationId: 'updateCategory',
    method: 'PATCH',
    path: '/v1/admin/categories/:categoryId',
    auth: 'admin',
    rate: 'write',
    summary: 'Rename, move or reorder a category',
    params: categoryParams,
    body: Closed({
      name: Type.Optional(Text(120)),
      slug: Type.Optional(Slug),
      parentId: Type.Optional(Nullable(Id('cat'))),
      position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    }),
    response: { 200: CategoryDetail },
    errors: ['not_found', 'slug_taken', 'category_cycle'],
  }),
  deleteCategory: endpoint({
    operationId: 'deleteCategory',
    method: 'DELETE',
    path: '/v1/admin/categories/:categoryId',
    auth: 'admin',
    rate: 'write',
    summary: 'Remove a category; its children move up',
    params: categoryParams,
    response: { 204: Type.Null() },
    errors: ['not_found'],
  }),
  adjustStock: endpoint({
    operationId: 'adjustStock',
    method: 'POST',
    path: '/v1/admin/stock/:sku/adjustments',
    auth: 'admin',
    rate: 'write',
    idempotent: true,
    summary: 'Add or take stock, with a reason',
    params: stockParams,
    body: Closed({ delta: StockDelta, reason: Text(200) }),
    response: { 201: Stock },
    errors: ['sku_unknown', 'stock_insufficient'],
  }),
  getStock: endpoint({
    operationId: 'getStock',
    method: 'GET',
    path: '/v1/admin/stock/:sku',
    auth: 'admin',
    rate: 'read',
    summary: 'Stock of a SKU',
    params: stockParams,
    response: { 200: Stock },
    errors: ['sku_unknown'],
  }),
  listMovements: endpoint({
    operationId: 'listStockMovements',
    method: 'GET',
    path: '/v1/admin/stock/:sku/movements',
    auth: 'admin',
    rate: 'read',
    summary: 'The ledger of a SKU, newest first',
    params: stockParams,
    query: Closed(pageQuery),
    response: { 200: Page(Movement) },
    errors: ['sku_unknown'],
  }),
  reindexSearch: endpoint({
    operationId: 'reindexSearch',
    method: 'POST',
    path: '/v1/admin/search/reindex',
    auth: 'admin',
    rate: 'write',
    summary: 'Build the search index anew beside the old one; joins a build that is running',
    response: { 202: IndexBuild },
    errors: ['upstream_unavailable'],
  }),
  getSearchState: endpoint({
    operationId: 'getSearchState',
    method: 'GET',
    path: '/v1/admin/search',
    auth: 'admin',
    rate: 'read',
    summary: 'How the search index is doing',
    response: { 200: SearchState },
    errors: [],
  }),
} satisfies Record<string, Endpoint>
