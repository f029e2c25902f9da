// The states of an order and of its payment, and why an order was cancelled.
import type { Static } from 'typebox'
import { named, OneOf } from '../common.ts'

export const OrderStatus = named('OrderStatus', OneOf('pending', 'processing', 'shipped', 'delivered', 'cancelled'))
export type OrderStatus = Static<typeof OrderStatus>
/** `not_required` is the payment of an order whose total is nothing. */
export const PaymentStatus = named(
  'PaymentStatus',
  OneOf('awaiting', 'not_required', 'paid', 'failed', 'expired', 'cancelled', 'review', 'disputed'),
)
export type PaymentStatus = Static<typeof PaymentStatus>
export const FulfilmentStatus = named('FulfilmentStatus', OneOf('none', 'partial', 'shipped', 'delivered'))
export type FulfilmentStatus = Static<typeof FulfilmentStatus>
export const RefundStatus = named('RefundStatus', OneOf('none', 'pending', 'partial', 'full', 'failed'))
export type RefundStatus = Static<typeof RefundStatus>
export const CancelReason = named(
  'CancelReason',
  OneOf('out_of_stock', 'payment_failed', 'payment_expired', 'customer', 'operator', 'reservation_timeout'),
)
export type CancelReason = Static<typeof CancelReason>

/** How paying stands, as a shopper sees it. */
export const PaymentViewState = named(
  'PaymentViewState',
  OneOf('preparing', 'open', 'cancelling', 'not_required', 'paid', 'review', 'failed', 'expired', 'cancelled'),
)
export type PaymentViewState = Static<typeof PaymentViewState>

/** Whether a refund has gone back. */
export const RefundState = named('RefundState', OneOf('pending', 'succeeded', 'failed'))
export type RefundState = Static<typeof RefundState>
/** Who asked for a refund: the shop, or an operator in Stripe's dashboard. */
export const RefundOrigin = named('RefundOrigin', OneOf('order', 'dashboard'))
export type RefundOrigin = Static<typeof RefundOrigin>

export const ReturnState = named('ReturnState', OneOf('requested', 'approved', 'rejected', 'received', 'refunded'))
export type ReturnState = Static<typeof ReturnState>

/** How much of an order has come back: `partial` and `full` count what was received. */
export const ReturnStatus = named('ReturnStatus', OneOf('none', 'requested', 'partial', 'full'))
export type ReturnStatus = Static<typeof ReturnStatus>

/** Whether an operator has dealt with a withdrawal. */
export const WithdrawalState = named('WithdrawalState', OneOf('open', 'handled'))
export type WithdrawalState = Static<typeof WithdrawalState>

export const ReturnReason = named(
  'ReturnReason',
  OneOf('damaged', 'wrong_item', 'not_as_described', 'does_not_fit', 'no_longer_wanted', 'other'),
)
export type ReturnReason = Static<typeof ReturnReason>
