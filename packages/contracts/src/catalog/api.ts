// The HTTP surface of catalog: what is sold, at what price, whether there is stock.
import { type Static, Type } from 'typebox'
import { Closed, Currency, Id, IdOrSlug, Nullable, OneOf, Page, Price, pageQuery, Sku, Slug, Text, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { ProductImage, ProductOption, ProductStatus } from './events.ts'

const CategoryRef = Type.Object({ id: Id('cat'), slug: Type.String(), name: Type.String() })
const optionValues = Type.Record(Type.String(), Type.String())

export const Variant = Type.Object({ id: Id('var'), sku: Sku, name: Type.String(), options: optionValues, price: Nullable(Price), available: Type.Integer() })
export const Product = Type.Object({
  id: Id('prd'), slug: Type.String(), name: Type.String(), description: Type.String(), status: ProductStatus, categories: Type.Array(CategoryRef),
  images: Type.Array(ProductImage), options: Type.Array(ProductOption), variants: Type.Array(Variant), price: Nullable(Price), inStock: Type.Boolean(), createdAt: Time,
})
export type Product = Static<typeof Product>
export const ProductSummary = Type.Object({
  id: Id('prd'), slug: Type.String(), name: Type.String(), image: Nullable(ProductImage), price: Nullable(Price), inStock: Type.Boolean(), createdAt: Time,
})
export type ProductSummary = Static<typeof ProductSummary>
const AdminVariant = Type.Object({ id: Id('var'), sku: Sku, name: Type.String(), options: optionValues, prices: Type.Array(Price), available: Type.Integer() })
export const AdminProduct = Type.Object({
  id: Id('prd'), slug: Type.String(), name: Type.String(), description: Type.String(), status: ProductStatus, version: Type.Integer(), categories: Type.Array(CategoryRef),
  images: Type.Array(ProductImage), options: Type.Array(ProductOption), variants: Type.Array(AdminVariant), createdAt: Time, updatedAt: Time,
})
const Category = Type.Object({ id: Id('cat'), slug: Type.String(), name: Type.String(), parentId: Nullable(Id('cat')), position: Type.Integer() })
const CategoryNode = Type.Object({ ...Category.properties, children: Type.Array(Type.Object({}, { additionalProperties: true })) })
const CategoryDetail = Type.Object({ ...Category.properties, breadcrumbs: Type.Array(CategoryRef), children: Type.Array(Category) })

const filters = {
  /** A category and everything below it; an unknown one holds nothing. */
  category: Type.Optional(IdOrSlug),
  minPrice: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000_000, description: 'Minor units, inclusive' })),
  maxPrice: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000_000, description: 'Minor units, inclusive' })),
  currency: Type.Optional(Currency),
  inStock: Type.Optional(Type.Boolean()),
}
const productParams = Closed({ idOrSlug: IdOrSlug })
const adminProductParams = Closed({ productId: Id('prd') })
const images = Type.Array(Closed({ url: Text(500), alt: Text(300, 0) }), { maxItems: 20 })
const options = Type.Array(Closed({ name: Text(60), values: Type.Array(Text(60), { maxItems: 100 }) }), { maxItems: 10 })
export const NewVariant = Closed({
  sku: Sku, name: Type.Optional(Text(200, 0)), options: Type.Optional(Type.Record(Type.String({ maxLength: 60 }), Text(60))),
  prices: Type.Optional(Type.Array(Price, { maxItems: 50 })),
})
export type NewVariant = Static<typeof NewVariant>
export const NewProduct = Closed({
  name: Text(200), slug: Type.Optional(Slug), description: Type.Optional(Text(10_000, 0)), status: Type.Optional(ProductStatus),
  categoryIds: Type.Optional(Type.Array(Id('cat'), { maxItems: 50 })), images: Type.Optional(images), options: Type.Optional(options),
  variants: Type.Optional(Type.Array(NewVariant, { maxItems: 200 })),
})
export type NewProduct = Static<typeof NewProduct>
const variantParams = Closed({ variantId: Id('var') })
const categoryParams = Closed({ categoryId: Id('cat') })
const stockParams = Closed({ sku: Sku })
const Stock = Type.Object({ sku: Sku, onHand: Type.Integer(), reserved: Type.Integer(), available: Type.Integer() })
const Movement = Type.Object({
  id: Type.Integer(), sku: Sku, delta: Type.Integer(), onHandAfter: Type.Integer(), reason: Type.String(), actor: Type.String(), reference: Nullable(Type.String()), at: Time,
})
const FacetCounts = Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }))
/** How many results each further filter would leave: every facet is counted with all filters but its own. */
export const Facets = Type.Object({
  categories: Type.Array(Type.Object({ value: Type.String({ description: 'Slug; counts everything below it too' }), name: Type.String(), count: Type.Integer() })),
  options: Type.Record(Type.String(), FacetCounts),
  prices: Type.Array(Type.Object({ minPrice: Type.Integer(), maxPrice: Nullable(Type.Integer()), count: Type.Integer() })),
  inStock: FacetCounts,
})
export type Facets = Static<typeof Facets>
const IndexBuild = Type.Object({ build: Type.String(), state: OneOf('running', 'idle'), copied: Type.Integer(), startedAt: Time, finishedAt: Nullable(Time) })
const SearchState = Type.Object({ configured: Type.Boolean(), answering: Type.Boolean(), pending: Type.Integer(), build: Nullable(IndexBuild) })

export const InternalVariant = Type.Object({
  sku: Sku, variantId: Id('var'), productId: Id('prd'), productSlug: Type.String(), productName: Type.String(), name: Type.String(), options: optionValues,
  imageUrl: Nullable(Type.String()), sellable: Type.Boolean(), price: Nullable(Price), available: Type.Integer(),
})
export type InternalVariant = Static<typeof InternalVariant>

export const catalogApi = {
  listProducts: endpoint({
    operationId: 'listProducts', method: 'GET', path: '/v1/products', auth: 'public', rate: 'read', cacheSec: 30, summary: 'Browse what is sold',
    query: Closed({ ...pageQuery, ...filters, sort: Type.Optional(OneOf('name', '-name', 'price', '-price', 'createdAt', '-createdAt')) }), response: { 200: Page(ProductSummary) }, errors: [],
  }),
  getProduct: endpoint({
    operationId: 'getProduct', method: 'GET', path: '/v1/products/:idOrSlug', auth: 'public', rate: 'read', cacheSec: 30, summary: 'One product with its variants, prices and stock',
    params: productParams, query: Closed({ currency: Type.Optional(Currency) }), response: { 200: Product }, errors: ['not_found'],
  }),
  getAvailability: endpoint({
    operationId: 'getAvailability', method: 'GET', path: '/v1/products/:idOrSlug/availability', auth: 'public', rate: 'read', summary: 'Availability straight from the stock ledger',
    params: productParams, response: { 200: Type.Object({ productId: Id('prd'), variants: Type.Array(Type.Object({ sku: Sku, available: Type.Integer() })), inStock: Type.Boolean() }) }, errors: ['not_found'],
  }),
  search: endpoint({
    operationId: 'searchProducts', method: 'GET', path: '/v1/search', auth: 'public', rate: 'read',
    summary: 'Search with typing mistakes, facets and filters; `option.<name>=<value>` filters by option, repeated for any of several values',
    query: Type.Object(
      { ...pageQuery, ...filters, q: Type.Optional(Type.String({ maxLength: 200 })), sort: Type.Optional(OneOf('relevance', 'price', '-price', 'createdAt', '-createdAt', 'name', '-name')) },
      { additionalProperties: false, patternProperties: { '^option\\.[^"\\\\]{1,60}$': Type.Union([Type.String({ maxLength: 60 }), Type.Array(Type.String({ maxLength: 60 }), { maxItems: 20 })]) } },
    ),
    response: {
      200: Type.Object({
        items: Type.Array(ProductSummary), nextCursor: Nullable(Type.String()), total: Nullable(Type.Integer()), facets: Nullable(Facets),
        degraded: Type.Boolean({ description: 'Answered from MySQL: no total, no facets, no typing mistakes' }),
      }),
    },
    errors: [],
  }),
  listCategories: endpoint({ operationId: 'listCategories', method: 'GET', path: '/v1/categories', auth: 'public', rate: 'read', summary: 'The tree of categories', response: { 200: Type.Object({ items: Type.Array(CategoryNode), nextCursor: Type.Null() }) }, errors: [] }),
  getCategory: endpoint({ operationId: 'getCategory', method: 'GET', path: '/v1/categories/:idOrSlug', auth: 'public', rate: 'read', summary: 'One category with its breadcrumbs', params: productParams, response: { 200: CategoryDetail }, errors: ['not_found'] }),
  getImage: endpoint({ operationId: 'getImage', method: 'GET', path: '/v1/images/:imageId', auth: 'public', rate: 'read', summary: 'A picture', params: Closed({ imageId: IdOrSlug }), produces: 'image/svg+xml', response: { 200: Type.String() }, errors: ['not_found'] }),
  adminListProducts: endpoint({
    operationId: 'adminListProducts', method: 'GET', path: '/v1/admin/products', auth: 'admin', rate: 'read', summary: 'Every product, drafts and archived too',
    query: Closed({ ...pageQuery, status: Type.Optional(ProductStatus) }), response: { 200: Page(AdminProduct) }, errors: [],
  }),
  createProduct: endpoint({ operationId: 'createProduct', method: 'POST', path: '/v1/admin/products', auth: 'admin', rate: 'write', summary: 'Create a product', body: NewProduct, response: { 201: AdminProduct }, errors: ['sku_taken', 'slug_taken', 'not_found'] }),
  adminGetProduct: endpoint({ operationId: 'adminGetProduct', method: 'GET', path: '/v1/admin/products/:productId', auth: 'admin', rate: 'read', summary: 'One product as operators see it', params: adminProductParams, response: { 200: AdminProduct }, errors: ['not_found'] }),
  updateProduct: endpoint({
    operationId: 'updateProduct', method: 'PATCH', path: '/v1/admin/products/:productId', auth: 'admin', rate: 'write', summary: 'Change a product', params: adminProductParams,
    body: Closed({
      name: Type.Optional(Text(200)), slug: Type.Optional(Slug), description: Type.Optional(Text(10_000, 0)), status: Type.Optional(ProductStatus),
      categoryIds: Type.Optional(Type.Array(Id('cat'), { maxItems: 50 })), images: Type.Optional(images), options: Type.Optional(options),
    }),
    response: { 200: AdminProduct }, errors: ['not_found', 'slug_taken'],
  }),
  deleteProduct: endpoint({ operationId: 'deleteProduct', method: 'DELETE', path: '/v1/admin/products/:productId', auth: 'admin', rate: 'write', summary: 'Withdraw a product; orders keep their copy', params: adminProductParams, response: { 204: Type.Null() }, errors: ['not_found'] }),
  addVariant: endpoint({ operationId: 'addVariant', method: 'POST', path: '/v1/admin/products/:productId/variants', auth: 'admin', rate: 'write', summary: 'Add a variant', params: adminProductParams, body: NewVariant, response: { 201: AdminProduct }, errors: ['not_found', 'sku_taken'] }),
  updateVariant: endpoint({
    operationId: 'updateVariant', method: 'PATCH', path: '/v1/admin/variants/:variantId', auth: 'admin', rate: 'write', summary: 'Change a variant’s name, options or prices', params: variantParams,
    body: Closed({ name: Type.Optional(Text(200, 0)), options: Type.Optional(Type.Record(Type.String({ maxLength: 60 }), Text(60))), prices: Type.Optional(Type.Array(Price, { maxItems: 50 })) }),
    response: { 200: AdminProduct }, errors: ['not_found'],
  }),
  deleteVariant: endpoint({ operationId: 'deleteVariant', method: 'DELETE', path: '/v1/admin/variants/:variantId', auth: 'admin', rate: 'write', summary: 'Withdraw a variant', params: variantParams, response: { 204: Type.Null() }, errors: ['not_found'] }),
  createCategory: endpoint({
    operationId: 'createCategory', method: 'POST', path: '/v1/admin/categories', auth: 'admin', rate: 'write', summary: 'Create a category',
    body: Closed({ name: Text(120), slug: Type.Optional(Slug), parentId: Type.Optional(Nullable(Id('cat'))), position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })) }),
    response: { 201: CategoryDetail }, errors: ['slug_taken', 'not_found'],
  }),
  updateCategory: endpoint({
    operationId: 'updateCategory', method: 'PATCH', path: '/v1/admin/categories/:categoryId', auth: 'admin', rate: 'write', summary: 'Rename, move or reorder a category', params: categoryParams,
    body: Closed({ name: Type.Optional(Text(120)), slug: Type.Optional(Slug), parentId: Type.Optional(Nullable(Id('cat'))), position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })) }),
    response: { 200: CategoryDetail }, errors: ['not_found', 'slug_taken', 'category_cycle'],
  }),
  deleteCategory: endpoint({ operationId: 'deleteCategory', method: 'DELETE', path: '/v1/admin/categories/:categoryId', auth: 'admin', rate: 'write', summary: 'Remove a category; its children move up', params: categoryParams, response: { 204: Type.Null() }, errors: ['not_found'] }),
  adjustStock: endpoint({
    operationId: 'adjustStock', method: 'POST', path: '/v1/admin/stock/:sku/adjustments', auth: 'admin', rate: 'write', idempotent: true, summary: 'Add or take stock, with a reason', params: stockParams,
    body: Closed({ delta: Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 }), reason: Text(200) }), response: { 201: Stock }, errors: ['sku_unknown', 'stock_insufficient'],
  }),
  getStock: endpoint({ operationId: 'getStock', method: 'GET', path: '/v1/admin/stock/:sku', auth: 'admin', rate: 'read', summary: 'Stock of a SKU', params: stockParams, response: { 200: Stock }, errors: ['sku_unknown'] }),
  listMovements: endpoint({ operationId: 'listStockMovements', method: 'GET', path: '/v1/admin/stock/:sku/movements', auth: 'admin', rate: 'read', summary: 'The ledger of a SKU, newest first', params: stockParams, query: Closed(pageQuery), response: { 200: Page(Movement) }, errors: ['sku_unknown'] }),
  reindexSearch: endpoint({
    operationId: 'reindexSearch', method: 'POST', path: '/v1/admin/search/reindex', auth: 'admin', rate: 'write', summary: 'Build the search index anew beside the old one; joins a build that is running',
    response: { 202: IndexBuild }, errors: ['upstream_unavailable'],
  }),
  getSearchState: endpoint({ operationId: 'getSearchState', method: 'GET', path: '/v1/admin/search', auth: 'admin', rate: 'read', summary: 'How the search index is doing', response: { 200: SearchState }, errors: [] }),
  internalVariants: endpoint({
    operationId: 'internalVariants', method: 'GET', path: '/internal/variants', auth: 'internal', summary: 'Price and availability of SKUs now; unknown ones are absent',
    query: Closed({ skus: Type.String({ pattern: '^[A-Za-z0-9._,-]+$', maxLength: 8000 }), currency: Currency }), response: { 200: Type.Object({ items: Type.Array(InternalVariant) }) }, errors: [],
  }),
} satisfies Record<string, Endpoint>
