// What operators do with products and their variants.
import { Type } from 'typebox'
import { Closed, Id, Page, pageQuery } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { eur, examplePage } from '../examples.ts'
import { catalogExamples } from './examples.ts'
import { NewProduct, NewVariant, ProductChange, VariantChange } from './product-inputs.ts'
import { AdminProduct, ProductStatus } from './schemas.ts'

const adminProductParams = Closed({ productId: Id('prd') })
const variantParams = Closed({ variantId: Id('var') })

export const adminProductsApi = {
  adminListProducts: endpoint({
    operationId: 'adminListProducts',
    method: 'GET',
    path: '/v1/admin/products',
    auth: 'admin',
    rate: 'read',
    summary: 'List all products',
    description: 'Returns every product, drafts and archived ones too, with all prices.',
    query: Closed({
      ...pageQuery,
      status: Type.Optional(ProductStatus),
      q: Type.Optional(
        Type.String({ maxLength: 200, description: 'Words of the name, a SKU or a slug, whole or its beginning' }),
      ),
    }),
    success: 200,
    response: { 200: Page(AdminProduct) },
    errors: [],
    examples: { query: { q: 'tea', status: 'draft', limit: 20 }, response: examplePage(catalogExamples.tin) },
  }),
  createProduct: endpoint({
    operationId: 'createProduct',
    method: 'POST',
    path: '/v1/admin/products',
    auth: 'admin',
    rate: 'write',
    summary: 'Create a product',
    description:
      'Creates a product with its variants and prices. A `slug` is made from the name when it is left out; a product without `status` is a draft.',
    body: NewProduct,
    success: 201,
    response: { 201: AdminProduct },
    errors: ['sku_taken', 'slug_taken', 'variant_taken', 'not_found'],
    examples: { body: catalogExamples.newTin, response: catalogExamples.tin },
  }),
  adminGetProduct: endpoint({
    operationId: 'adminGetProduct',
    method: 'GET',
    path: '/v1/admin/products/:productId',
    auth: 'admin',
    rate: 'read',
    summary: 'Get any product',
    description: 'Returns one product as operators see it, with all prices and its version.',
    params: adminProductParams,
    success: 200,
    response: { 200: AdminProduct },
    errors: ['not_found'],
    examples: { params: catalogExamples.adminProductParams, response: catalogExamples.tin },
  }),
  updateProduct: endpoint({
    operationId: 'updateProduct',
    method: 'PATCH',
    path: '/v1/admin/products/:productId',
    auth: 'admin',
    rate: 'write',
    summary: 'Change a product',
    description:
      'Changes the members that are sent; lists are replaced as a whole. New `options` must fit every variant: send `variants` with their new choices in the same call.',
    params: adminProductParams,
    body: ProductChange,
    success: 200,
    response: { 200: AdminProduct },
    errors: ['not_found', 'slug_taken', 'options_in_use', 'variant_taken'],
    examples: {
      params: catalogExamples.adminProductParams,
      body: { status: 'active' },
      response: catalogExamples.activeTin,
    },
  }),
  deleteProduct: endpoint({
    operationId: 'deleteProduct',
    method: 'DELETE',
    path: '/v1/admin/products/:productId',
    auth: 'admin',
    rate: 'write',
    summary: 'Withdraw a product',
    description: 'Removes a product and its variants from the shop; orders keep their copy.',
    params: adminProductParams,
    success: 204,
    response: { 204: Type.Null() },
    errors: ['not_found'],
    examples: { params: catalogExamples.adminProductParams },
  }),
  addVariant: endpoint({
    operationId: 'addVariant',
    method: 'POST',
    path: '/v1/admin/products/:productId/variants',
    auth: 'admin',
    rate: 'write',
    summary: 'Add a variant',
    description: 'Adds a variant to a product. Its SKU must be new in the whole shop, its options new in the product.',
    params: adminProductParams,
    body: NewVariant,
    success: 201,
    response: { 201: AdminProduct },
    errors: ['not_found', 'sku_taken', 'variant_taken'],
    examples: {
      params: catalogExamples.adminProductParams,
      body: catalogExamples.inkVariant,
      response: catalogExamples.tinWithInk,
    },
  }),
  updateVariant: endpoint({
    operationId: 'updateVariant',
    method: 'PATCH',
    path: '/v1/admin/variants/:variantId',
    auth: 'admin',
    rate: 'write',
    summary: 'Change a variant',
    description:
      'Changes name, options, pictures, prices, weight or shipping of a variant; `prices` replaces all of them; one with `compareAtMinor` is shown as reduced. A changed price shows in open carts as a problem until the shopper accepts it.',
    params: variantParams,
    body: VariantChange,
    success: 200,
    response: { 200: AdminProduct },
    errors: ['not_found', 'variant_taken'],
    examples: {
      params: catalogExamples.variantParams,
      body: { prices: [{ ...eur(1350), compareAtMinor: 1450 }] },
      response: catalogExamples.tinWithCheaperInk,
    },
  }),
  deleteVariant: endpoint({
    operationId: 'deleteVariant',
    method: 'DELETE',
    path: '/v1/admin/variants/:variantId',
    auth: 'admin',
    rate: 'write',
    summary: 'Withdraw a variant',
    description: 'Removes a variant from its product; orders keep their copy.',
    params: variantParams,
    success: 204,
    response: { 204: Type.Null() },
    errors: ['not_found'],
    examples: { params: catalogExamples.variantParams },
  }),
} satisfies Record<string, Endpoint>
