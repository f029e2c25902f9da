// What operators do with categories, stock and the search index.
import { Type } from 'typebox'
import { Closed, Id, Nullable, Page, pageQuery, Sku, Slug, Text } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { examplePage } from '../examples.ts'
import { Patch } from '../patch.ts'
import { catalogExamples } from './examples.ts'
import { AdminCategory, CategoryTranslations, IndexBuild, SearchState, Stock, StockMovement } from './schemas.ts'

const categoryParams = Closed({ categoryId: Id('cat') })
const stockParams = Closed({ sku: Sku })
const StockDelta = Type.Integer({
  minimum: -1_000_000,
  maximum: 1_000_000,
  not: { const: 0 },
  description: 'What is added or, below zero, taken; never zero',
})
export const adminApi = {
  createCategory: endpoint({
    operationId: 'createCategory',
    method: 'POST',
    path: '/v1/admin/categories',
    auth: 'admin',
    rate: 'write',
    summary: 'Create a category',
    description: 'Creates a category, below `parentId` or at the top of the tree without it.',
    body: Closed({
      name: Text(120),
      translations: Type.Optional(CategoryTranslations),
      slug: Type.Optional(Slug),
      parentId: Type.Optional(Nullable(Id('cat'))),
      position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    }),
    success: 201,
    response: { 201: AdminCategory },
    errors: ['slug_taken', 'not_found'],
    examples: { body: catalogExamples.newCategoryBody, response: catalogExamples.newCategory },
  }),
  updateCategory: endpoint({
    operationId: 'updateCategory',
    method: 'PATCH',
    path: '/v1/admin/categories/:categoryId',
    auth: 'admin',
    rate: 'write',
    summary: 'Change a category',
    description:
      'Renames, moves or reorders a category; `parentId: null` moves it to the top. A category cannot move below itself.',
    params: categoryParams,
    body: Patch({
      name: Text(120),
      translations: Type.Optional(CategoryTranslations),
      slug: Slug,
      parentId: Type.Optional(Id('cat')),
      position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    }),
    success: 200,
    response: { 200: AdminCategory },
    errors: ['not_found', 'slug_taken', 'category_cycle'],
    examples: {
      params: catalogExamples.adminCategoryParams,
      body: catalogExamples.renamed,
      response: catalogExamples.renamedCategory,
    },
  }),
  deleteCategory: endpoint({
    operationId: 'deleteCategory',
    method: 'DELETE',
    path: '/v1/admin/categories/:categoryId',
    auth: 'admin',
    rate: 'write',
    summary: 'Remove a category',
    description: 'Removes a category. Its children move up to its parent, its products stay without it.',
    params: categoryParams,
    success: 204,
    response: { 204: Type.Null() },
    errors: ['not_found'],
    examples: { params: catalogExamples.adminCategoryParams },
  }),
  adjustStock: endpoint({
    operationId: 'adjustStock',
    method: 'POST',
    path: '/v1/admin/stock/:sku/adjustments',
    auth: 'admin',
    rate: 'write',
    idempotent: true,
    summary: 'Add or take stock',
    description:
      'Writes a row into the stock ledger of a SKU and returns the new numbers. Stock cannot fall below what is reserved for checkouts.',
    params: stockParams,
    body: Closed({ delta: StockDelta, reason: Text(200) }),
    success: 201,
    response: { 201: Stock },
    errors: ['sku_unknown', 'stock_insufficient'],
    examples: {
      params: catalogExamples.stockParams,
      body: catalogExamples.adjustment,
      response: catalogExamples.stock,
    },
  }),
  getStock: endpoint({
    operationId: 'getStock',
    method: 'GET',
    path: '/v1/admin/stock/:sku',
    auth: 'admin',
    rate: 'read',
    summary: 'Get a SKU’s stock',
    description: 'Returns what is on the shelf, what is reserved for checkouts, and what is left to sell.',
    params: stockParams,
    success: 200,
    response: { 200: Stock },
    errors: ['sku_unknown'],
    examples: { params: catalogExamples.stockParams, response: catalogExamples.stock },
  }),
  listMovements: endpoint({
    operationId: 'listStockMovements',
    method: 'GET',
    path: '/v1/admin/stock/:sku/movements',
    auth: 'admin',
    rate: 'read',
    summary: 'List stock movements',
    description: 'Returns the stock ledger of a SKU, newest first: every change with its reason and who made it.',
    params: stockParams,
    query: Closed(pageQuery),
    success: 200,
    response: { 200: Page(StockMovement) },
    errors: ['sku_unknown'],
    examples: {
      params: catalogExamples.stockParams,
      query: { limit: 20 },
      response: examplePage(catalogExamples.movement),
    },
  }),
  reindexSearch: endpoint({
    operationId: 'reindexSearch',
    method: 'POST',
    path: '/v1/admin/search/reindex',
    auth: 'admin',
    rate: 'write',
    summary: 'Rebuild the search index',
    description:
      'Builds a new search index beside the one in use and switches over when it is complete. A call during a build returns that build. Shops without Elasticsearch that have more products than an index in memory holds are answered with `upstream_unavailable`.',
    success: 202,
    response: { 202: IndexBuild },
    errors: ['upstream_unavailable'],
    examples: { response: catalogExamples.build },
  }),
  getSearchState: endpoint({
    operationId: 'getSearchState',
    method: 'GET',
    path: '/v1/admin/search',
    auth: 'admin',
    rate: 'read',
    summary: 'Get the search state',
    description:
      'Returns what answers searches, how many products wait to be indexed, and the last build. Without Elasticsearch each replica answers for its own index in memory.',
    success: 200,
    response: { 200: SearchState },
    errors: [],
    examples: { response: catalogExamples.searchState },
  }),
} satisfies Record<string, Endpoint>
