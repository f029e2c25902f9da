// What shoppers and other services read from catalog.
import { Type } from 'typebox'
import { Closed, Currency, Id, IdOrSlug, Nullable, Page, pageQuery, Sku, StoredCurrency } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { examplePage } from '../examples.ts'
import { catalogExamples } from './examples.ts'
import {
  CategoryDetail,
  CategoryNode,
  Facets,
  InternalVariant,
  localeQuery,
  Product,
  ProductSort,
  ProductSummary,
  productParams,
  SearchSort,
  StockEvent,
} from './schemas.ts'

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
    summary: 'Browse products',
    description:
      'Returns the products that are sold, as summaries with the lowest and the highest price. `locale`, or else `Accept-Language`, selects the language of texts. `currency` picks every price and is EUR by default; a product without a price in it has `price: null`.',
    query: Closed({
      ...pageQuery,
      ...filters,
      ...localeQuery,
      sort: Type.Optional(ProductSort),
    }),
    success: 200,
    response: { 200: Page(ProductSummary) },
    errors: [],
    examples: {
      query: { category: 'kitchen', sort: 'price', limit: 2 },
      response: examplePage(catalogExamples.mugSummary, catalogExamples.bagSummary),
    },
  }),
  getProduct: endpoint({
    operationId: 'getProduct',
    method: 'GET',
    path: '/v1/products/:idOrSlug',
    auth: 'public',
    rate: 'read',
    cacheSec: 30,
    summary: 'Get a product',
    description: 'Returns one product with its variants, prices and stock, by id or slug.',
    params: productParams,
    query: Closed({ currency: Type.Optional(Currency), ...localeQuery }),
    success: 200,
    response: { 200: Product },
    errors: ['not_found'],
    examples: { params: catalogExamples.productParams, query: { currency: 'EUR' }, response: catalogExamples.mug },
  }),
  getAvailability: endpoint({
    operationId: 'getAvailability',
    method: 'GET',
    path: '/v1/products/:idOrSlug/availability',
    auth: 'public',
    rate: 'read',
    summary: 'Get a product’s availability',
    description: 'Returns the units left to sell of each variant, read from the stock ledger and never from a cache.',
    params: productParams,
    success: 200,
    response: {
      200: Type.Object({
        productId: Id('prd'),
        variants: Type.Array(Type.Object({ sku: Sku, available: Type.Integer() })),
        inStock: Type.Boolean(),
      }),
    },
    errors: ['not_found'],
    examples: { params: catalogExamples.productParams, response: catalogExamples.availability },
  }),
  streamStock: endpoint({
    operationId: 'streamStock',
    method: 'GET',
    path: '/v1/products/:idOrSlug/stock-events',
    auth: 'public',
    rate: 'read',
    // Comments come every 15 s, and a proxy must not end a quiet stream before the second.
    timeoutMs: 45_000,
    summary: 'Stream a product’s stock',
    description:
      'Server-sent events: `stock` holds the units left to sell of each variant, first as they are and then at every change, at most once a second. The stream has a comment every 15 seconds and ends after ten minutes, or when the product is no longer sold. A client address may have 50 open.',
    params: productParams,
    success: 200,
    response: { 200: StockEvent },
    produces: 'text/event-stream',
    errors: ['not_found', 'too_many_streams', 'upstream_unavailable'],
    examples: {
      params: catalogExamples.productParams,
      response: { event: 'stock', data: { variants: catalogExamples.availability.variants } },
    },
  }),
  search: endpoint({
    operationId: 'searchProducts',
    method: 'GET',
    path: '/v1/search',
    auth: 'public',
    rate: 'read',
    summary: 'Search products',
    description:
      'Finds products by words, with typing mistakes forgiven, and counts facets. `option.<name>=<value>` filters by option, repeated for any of several values. `degraded: true` says that no search index answers: then `total` and `facets` are null.',
    query: Type.Object(
      {
        ...pageQuery,
        ...filters,
        ...localeQuery,
        q: Type.Optional(Type.String({ maxLength: 200 })),
        sort: Type.Optional(SearchSort),
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
    success: 200,
    response: {
      200: Type.Object({
        items: Type.Array(ProductSummary),
        nextCursor: Nullable(Type.String()),
        total: Nullable(Type.Integer()),
        facets: Nullable(Facets),
        degraded: Type.Boolean({ description: 'Answered from the database: no total, no facets, no typing mistakes' }),
      }),
    },
    errors: [],
    examples: {
      query: { q: 'mug', 'option.colour': 'sand', limit: 20 },
      response: {
        ...examplePage(catalogExamples.mugSummary),
        total: 1,
        facets: catalogExamples.facets,
        degraded: false,
      },
    },
  }),
  listCategories: endpoint({
    operationId: 'listCategories',
    method: 'GET',
    path: '/v1/categories',
    auth: 'public',
    rate: 'read',
    summary: 'List categories',
    description:
      'Returns the whole tree of categories; `children` nest as deep as the tree. `productCount` may be a few seconds old.',
    query: Closed(localeQuery),
    success: 200,
    response: { 200: Type.Object({ items: Type.Array(CategoryNode), nextCursor: Type.Null() }) },
    errors: [],
    examples: { response: examplePage(catalogExamples.tree) },
  }),
  getCategory: endpoint({
    operationId: 'getCategory',
    method: 'GET',
    path: '/v1/categories/:idOrSlug',
    auth: 'public',
    rate: 'read',
    summary: 'Get a category',
    description: 'Returns one category with the way to it from the top and its children, by id or slug.',
    params: productParams,
    query: Closed(localeQuery),
    success: 200,
    response: { 200: CategoryDetail },
    errors: ['not_found'],
    examples: { params: catalogExamples.categoryParams, response: catalogExamples.category },
  }),
  getImage: endpoint({
    operationId: 'getImage',
    method: 'GET',
    path: '/v1/images/:imageId',
    auth: 'public',
    rate: 'read',
    summary: 'Get an image',
    description: 'Returns a picture of the development shop as SVG.',
    params: Closed({ imageId: IdOrSlug }),
    produces: 'image/svg+xml',
    success: 200,
    response: { 200: Type.String() },
    errors: ['not_found'],
    examples: { params: { imageId: 'harbour-mug' }, response: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800"/>' },
  }),
  internalVariants: endpoint({
    operationId: 'internalVariants',
    method: 'GET',
    path: '/internal/variants',
    auth: 'internal',
    summary: 'Get variants by SKU',
    query: Closed({ skus: Type.String({ pattern: '^[A-Za-z0-9._,-]+$', maxLength: 8000 }), currency: StoredCurrency }),
    success: 200,
    response: { 200: Type.Object({ items: Type.Array(InternalVariant) }) },
    errors: [],
  }),
} satisfies Record<string, Endpoint>
