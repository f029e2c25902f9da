// What an order looks like from outside, and what its calls take.
import { type Static, type TSchema, Type } from 'typebox'
import {
  Address,
  AddressInput,
  Closed,
  Currency,
  Email,
  Locale,
  Money,
  Nullable,
  named,
  OneOf,
  Principal,
  StoredCurrency,
  StoredEmail,
  Text,
  Time,
} from '../common.ts'
import { Totals } from '../money.ts'
import { AppliedTax } from '../pricing/applied.ts'
import { AppliedShipping } from '../pricing/shipping.ts'
import { OrderId, OrderLine } from './lines.ts'
import {
  CancelReason,
  FulfilmentStatus,
  OrderStatus,
  PaymentStatus,
  PaymentViewState,
  RefundOrigin,
  RefundState,
  RefundStatus,
  ReturnStatus,
} from './status.ts'

/** Lines that were handed to a carrier in one parcel. */
export const Shipment = named(
  'Shipment',
  Type.Object({
    id: Type.String(),
    carrier: Type.String(),
    trackingNumber: Type.String(),
    trackingUrl: Type.Optional(
      Type.String({ description: 'Page of the carrier that shows the parcel; absent for unknown carriers' }),
    ),
    lines: Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer() })),
    at: Time,
  }),
)
export type Shipment = Static<typeof Shipment>

export const Refund = named(
  'Refund',
  Type.Object({ id: Type.String(), amount: Money, reason: Type.String(), state: RefundState, origin: RefundOrigin }),
)
export type Refund = Static<typeof Refund>

/** A change of an order's status. */
const StatusChange = {
  at: Time,
  from: Nullable(OrderStatus),
  to: OrderStatus,
  reason: Nullable(Type.String()),
  actor: Type.String(),
}

export const Order = named(
  'Order',
  Type.Object({
    id: OrderId,
    number: Type.String({ description: 'Short number for people; it cannot be guessed' }),
    status: OrderStatus,
    paymentStatus: PaymentStatus,
    fulfilmentStatus: FulfilmentStatus,
    refundStatus: RefundStatus,
    returnStatus: ReturnStatus,
    cancelReason: Nullable(CancelReason),
    cancelRequestedAt: Nullable(Time),
    email: Nullable(StoredEmail),
    currency: StoredCurrency,
    lines: Type.Array(OrderLine),
    addresses: Type.Object({ shipping: Nullable(Address), billing: Nullable(Address) }),
    ...Totals.properties,
    taxIncluded: Type.Boolean({ description: 'Whether prices include `tax`; else it is added to them' }),
    taxes: Type.Array(AppliedTax),
    shippingOption: Nullable(AppliedShipping),
    lastDecline: Nullable(Type.Object({ at: Time, declineCode: Type.String() })),
    shipments: Type.Array(Shipment),
    refunds: Type.Array(Refund),
    history: Type.Array(Type.Object(StatusChange)),
    createdAt: Time,
  }),
)
export type Order = Static<typeof Order>

/** The order as operators see it: what was captured and may still be refunded, who acted, and the ids that lead into logs and other services. */
export const AdminOrder = named(
  'AdminOrder',
  Type.Object({
    ...Order.properties,
    principal: Principal,
    cartId: Type.String(),
    reservationId: Type.String(),
    captured: Money,
    refundable: Money,
    cancelNote: Nullable(Type.String()),
    shipments: Type.Array(
      Type.Object({
        ...Shipment.properties,
        despiteDispute: Nullable(Type.String({ description: 'Why it was shipped although the payment was disputed' })),
      }),
    ),
    dispute: Nullable(
      Type.Object({
        id: Type.String(),
        amount: Money,
        reason: Type.String(),
        dueAt: Nullable(Time),
        outcome: Nullable(OneOf('won', 'lost')),
      }),
    ),
    history: Type.Array(Type.Object({ ...StatusChange, actorId: Type.String(), correlationId: Type.String() })),
  }),
)
export type AdminOrder = Static<typeof AdminOrder>

export const OrderSummary = named(
  'OrderSummary',
  Type.Object({
    id: OrderId,
    number: Type.String(),
    status: OrderStatus,
    paymentStatus: PaymentStatus,
    fulfilmentStatus: FulfilmentStatus,
    refundStatus: RefundStatus,
    cancelReason: Nullable(CancelReason),
    email: Nullable(StoredEmail),
    total: Money,
    createdAt: Time,
  }),
)
export type OrderSummary = Static<typeof OrderSummary>

/** How paying an order stands. `url` is the hosted payment page, as long as the order can be paid there. */
export const PaymentView = named(
  'PaymentView',
  Type.Object({ state: PaymentViewState, url: Nullable(Type.String()), expiresAt: Nullable(Time) }),
)
export type PaymentView = Static<typeof PaymentView>

/** One event of an order's stream: `data` is what a read answers. */
export const OrderEvent = named(
  'OrderEvent',
  Type.Union([
    Type.Object({ event: Type.Literal('order'), id: Type.Integer(), data: Order }),
    Type.Object({ event: Type.Literal('payment'), id: Type.Integer(), data: PaymentView }),
  ]),
)
export type OrderEvent = Static<typeof OrderEvent>

/** The query of a long poll: both members or none. */
export const waitQuery = <S extends TSchema>(known: S) =>
  Closed({
    waitSec: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 20,
        description:
          'Seconds to wait for a change at most; 0 when left out. The answer comes as soon as things are no longer `known`, and after this time as they are then: ask again',
      }),
    ),
    known: Type.Optional(known),
  })

/** Any total that a cart can show, so that checkout can say why one cannot be paid. */
const ExpectedTotal = Closed({ amountMinor: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), currency: Currency })
/** Where the shopper lands after paying, or after leaving the payment page. */
const ReturnUrl = Type.String({
  ...Text(2000),
  description:
    'An address of one of the shop’s `returnOrigins`. `{ORDER_ID}` and `{ORDER_NUMBER}` in it are replaced; without one of them, `order=<id>` is appended to its query',
})
export const PlaceOrder = named(
  'PlaceOrder',
  Closed({
    cartVersion: Type.Integer({ minimum: 0 }),
    expectedTotal: ExpectedTotal,
    email: Type.Optional(Email),
    shippingAddress: AddressInput,
    billingAddress: Type.Optional(AddressInput),
    successUrl: Type.Optional(ReturnUrl),
    cancelUrl: Type.Optional(ReturnUrl),
    locale: Type.Optional(Locale),
  }),
)
export type PlaceOrder = Static<typeof PlaceOrder>

/** An order's number as people write it: dashes, spaces and lower case do not matter. */
export const OrderNumber = Type.String({ pattern: '^[A-Za-z0-9 -]{8,24}$' })
/** A token that reads one order and nothing else. There is no refresh token; the guest asks for another code. */
export const OrderTokens = named(
  'OrderTokens',
  Type.Object({
    accessToken: Type.String(),
    tokenType: Type.Literal('Bearer'),
    expiresInSec: Type.Integer(),
    orderId: OrderId,
    number: Type.String(),
  }),
)
export type OrderTokens = Static<typeof OrderTokens>

export const SagaStep = named(
  'SagaStep',
  Type.Object({
    at: Time,
    input: Type.String(),
    event: Nullable(Type.Object({ id: Type.String(), type: Nullable(Type.String()) })),
    from: Type.String(),
    to: Type.String(),
    effects: Type.Array(Type.String()),
    traceId: Type.String(),
  }),
)
export type SagaStep = Static<typeof SagaStep>
/** Where a checkout stands and how it got there. `actions` lists what an operator may ask for now. */
export const Saga = named(
  'Saga',
  Type.Object({
    orderId: OrderId,
    number: Type.String(),
    status: OrderStatus,
    state: Type.String(),
    waitsFor: Type.Array(Type.String()),
    tries: Type.Integer(),
    deadlineAt: Nullable(Time),
    traceId: Type.String(),
    correlationId: Type.String(),
    startedAt: Time,
    updatedAt: Time,
    actions: Type.Array(OneOf('retry', 'compensate')),
    steps: Type.Array(SagaStep),
    events: Type.Array(Type.Object({ at: Time, direction: OneOf('sent', 'received'), type: Type.String(), id: Type.String() })),
  }),
)
export type Saga = Static<typeof Saga>

export const orderParams = Closed({ orderId: OrderId })
/** A call that has its effect once per key, on one order. */
export const idempotentOrderPost = { method: 'POST', idempotent: true, rate: 'write', params: orderParams } as const
