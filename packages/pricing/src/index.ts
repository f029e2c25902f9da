// Public API of pricing: the price calculation, and the validation of its rules.
export { emptyRules } from './empty-rules.ts'
export { type Payability, payabilityOf } from './payment.ts'
export { price } from './price.ts'
export { proportion } from './rounding.ts'
export type { PricedCart, PricedLine, PriceLine, PriceRequest } from './types.ts'
export { promotionErrors } from './validate-promotions.ts'
export { shippingZoneErrors } from './validate-shipping.ts'
export { taxRateErrors } from './validate-taxes.ts'
