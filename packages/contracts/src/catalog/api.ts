// The HTTP surface of catalog: what is sold, at what price, whether there is stock.
import type { Endpoint } from '../endpoint.ts'
import { adminApi } from './admin-api.ts'
import { browseApi } from './browse-api.ts'

export { AdminProduct } from './admin-api.ts'
export { NewProduct, NewVariant, variantLimit } from './product-inputs.ts'
export { Facets, InternalVariant, Product, ProductSummary, Variant } from './schemas.ts'

export const catalogApi = { ...browseApi, ...adminApi } satisfies Record<string, Endpoint>
