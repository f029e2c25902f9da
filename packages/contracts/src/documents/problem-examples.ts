// Examples of problem documents, one for each error code, with the members that the code adds.
import { type ErrorCode, errorKinds, type ProblemExtras } from '../errors.ts'
import { eur, exampleIds, exampleTrace } from '../examples.ts'
import { problemType } from '../problem.ts'
import type { JsonObject } from './schemas.ts'

const exampleOption = { id: 'opt_standard', name: 'Standard', price: eur(490), estimateDays: { min: 2, max: 4 } }
const orderState: ProblemExtras<'order_state'> = { orderStatus: 'shipped', allowed: ['delivered'] }

const extras: { [Code in ErrorCode]?: ProblemExtras<Code> } = {
  validation_failed: { in: 'body', errors: [{ path: '/quantity', message: 'must be >= 1' }] },
  password_weak: { errors: [{ path: '/password', message: 'is shorter than 8 bytes' }] },
  return_url_not_allowed: { errors: [{ path: '/successUrl', message: 'has an origin that is not allowed' }] },
  email_unverified: { registrationId: exampleIds.registration },
  method_not_allowed: { allowed: ['GET', 'HEAD', 'OPTIONS'] },
  cart_changed: { cartVersion: 3 },
  price_changed: {
    expected: eur(4500),
    total: eur(4700),
    lines: [
      { sku: 'HARB-MUG-SND', unitPrice: eur(1550) },
      { sku: 'LINE-BREA-BAG-1', unitPrice: eur(1600) },
    ],
  },
  shipping_required: { reason: 'option_missing', shippingOptions: [exampleOption] },
  shipping_changed: { destination: { country: 'AT', postalCode: '1010' }, shippingOptions: [exampleOption] },
  out_of_stock: { shortages: [{ sku: 'HARB-MUG-SND', requested: 2, available: 1 }] },
  unavailable: { problems: [{ code: 'unavailable', lineId: exampleIds.bagLine, sku: 'LINE-BREA-BAG-1' }] },
  amount_not_payable: { total: eur(40), minimum: 50, limit: 99_999_999 },
  code_taken: { codes: ['AUTUMN10'] },
  code_not_applicable: { promotionCode: 'AUTUMN10', reason: 'minimum_subtotal' },
  too_many_unpaid_orders: { limit: 5, orderIds: [exampleIds.order] },
  order_state: orderState,
  order_disputed: { orderStatus: 'processing', allowed: ['cancelled'] },
  return_not_possible: { returnableUntil: '2026-12-30T12:00:00.000Z', returnable: [{ lineId: exampleIds.mugLine, quantity: 1 }] },
  return_state: { returnState: 'rejected' },
  withdrawal_not_possible: { refusal: 'too_late', withdrawableUntil: '2026-12-15T12:00:00.000Z' },
  over_cancel: { cancellable: [{ lineId: exampleIds.mugLine, quantity: 1 }] },
  over_refund: { refundable: eur(3050) },
  variant_taken: { sku: 'LIGH-TEA-TIN-SND' },
  options_in_use: { skus: ['LIGH-TEA-TIN-SND'] },
  too_many_streams: { limit: 5 },
  cart_limit: { limit: 999, sku: 'HARB-MUG-SND' },
}

/** The problem document of a code, as a client may get it. */
export const problemExample = (code: ErrorCode): JsonObject => ({
  type: problemType(code, 'https://shop.example'),
  title: errorKinds[code].title,
  status: errorKinds[code].status,
  code,
  instance: '/v1/…',
  traceId: exampleTrace,
  ...(extras[code] as JsonObject | undefined),
})
