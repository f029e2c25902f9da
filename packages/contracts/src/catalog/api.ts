// The HTTP surface of catalog: what is sold, at what price, whether there is stock.
import type { Endpoint } from '../endpoint.ts'
import { adminApi } from './admin-api.ts'
import { adminProductsApi } from './admin-products-api.ts'
import { browseApi } from './browse-api.ts'
import { priceRulesApi } from './price-rules-api.ts'
import { promotionCodesApi } from './promotion-codes-api.ts'
import { shopApi } from './shop-api.ts'

export { NewPromotion, ShippingZones, TaxRates } from './price-rules-api.ts'
export { NewProduct, NewVariant, ProductChange, VariantChange, VariantPriceInput, variantLimit } from './product-inputs.ts'
export {
  AdminPromotionCode,
  drawLimit,
  InternalPromotionCode,
  NewPromotionCodes,
  namedCodesLimit,
} from './promotion-codes-api.ts'
export * from './schemas.ts'
export { Shop } from './shop-api.ts'

export const catalogApi = {
  ...browseApi,
  ...adminProductsApi,
  ...adminApi,
  ...priceRulesApi,
  ...promotionCodesApi,
  ...shopApi,
} satisfies Record<string, Endpoint>
