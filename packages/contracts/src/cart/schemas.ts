// What a cart looks like from outside.
import { type Static, Type } from 'typebox'
import { Id, Money, Nullable, named, OneOf, Price, Sku, StoredCurrency } from '../common.ts'
import { AppliedDiscount, AppliedTax, PromotionId } from '../pricing/applied.ts'
import { ProblemReason } from '../pricing/problems.ts'
import { AppliedShipping, Destination, ShippingOffer } from '../pricing/shipping.ts'

export const LineId = Id('lin')
/** `lineTotal` is the price of its units before discounts. `unitPrice` is null, and the line counts zero, while it cannot be bought in the cart's currency. */
export const CartLine = named(
  'CartLine',
  Type.Object({
    id: LineId,
    sku: Sku,
    name: Type.String(),
    productId: Nullable(Type.String()),
    variantId: Nullable(Type.String()),
    productSlug: Nullable(Type.String()),
    options: Type.Record(Type.String(), Type.String()),
    imageUrl: Nullable(Type.String()),
    quantity: Type.Integer(),
    unitPrice: Nullable(Price),
    compareAt: Type.Optional(Price),
    lineTotal: Money,
    discounts: Type.Array(AppliedDiscount),
    taxes: Type.Array(AppliedTax),
  }),
)
export type CartLine = Static<typeof CartLine>

/**
 * What stands between a cart and a checkout. Problems of a line carry its `lineId` and `sku`: `price_changed` carries the price the shopper
 * last saw and the new one and stays until the shopper next writes that line; `out_of_stock` carries what was asked for and what there is.
 * In the answer of a merge, problems may also name lines of the guest's cart that were lowered or left out; `cart_limit` (of a line, of the
 * cart's lines or of its total) occurs only there. `shipping_required` and `code_not_applicable` carry a `reason`, the latter also the
 * `promotionCode` that takes nothing off now; such a code stays in the cart until it is removed, and does not prevent a checkout. While the
 * cart has the problem `tax_unavailable`, its taxes are not known, its total is not final, and a checkout is refused with the same code.
 */
export const CartProblem = named(
  'CartProblem',
  Type.Object({
    code: OneOf(
      'price_changed',
      'out_of_stock',
      'unavailable',
      'cart_limit',
      'shipping_required',
      'code_not_applicable',
      'tax_unavailable',
    ),
    lineId: Type.Optional(LineId),
    sku: Type.Optional(Sku),
    oldPrice: Type.Optional(Price),
    newPrice: Type.Optional(Price),
    requested: Type.Optional(Type.Integer()),
    available: Type.Optional(Type.Integer()),
    promotionCode: Type.Optional(Type.String()),
    reason: Type.Optional(ProblemReason),
  }),
)
export type CartProblem = Static<typeof CartProblem>

/** A promotion code that the shopper entered, whether or not it takes something off now. */
export const CartCode = named(
  'CartCode',
  Type.Object({ code: Type.String({ description: 'In its normal form' }), promotionId: PromotionId }),
)
export type CartCode = Static<typeof CartCode>

export const Cart = named(
  'Cart',
  Type.Object({
    id: Id('crt'),
    version: Type.Integer({ description: 'Counts the shopper’s own writes; checkout asks for it' }),
    currency: StoredCurrency,
    lines: Type.Array(CartLine),
    subtotal: Money,
    shipping: Money,
    tax: Money,
    taxIncluded: Type.Boolean({ description: 'Whether prices include `tax`; else it is added to them' }),
    taxKnown: Type.Boolean({
      description:
        'False without a destination, and while `problems` holds `tax_unavailable`: `tax` is 0 then, and neither it nor `total` is final',
    }),
    taxes: Type.Array(AppliedTax),
    discount: Money,
    total: Money,
    discounts: Type.Array(AppliedDiscount),
    codes: Type.Array(CartCode),
    destination: Nullable(Destination),
    shippingOptionId: Nullable(Type.String({ description: 'What the shopper chose, whether or not it is offered now' })),
    shippingOption: Nullable(AppliedShipping),
    shippingOptions: Type.Array(ShippingOffer),
    problems: Type.Array(CartProblem),
  }),
)
export type Cart = Static<typeof Cart>

/** The open cart as order reads it at a checkout. */
export const OpenCart = Type.Object({
  id: Id('crt'),
  version: Type.Integer(),
  currency: StoredCurrency,
  lines: Type.Array(Type.Object({ id: LineId, sku: Sku, quantity: Type.Integer() })),
  /** The codes that the shopper entered, also those that take nothing off now. */
  codes: Type.Array(CartCode),
  destination: Nullable(Destination),
  shippingOptionId: Nullable(Type.String()),
})
export type OpenCart = Static<typeof OpenCart>
