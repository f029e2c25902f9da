// What shoppers and other services may ask of catalog.
import { Type } from 'typebox'
import { Closed, Currency, Id, IdOrSlug, KeptCurrency, Nullable, OneOf, Page, pageQuery, Sku } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { CategoryDetail, CategoryNode, Facets, InternalVariant, Product, ProductSummary, productParams } from './schemas.ts'

const filters = {
  /** A category and everything below it; an unknown one holds nothing. */
  category: Type.Optional(IdOrSlug),
  minPrice: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000_000, description: 'Minor units, inclusive' })),
  maxPrice: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000_000, description: 'Minor units, inclusive' })),
  currency: Type.Optional(Currency),
  inStock: Type.Optional(Type.Boolean()),
}

export const browseApi = {
  listProducts: endpoint({
    operationId: 'listProducts',
    method: 'GET',
    path: '/v1/products',
    auth: 'public',
    rate: 'read',
    cacheSec: 30,
    summary: 'Browse what is sold',
    query: Closed({
      ...pageQuery,
      ...filters,
      sort: Type.Optional(OneOf('name', '-name', 'price', '-price', 'createdAt', '-createdAt')),
    }),
    response: { 200: Page(ProductSummary) },
    errors: [],
  }),
  getProduct: endpoint({
    operationId: 'getProduct',
    method: 'GET',
    path: '/v1/products/:idOrSlug',
    auth: 'public',
    rate: 'read',
    cacheSec: 30,
    summary: 'One product with its variants, prices and stock',
    params: productParams,
    query: Closed({ currency: Type.Optional(Currency) }),
    response: { 200: Product },
    errors: ['not_found'],
  }),
  getAvailability: endpoint({
    operationId: 'getAvailability',
    method: 'GET',
    path: '/v1/products/:idOrSlug/availability',
    auth: 'public',
    rate: 'read',
    summary: 'Availability straight from the stock ledger',
    params: productParams,
    response: {
      200: Type.Object({
        productId: Id('prd'),
        variants: Type.Array(Type.Object({ sku: Sku, available: Type.Integer() })),
        inStock: Type.Boolean(),
      }),
    },
    errors: ['not_found'],
  }),
  search: endpoint({
    operationId: 'searchProducts',
    method: 'GET',
    path: '/v1/search',
    auth: 'public',
    rate: 'read',
    summary:
      'Search with typing mistakes, facets and filters; `option.<name>=<value>` filters by option, repeated for any of several values',
    query: Type.Object(
      {
        ...pageQuery,
        ...filters,
        q: Type.Optional(Type.String({ maxLength: 200 })),
        sort: Type.Optional(OneOf('relevance', 'price', '-price', 'createdAt', '-createdAt', 'name', '-name')),
      },
      {
        additionalProperties: false,
        patternProperties: {
          '^option\\.[^"\\\\]{1,60}$': Type.Union([
            Type.String({ maxLength: 60 }),
            Type.Array(Type.String({ maxLength: 60 }), { maxItems: 20 }),
          ]),
        },
      },
    ),
    response: {
      200: Type.Object({
        items: Type.Array(ProductSummary),
        nextCursor: Nullable(Type.String()),
        total: Nullable(Type.Integer()),
        facets: Nullable(Facets),
        degraded: Type.Boolean({ description: 'Answered from MySQL: no total, no facets, no typing mistakes' }),
      }),
    },
    errors: [],
  }),
  listCategories: endpoint({
    operationId: 'listCategories',
    method: 'GET',
    path: '/v1/categories',
    auth: 'public',
    rate: 'read',
    summary: 'The tree of categories',
    response: { 200: Type.Object({ items: Type.Array(CategoryNode), nextCursor: Type.Null() }) },
    errors: [],
  }),
  getCategory: endpoint({
    operationId: 'getCategory',
    method: 'GET',
    path: '/v1/categories/:idOrSlug',
    auth: 'public',
    rate: 'read',
    summary: 'One category with its breadcrumbs',
    params: productParams,
    response: { 200: CategoryDetail },
    errors: ['not_found'],
  }),
  getImage: endpoint({
    operationId: 'getImage',
    method: 'GET',
    path: '/v1/images/:imageId',
    auth: 'public',
    rate: 'read',
    summary: 'A picture',
    params: Closed({ imageId: IdOrSlug }),
    produces: 'image/svg+xml',
    response: { 200: Type.String() },
    errors: ['not_found'],
  }),
  internalVariants: endpoint({
    operationId: 'internalVariants',
    method: 'GET',
    path: '/internal/variants',
    auth: 'internal',
    summary: 'Price and availability of SKUs now; unknown ones are absent',
    query: Closed({ skus: Type.String({ pattern: '^[A-Za-z0-9._,-]+$', maxLength: 8000 }), currency: KeptCurrency }),
    response: { 200: Type.Object({ items: Type.Array(InternalVariant) }) },
    errors: [],
  }),
} satisfies Record<string, Endpoint>
