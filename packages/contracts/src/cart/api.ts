// The HTTP surface of cart: what a shopper wants, priced now.
import { Type } from 'typebox'
import { Closed, Currency, Id, Sku } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { exampleToken } from '../examples.ts'
import { PromotionCode } from '../pricing/applied.ts'
import { destinationInput, ShippingOffer } from '../pricing/shipping.ts'
import { cartExamples } from './examples.ts'
import { lineLimit } from './limits.ts'
import { Cart, LineId, OpenCart } from './schemas.ts'

export { cartLimit, codeLimit, lineLimit } from './limits.ts'
export { Cart, CartCode, CartLine, CartProblem, OpenCart } from './schemas.ts'

const lineParams = Closed({ lineId: LineId })
const Quantity = Type.Integer({ minimum: 1, maximum: lineLimit })

export const cartApi = {
  getCart: endpoint({
    operationId: 'getCart',
    method: 'GET',
    path: '/v1/cart',
    auth: 'shopper',
    rate: 'read',
    summary: 'Get your cart',
    description:
      'Returns the open cart of the caller with current prices; an empty one when there is none. `problems` names what stands between a line and a checkout, such as a changed price.',
    success: 200,
    response: { 200: Cart },
    errors: [],
    examples: { response: cartExamples.cart },
  }),
  setCurrency: endpoint({
    operationId: 'setCartCurrency',
    method: 'PATCH',
    path: '/v1/cart',
    auth: 'shopper',
    rate: 'write',
    summary: 'Change the cart’s currency',
    description: 'Reprices every line in another currency. A line without a price in it stays and becomes a problem.',
    body: Closed({ currency: Currency }),
    success: 200,
    response: { 200: Cart },
    errors: ['cart_limit', 'upstream_unavailable'],
    examples: { body: { currency: 'USD' }, response: cartExamples.dollars },
  }),
  clearCart: endpoint({
    operationId: 'clearCart',
    method: 'DELETE',
    path: '/v1/cart',
    auth: 'shopper',
    rate: 'write',
    summary: 'Empty the cart',
    description: 'Removes every line and every promotion code, and returns the empty cart.',
    success: 200,
    response: { 200: Cart },
    errors: [],
    examples: { response: cartExamples.empty },
  }),
  addLine: endpoint({
    operationId: 'addCartLine',
    method: 'POST',
    path: '/v1/cart/lines',
    auth: 'shopper',
    rate: 'write',
    summary: 'Add to the cart',
    description:
      'Adds a quantity of a SKU; a SKU has one line, so adding it again sums the quantities. More than is in stock is accepted and becomes a problem. Another `currency` reprices the whole cart.',
    body: Closed({ sku: Sku, quantity: Quantity, currency: Type.Optional(Currency) }),
    success: 200,
    response: { 200: Cart },
    errors: ['sku_unknown', 'cart_limit', 'upstream_unavailable'],
    examples: { body: { sku: 'HARB-MUG-SND', quantity: 2 }, response: cartExamples.mugs },
  }),
  updateLine: endpoint({
    operationId: 'updateCartLine',
    method: 'PATCH',
    path: '/v1/cart/lines/:lineId',
    auth: 'shopper',
    rate: 'write',
    summary: 'Change a line’s quantity',
    description: 'Sets the quantity of a line, and accepts its current price.',
    params: lineParams,
    body: Closed({ quantity: Quantity }),
    success: 200,
    response: { 200: Cart },
    errors: ['not_found', 'cart_limit'],
    examples: { params: cartExamples.lineParams, body: { quantity: 3 }, response: cartExamples.threeMugs },
  }),
  removeLine: endpoint({
    operationId: 'removeCartLine',
    method: 'DELETE',
    path: '/v1/cart/lines/:lineId',
    auth: 'shopper',
    rate: 'write',
    summary: 'Remove a line',
    description: 'Removes a line and returns what is left.',
    params: lineParams,
    success: 200,
    response: { 200: Cart },
    errors: ['not_found'],
    examples: { params: cartExamples.lineParams, response: cartExamples.bag },
  }),
  enterCode: endpoint({
    operationId: 'enterCartCode',
    method: 'POST',
    path: '/v1/cart/codes',
    auth: 'shopper',
    rate: 'code',
    summary: 'Enter a promotion code',
    description:
      'Enters a promotion code, in any case and spacing; entering it again changes nothing. A code that takes nothing off this cart is refused with the reason. One that stops to apply later stays in the cart and becomes a problem.',
    body: Closed({ code: PromotionCode }),
    success: 200,
    response: { 200: Cart },
    errors: ['code_unknown', 'code_not_applicable', 'cart_limit', 'upstream_unavailable'],
    examples: { body: { code: 'autumn10' }, response: cartExamples.discounted },
  }),
  removeCode: endpoint({
    operationId: 'removeCartCode',
    method: 'DELETE',
    path: '/v1/cart/codes/:code',
    auth: 'shopper',
    rate: 'write',
    summary: 'Remove a promotion code',
    description: 'Removes a promotion code and returns the cart without it.',
    params: Closed({ code: PromotionCode }),
    success: 200,
    response: { 200: Cart },
    errors: ['not_found'],
    examples: { params: { code: 'AUTUMN10' }, response: cartExamples.cart },
  }),
  setShipping: endpoint({
    operationId: 'setCartShipping',
    method: 'PUT',
    path: '/v1/cart/shipping',
    auth: 'shopper',
    rate: 'write',
    summary: 'Choose destination and shipping',
    description:
      'Sets where the cart is shipped to and how; what is left out is forgotten. Only an option of `shippingOptions` can be chosen. One that is no longer offered later stays chosen and becomes a problem.',
    body: Closed({ ...destinationInput, shippingOptionId: Type.Optional(Id('opt')) }),
    success: 200,
    response: { 200: Cart },
    errors: [],
    examples: { body: { ...cartExamples.destination, shippingOptionId: 'opt_standard' }, response: cartExamples.shipped },
  }),
  listShippingOptions: endpoint({
    operationId: 'listShippingOptions',
    method: 'GET',
    path: '/v1/cart/shipping-options',
    auth: 'shopper',
    rate: 'read',
    summary: 'List shipping options',
    description:
      'Returns the ways to ship the cart to a destination, the cheapest one first, and changes nothing. The list is empty where the shop does not deliver, for a cart with nothing to ship, and in a shop that does not charge shipping.',
    query: Closed(destinationInput),
    success: 200,
    response: { 200: Type.Object({ items: Type.Array(ShippingOffer) }) },
    errors: [],
    examples: { query: cartExamples.destination, response: { items: cartExamples.shipped.shippingOptions } },
  }),
  mergeCart: endpoint({
    operationId: 'mergeCart',
    method: 'POST',
    path: '/v1/cart/merge',
    auth: 'customer',
    rate: 'write',
    summary: 'Merge a guest’s cart',
    description:
      'Moves the lines and promotion codes of a guest’s cart into the cart of the customer, to be called after signing in. It needs the access token of the guest, and a second call changes nothing.',
    body: Closed({ guestAccessToken: Type.String({ minLength: 1, maxLength: 4096 }) }),
    success: 200,
    response: { 200: Cart },
    errors: ['unauthenticated', 'forbidden'],
    examples: { body: { guestAccessToken: exampleToken }, response: cartExamples.cart },
  }),
  internalOpenCart: endpoint({
    operationId: 'internalOpenCart',
    method: 'GET',
    path: '/internal/carts/open',
    auth: 'internal',
    summary: 'Get an open cart',
    query: Closed({ principalId: Id('(usr|gst)') }),
    success: 200,
    response: { 200: OpenCart },
    errors: ['not_found'],
  }),
} satisfies Record<string, Endpoint>
