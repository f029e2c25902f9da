// The parts of an order that several events and answers carry.
import { Type } from 'typebox'
import { Id, Money, Sku } from '../common.ts'

export const OrderId = Id('ord')
export const ReservationId = Id('res')
export const StockLine = Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 10_000 }) })
export const PricedLine = Type.Object({
  sku: Sku,
  name: Type.String(),
  quantity: Type.Integer({ minimum: 1 }),
  unitPrice: Money,
  lineTotal: Money,
})
export const CancelReason = Type.Union([
  Type.Literal('out_of_stock'),
  Type.Literal('payment_failed'),
  Type.Literal('payment_expired'),
  Type.Literal('customer'),
  Type.Literal('operator'),
  Type.Literal('reservation_timeout'),
])
