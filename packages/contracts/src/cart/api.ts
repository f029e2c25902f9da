// The HTTP surface of cart: what a shopper wants, priced now.
import { type Static, Type } from 'typebox'
import { Closed, Currency, Id, KeptCurrency, KeptPrice, Money, Nullable, OneOf, Sku } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'

const LineId = Id('lin')
/** `unitPrice` is null, and the line counts zero, while it cannot be bought in the cart's currency. */
const Line = Type.Object({
  id: LineId,
  sku: Sku,
  name: Type.String(),
  productId: Nullable(Type.String()),
  imageUrl: Nullable(Type.String()),
  quantity: Type.Integer(),
  unitPrice: Nullable(KeptPrice),
  lineTotal: Money,
})
/**
 * What stands between a line and a checkout. `price_changed` carries the price the shopper last saw and the new one and stays until she next
 * writes that line; `out_of_stock` carries what she asked for and what there is. In the answer of a merge, problems may also name lines of
 * the guest's cart that were lowered or left out; `cart_limit` (of a line, of the cart's lines or of its total) occurs only there.
 */
export const CartProblem = Type.Object({
  code: OneOf('price_changed', 'out_of_stock', 'unavailable', 'cart_limit'),
  lineId: LineId,
  sku: Sku,
  oldPrice: Type.Optional(KeptPrice),
  newPrice: Type.Optional(KeptPrice),
  requested: Type.Optional(Type.Integer()),
  available: Type.Optional(Type.Integer()),
})
export type CartProblem = Static<typeof CartProblem>
export const Cart = Type.Object({
  id: Id('crt'),
  version: Type.Integer(),
  currency: KeptCurrency,
  lines: Type.Array(Line),
  subtotal: Money,
  shipping: Money,
  tax: Money,
  taxIncluded: Type.Boolean(),
  discount: Money,
  total: Money,
  problems: Type.Array(CartProblem),
})
export type Cart = Static<typeof Cart>

const lineParams = Closed({ lineId: LineId })
/** The most of one SKU in a cart. */
export const lineLimit = 999
/** The most lines a shopper may add to a cart. */
export const cartLimit = 100
const Quantity = Type.Integer({ minimum: 1, maximum: lineLimit })

export const OpenCart = Type.Object({
  id: Id('crt'),
  version: Type.Integer(),
  currency: KeptCurrency,
  lines: Type.Array(Type.Object({ id: LineId, sku: Sku, quantity: Type.Integer() })),
})
export type OpenCart = Static<typeof OpenCart>

export const cartApi = {
  getCart: endpoint({
    operationId: 'getCart',
    method: 'GET',
    path: '/v1/cart',
    auth: 'shopper',
    rate: 'read',
    summary: 'Your open cart with current prices and its problems',
    response: { 200: Cart },
    errors: [],
  }),
  setCurrency: endpoint({
    operationId: 'setCartCurrency',
    method: 'PATCH',
    path: '/v1/cart',
    auth: 'shopper',
    rate: 'write',
    summary: 'Reprice the cart in another currency',
    body: Closed({ currency: Currency }),
    response: { 200: Cart },
    errors: ['cart_limit', 'upstream_unavailable'],
  }),
  clearCart: endpoint({
    operationId: 'clearCart',
    method: 'DELETE',
    path: '/v1/cart',
    auth: 'shopper',
    rate: 'write',
    summary: 'Empty the cart',
    response: { 200: Cart },
    errors: [],
  }),
  addLine: endpoint({
    operationId: 'addCartLine',
    method: 'POST',
    path: '/v1/cart/lines',
    auth: 'shopper',
    rate: 'write',
    summary: 'Add to the cart; one line per SKU, adding sums',
    body: Closed({ sku: Sku, quantity: Quantity, currency: Type.Optional(Currency) }),
    response: { 200: Cart },
    errors: ['sku_unknown', 'cart_limit', 'upstream_unavailable'],
  }),
  updateLine: endpoint({
    operationId: 'updateCartLine',
    method: 'PATCH',
    path: '/v1/cart/lines/:lineId',
    auth: 'shopper',
    rate: 'write',
    summary: 'Change a line’s quantity',
    params: lineParams,
    body: Closed({ quantity: Quantity }),
    response: { 200: Cart },
    errors: ['not_found', 'cart_limit'],
  }),
  removeLine: endpoint({
    operationId: 'removeCartLine',
    method: 'DELETE',
    path: '/v1/cart/lines/:lineId',
    auth: 'shopper',
    rate: 'write',
    summary: 'Remove a line',
    params: lineParams,
    response: { 200: Cart },
    errors: ['not_found'],
  }),
  mergeCart: endpoint({
    operationId: 'mergeCart',
    method: 'POST',
    path: '/v1/cart/merge',
    auth: 'customer',
    rate: 'write',
    summary: 'After signing in: take over the guest’s cart, once',
    body: Closed({ guestAccessToken: Type.String({ minLength: 1, maxLength: 4096 }) }),
    response: { 200: Cart },
    errors: ['unauthenticated', 'forbidden'],
  }),
  internalOpenCart: endpoint({
    operationId: 'internalOpenCart',
    method: 'GET',
    path: '/internal/carts/open',
    auth: 'internal',
    summary: 'The open cart of a principal',
    query: Closed({ principalId: Id('(usr|gst)') }),
    response: { 200: OpenCart },
    errors: ['not_found'],
  }),
} satisfies Record<string, Endpoint>
