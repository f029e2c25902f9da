// The HTTP surface of catalog: what is sold, at what price, whether there is stock.
import type { Endpoint } from '../endpoint.ts'
import { adminApi } from './admin-api.ts'
import { adminProductsApi } from './admin-products-api.ts'
import { browseApi } from './browse-api.ts'
import { priceRulesApi } from './price-rules-api.ts'

export { NewPromotion, ShippingZones, TaxRates } from './price-rules-api.ts'
export { NewProduct, NewVariant, ProductChange, VariantChange, variantLimit } from './product-inputs.ts'
export * from './schemas.ts'

export const catalogApi = { ...browseApi, ...adminProductsApi, ...adminApi, ...priceRulesApi } satisfies Record<string, Endpoint>
