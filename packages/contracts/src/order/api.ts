// The HTTP surface of order: checkout, what became of it, and what operators do.
import { type Static, Type } from 'typebox'
import { Address, Closed, Currency, Email, Id, Locale, Money, Nullable, OneOf, Page, Price, pageQuery, Role, Text, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { Totals } from '../money.ts'
import { CancelReason, OrderId, PricedLine } from './lines.ts'
import { returnPageApi } from './return-page.ts'

export const OrderStatus = OneOf('pending', 'processing', 'shipped', 'delivered', 'cancelled')
export type OrderStatus = Static<typeof OrderStatus>
export const PaymentStatus = OneOf('awaiting', 'paid', 'failed', 'expired', 'cancelled', 'review', 'disputed')
export type PaymentStatus = Static<typeof PaymentStatus>
export const FulfilmentStatus = OneOf('none', 'partial', 'shipped', 'delivered')
export type FulfilmentStatus = Static<typeof FulfilmentStatus>
export const RefundStatus = OneOf('none', 'pending', 'partial', 'full', 'failed')
export type RefundStatus = Static<typeof RefundStatus>

export const Order = Type.Object({
  id: OrderId, number: Type.String(), status: OrderStatus, paymentStatus: PaymentStatus, fulfilmentStatus: FulfilmentStatus, refundStatus: RefundStatus,
  cancelReason: Nullable(CancelReason), cancelRequestedAt: Nullable(Time), email: Nullable(Email), currency: Currency,
  lines: Type.Array(PricedLine), addresses: Type.Object({ shipping: Nullable(Address), billing: Nullable(Address) }), ...Totals.properties,
  lastDecline: Nullable(Type.Object({ at: Time, declineCode: Type.String() })),
  shipments: Type.Array(Type.Object({ id: Type.String(), carrier: Type.String(), trackingNumber: Type.String(), lines: Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer() })), at: Time })),
  refunds: Type.Array(Type.Object({ id: Type.String(), amount: Money, reason: Type.String(), state: OneOf('pending', 'succeeded', 'failed'), origin: OneOf('order', 'dashboard') })),
  history: Type.Array(Type.Object({ at: Time, from: Nullable(OrderStatus), to: OrderStatus, reason: Nullable(Type.String()), actor: Type.String() })),
  createdAt: Time,
})
export type Order = Static<typeof Order>

/** The order as operators see it: what was captured and may still be refunded, who acted, and the ids that lead into logs and other services. */
export const AdminOrder = Type.Object({
  ...Order.properties,
  principal: Type.Object({ id: Type.String(), role: Role }), cartId: Type.String(), reservationId: Type.String(), captured: Money, refundable: Money, cancelNote: Nullable(Type.String()),
  dispute: Nullable(Type.Object({ id: Type.String(), amount: Money, reason: Type.String(), dueAt: Nullable(Time), outcome: Nullable(OneOf('won', 'lost')) })),
  history: Type.Array(Type.Object({ ...Order.properties.history.items.properties, actorId: Type.String(), correlationId: Type.String() })),
})
export type AdminOrder = Static<typeof AdminOrder>

export const OrderSummary = Type.Object({
  id: OrderId, number: Type.String(), status: OrderStatus, paymentStatus: PaymentStatus, fulfilmentStatus: FulfilmentStatus, refundStatus: RefundStatus,
  cancelReason: Nullable(CancelReason), email: Nullable(Email), total: Money, createdAt: Time,
})

export const PaymentView = Type.Object({
  state: OneOf('preparing', 'open', 'cancelling', 'paid', 'review', 'failed', 'expired', 'cancelled'), url: Nullable(Type.String()), expiresAt: Nullable(Time),
})
export type PaymentView = Static<typeof PaymentView>

export const PlaceOrder = Closed({
  cartVersion: Type.Integer({ minimum: 0 }), expectedTotal: Price, email: Type.Optional(Email), shippingAddress: Address, billingAddress: Type.Optional(Address),
  successUrl: Type.Optional(Text(2000)), cancelUrl: Type.Optional(Text(2000)), locale: Type.Optional(Locale),
})
export type PlaceOrder = Static<typeof PlaceOrder>

/** An order's number as people write it: dashes, spaces and lower case do not matter. */
const OrderNumber = Type.String({ pattern: '^[A-Za-z0-9 -]{8,24}$' })
/** A token that reads one order and nothing else: a guest's way back. There is no refresh token; ask for another code. */
export const OrderTokens = Type.Object({ accessToken: Type.String(), tokenType: Type.Literal('Bearer'), expiresInSec: Type.Integer(), orderId: OrderId, number: Type.String() })

const SagaStep = Type.Object({
  at: Time, input: Type.String(), event: Nullable(Type.Object({ id: Type.String(), type: Nullable(Type.String()) })), from: Type.String(), to: Type.String(), effects: Type.Array(Type.String()), traceId: Type.String(),
})
/** Where a checkout stands and how it got there. `actions` lists what an operator may ask for now. */
export const Saga = Type.Object({
  orderId: OrderId, number: Type.String(), status: OrderStatus, state: Type.String(), waitsFor: Type.Array(Type.String()), tries: Type.Integer(), deadlineAt: Nullable(Time), traceId: Type.String(),
  correlationId: Type.String(), startedAt: Time, updatedAt: Time, actions: Type.Array(OneOf('retry', 'compensate')), steps: Type.Array(SagaStep),
  events: Type.Array(Type.Object({ at: Time, direction: OneOf('sent', 'received'), type: Type.String(), id: Type.String() })),
})
export type Saga = Static<typeof Saga>

const orderParams = Closed({ orderId: OrderId })
const K = { method: 'POST', idempotent: true, rate: 'write', params: orderParams } as const
const adminQuery = Closed({
  ...pageQuery, status: Type.Optional(OrderStatus), paymentStatus: Type.Optional(PaymentStatus), fulfilmentStatus: Type.Optional(FulfilmentStatus), refundStatus: Type.Optional(RefundStatus),
  number: Type.Optional(OrderNumber), email: Type.Optional(Email), from: Type.Optional(Time), to: Type.Optional(Time), sort: Type.Optional(OneOf('createdAt', '-createdAt')),
})

export const orderApi = {
  ...returnPageApi,
  placeOrder: endpoint({
    operationId: 'checkout', method: 'POST', path: '/v1/checkout', auth: 'shopper', idempotent: true, rate: 'checkout', summary: 'Place an order from your cart',
    body: PlaceOrder, response: { 201: Order }, errors: ['cart_empty', 'cart_changed', 'price_changed', 'out_of_stock', 'unavailable', 'return_url_not_allowed', 'upstream_unavailable'],
  }),
  getPayment: endpoint({
    operationId: 'getOrderPayment', method: 'GET', path: '/v1/orders/:orderId/payment', auth: 'shopper', orderToken: true, rate: 'read', timeoutMs: 30_000, summary: 'How the payment stands; waits until it is no longer `known`',
    params: orderParams, query: Closed({ waitSec: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })), known: Type.Optional(PaymentView.properties.state) }), response: { 200: PaymentView }, errors: ['not_found'],
  }),
  listOrders: endpoint({ operationId: 'listOrders', method: 'GET', path: '/v1/orders', auth: 'shopper', rate: 'read', summary: 'Your orders, newest first', query: Closed(pageQuery), response: { 200: Page(OrderSummary) }, errors: [] }),
  getOrder: endpoint({ operationId: 'getOrder', method: 'GET', path: '/v1/orders/:orderId', auth: 'shopper', orderToken: true, rate: 'read', summary: 'One of your orders', params: orderParams, response: { 200: Order }, errors: ['not_found'] }),
  cancelOrder: endpoint({
    ...K, operationId: 'cancelOrder', path: '/v1/orders/:orderId/cancel', auth: 'shopper', summary: 'Cancel; a pending order first asks its payment page to close',
    body: Type.Optional(Closed({ reason: Type.Optional(Text(500)) })), response: { 200: Order, 202: Order }, errors: ['not_found', 'order_state'],
  }),
  lookupOrder: endpoint({
    operationId: 'lookupOrder', method: 'POST', path: '/v1/orders/lookup', auth: 'public', rate: 'auth', summary: 'A guest’s way back: mails a code. The answer is the same whether there is such an order or not',
    body: Closed({ number: OrderNumber, email: Email }), response: { 202: Type.Object({ status: Type.Literal('accepted') }) }, errors: ['rate_limited'],
  }),
  verifyLookup: endpoint({
    operationId: 'verifyOrderLookup', method: 'POST', path: '/v1/orders/lookup/verify', auth: 'public', rate: 'auth', summary: 'Exchange the mailed code for a token that reads this one order',
    body: Closed({ number: OrderNumber, email: Email, code: Type.String({ pattern: '^[0-9]{6}$' }) }), response: { 200: OrderTokens }, errors: ['otp_invalid', 'rate_limited'],
  }),
  adminListOrders: endpoint({ operationId: 'adminListOrders', method: 'GET', path: '/v1/admin/orders', auth: 'admin', rate: 'read', summary: 'All orders, filtered', query: adminQuery, response: { 200: Page(OrderSummary) }, errors: [] }),
  adminGetOrder: endpoint({ operationId: 'adminGetOrder', method: 'GET', path: '/v1/admin/orders/:orderId', auth: 'admin', rate: 'read', summary: 'One order', params: orderParams, response: { 200: AdminOrder }, errors: ['not_found'] }),
  shipOrder: endpoint({
    ...K, operationId: 'shipOrder', path: '/v1/admin/orders/:orderId/ship', auth: 'admin', summary: 'Ship all of it, or some lines',
    body: Closed({ carrier: Text(60), trackingNumber: Text(100), lines: Type.Optional(Type.Array(Closed({ sku: Text(64), quantity: Type.Integer({ minimum: 1 }) }), { minItems: 1, maxItems: 100 })) }),
    response: { 200: AdminOrder }, errors: ['not_found', 'order_state'],
  }),
  deliverOrder: endpoint({ ...K, operationId: 'deliverOrder', path: '/v1/admin/orders/:orderId/deliver', auth: 'admin', summary: 'Mark as delivered', body: Type.Optional(Closed({})), response: { 200: AdminOrder }, errors: ['not_found', 'order_state'] }),
  adminCancelOrder: endpoint({
    ...K, operationId: 'adminCancelOrder', path: '/v1/admin/orders/:orderId/cancel', auth: 'admin', summary: 'Cancel for the shop; restock puts sold goods back on the shelf',
    body: Closed({ reason: Text(500), restock: Type.Optional(Type.Boolean()) }), response: { 200: AdminOrder, 202: AdminOrder }, errors: ['not_found', 'order_state'],
  }),
  refundOrder: endpoint({
    ...K, operationId: 'refundOrder', path: '/v1/admin/orders/:orderId/refunds', auth: 'admin', summary: 'Refund all that is left, or a part',
    body: Closed({ amount: Type.Optional(Price), reason: Text(500) }), response: { 202: AdminOrder }, errors: ['not_found', 'order_state', 'over_refund'],
  }),
  getSaga: endpoint({
    operationId: 'adminGetSaga', method: 'GET', path: '/v1/admin/sagas/:orderId', auth: 'admin', rate: 'read', summary: 'Where the checkout of an order stands, and how it got there', params: orderParams,
    response: { 200: Saga }, errors: ['not_found'],
  }),
  retrySaga: endpoint({
    operationId: 'adminRetrySaga', method: 'POST', path: '/v1/admin/sagas/:orderId/retry', auth: 'admin', rate: 'write', summary: 'Ask again for what the checkout waits for; asking twice has the effect of asking once', params: orderParams,
    body: Type.Optional(Closed({ reason: Type.Optional(Text(500)) })), response: { 200: Saga }, errors: ['not_found', 'order_state'],
  }),
  compensateSaga: endpoint({
    operationId: 'adminCompensateSaga', method: 'POST', path: '/v1/admin/sagas/:orderId/compensate', auth: 'admin', rate: 'write', summary: 'Undo a checkout now, without waiting for an answer; money that arrives later is refunded', params: orderParams,
    body: Closed({ reason: Text(500) }), response: { 200: Saga }, errors: ['not_found', 'order_state'],
  }),
} satisfies Record<string, Endpoint>

export const RefundId = Id('rfd')
