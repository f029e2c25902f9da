// The parts of an order that several events and answers carry.
import { type Static, Type } from 'typebox'
import { Id, Money, Nullable, named, Price, Sku } from '../common.ts'
import { AppliedDiscount, AppliedTax } from '../pricing/applied.ts'

export const OrderId = Id('ord')
export const ReservationId = Id('res')
export const ReturnId = Id('ret')
export const WithdrawalId = Id('wdr')
export const CancellationId = Id('cnl')
/** An order's line as calls about a part of the order name it. */
export const LineId = Type.String({ minLength: 1, maxLength: 64, description: '`id` of a line of the order' })
/** Units of a line that a call names. */
export const LineQuantity = Type.Integer({ minimum: 1, maximum: 10_000 })
/** Units of a line without their price. */
export const CountedLine = Type.Object({ sku: Sku, name: Type.String(), quantity: Type.Integer({ minimum: 1 }) })
/** Goods that a refund pays for, with what is paid back for them. */
export const RefundedLine = Type.Object({ ...CountedLine.properties, amount: Money })
export const StockLine = named('StockLine', Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 10_000 }) }))
/** How the line was shown when it was ordered. Lines of older orders do not have it. */
const shownAs = {
  variantId: Type.Optional(Type.String()),
  productSlug: Type.Optional(Type.String()),
  options: Type.Optional(Type.Record(Type.String(), Type.String())),
  imageUrl: Type.Optional(Nullable(Type.String())),
  compareAt: Type.Optional(Price),
}
const priced = {
  sku: Sku,
  name: Type.String(),
  quantity: Type.Integer({ minimum: 1 }),
  unitPrice: Money,
  lineTotal: Money,
  ...shownAs,
}
/** `lineTotal` is the price of its units before discounts. */
export const OrderLine = named(
  'OrderLine',
  Type.Object({
    id: Type.String({ description: 'Of the cart’s line; calls about a part of the order name it' }),
    ...priced,
    discounts: Type.Array(AppliedDiscount),
    taxes: Type.Array(AppliedTax),
    cancelledQuantity: Type.Integer({
      minimum: 0,
      description: 'Units that were cancelled before they were shipped, while the rest of the order went on',
    }),
  }),
)
export type OrderLine = Static<typeof OrderLine>
/** A line as events and rows carry it. Older ones have neither an id nor discounts nor taxes. */
export const PlacedLine = named(
  'PlacedLine',
  Type.Object({
    id: Type.Optional(OrderLine.properties.id),
    ...priced,
    discounts: Type.Optional(OrderLine.properties.discounts),
    taxes: Type.Optional(OrderLine.properties.taxes),
    cancelledQuantity: Type.Optional(OrderLine.properties.cancelledQuantity),
  }),
)
