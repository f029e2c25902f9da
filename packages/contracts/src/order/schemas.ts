// What an order looks like from outside, and what its calls take.
import { type Static, type TSchema, Type } from 'typebox'
import {
  Address,
  Closed,
  Currency,
  Email,
  KeptAddress,
  KeptCurrency,
  KeptEmail,
  Locale,
  Money,
  Nullable,
  OneOf,
  Role,
  Text,
  Time,
} from '../common.ts'
import { Totals } from '../money.ts'
import { CancelReason, OrderId, PricedLine } from './lines.ts'

export const OrderStatus = OneOf('pending', 'processing', 'shipped', 'delivered', 'cancelled')
export type OrderStatus = Static<typeof OrderStatus>
export const PaymentStatus = OneOf('awaiting', 'paid', 'failed', 'expired', 'cancelled', 'review', 'disputed')
export type PaymentStatus = Static<typeof PaymentStatus>
export const FulfilmentStatus = OneOf('none', 'partial', 'shipped', 'delivered')
export type FulfilmentStatus = Static<typeof FulfilmentStatus>
export const RefundStatus = OneOf('none', 'pending', 'partial', 'full', 'failed')
export type RefundStatus = Static<typeof RefundStatus>

export const Order = Type.Object({
  id: OrderId,
  number: Type.String(),
  status: OrderStatus,
  paymentStatus: PaymentStatus,
  fulfilmentStatus: FulfilmentStatus,
  refundStatus: RefundStatus,
  cancelReason: Nullable(CancelReason),
  cancelRequestedAt: Nullable(Time),
  email: Nullable(KeptEmail),
  currency: KeptCurrency,
  lines: Type.Array(PricedLine),
  addresses: Type.Object({ shipping: Nullable(KeptAddress), billing: Nullable(KeptAddress) }),
  ...Totals.properties,
  lastDecline: Nullable(Type.Object({ at: Time, declineCode: Type.String() })),
  shipments: Type.Array(
    Type.Object({
      id: Type.String(),
      carrier: Type.String(),
      trackingNumber: Type.String(),
      lines: Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer() })),
      at: Time,
    }),
  ),
  refunds: Type.Array(
    Type.Object({
      id: Type.String(),
      amount: Money,
      reason: Type.String(),
      state: OneOf('pending', 'succeeded', 'failed'),
      origin: OneOf('order', 'dashboard'),
    }),
  ),
  history: Type.Array(
    Type.Object({
      at: Time,
      from: Nullable(OrderStatus),
      to: OrderStatus,
      reason: Nullable(Type.String()),
      actor: Type.String(),
    }),
  ),
  createdAt: Time,
})
export type Order = Static<typeof Order>

/** The order as operators see it: what was captured and may still be refunded, who acted, and the ids that lead into logs and other services. */
export const AdminOrder = Type.Object({
  ...Order.properties,
  principal: Type.Object({ id: Type.String(), role: Role }),
  cartId: Type.String(),
  reservationId: Type.String(),
  captured: Money,
  refundable: Money,
  cancelNote: Nullable(Type.String()),
  dispute: Nullable(
    Type.Object({
      id: Type.String(),
      amount: Money,
      reason: Type.String(),
      dueAt: Nullable(Time),
      outcome: Nullable(OneOf('won', 'lost')),
    }),
  ),
  history: Type.Array(
    Type.Object({ ...Order.properties.history.items.properties, actorId: Type.String(), correlationId: Type.String() }),
  ),
})
export type AdminOrder = Static<typeof AdminOrder>

export const OrderSummary = Type.Object({
  id: OrderId,
  number: Type.String(),
  status: OrderStatus,
  paymentStatus: PaymentStatus,
  fulfilmentStatus: FulfilmentStatus,
  refundStatus: RefundStatus,
  cancelReason: Nullable(CancelReason),
  email: Nullable(KeptEmail),
  total: Money,
  createdAt: Time,
})

export const PaymentView = Type.Object({
  state: OneOf('preparing', 'open', 'cancelling', 'paid', 'review', 'failed', 'expired', 'cancelled'),
  url: Nullable(Type.String()),
  expiresAt: Nullable(Time),
})
export type PaymentView = Static<typeof PaymentView>

/** The query of a long poll: both members or none. */
export const waitQuery = <S extends TSchema>(known: S) =>
  Closed({
    waitSec: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 20,
        description:
          'Seconds to wait for a change at most; 0 when left out. The answer comes the moment things are no longer `known`, and after this time as they then are: ask again',
      }),
    ),
    known: Type.Optional(known),
  })

/** Any total that a cart can show, so that one that cannot be paid is refused for what it is. */
const Expected = Closed({ amountMinor: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), currency: Currency })
export const PlaceOrder = Closed({
  cartVersion: Type.Integer({ minimum: 0 }),
  expectedTotal: Expected,
  email: Type.Optional(Email),
  shippingAddress: Address,
  billingAddress: Type.Optional(Address),
  successUrl: Type.Optional(Text(2000)),
  cancelUrl: Type.Optional(Text(2000)),
  locale: Type.Optional(Locale),
})
export type PlaceOrder = Static<typeof PlaceOrder>

/** An order's number as people write it: dashes, spaces and lower case do not matter. */
export const OrderNumber = Type.String({ pattern: '^[A-Za-z0-9 -]{8,24}$' })
/** A token that reads one order and nothing else: a guest's way back. There is no refresh token; ask for another code. */
export const OrderTokens = Type.Object({
  accessToken: Type.String(),
  tokenType: Type.Literal('Bearer'),
  expiresInSec: Type.Integer(),
  orderId: OrderId,
  number: Type.String(),
})

const SagaStep = Type.Object({
  at: Time,
  input: Type.String(),
  event: Nullable(Type.Object({ id: Type.String(), type: Nullable(Type.String()) })),
  from: Type.String(),
  to: Type.String(),
  effects: Type.Array(Type.String()),
  traceId: Type.String(),
})
/** Where a checkout stands and how it got there. `actions` lists what an operator may ask for now. */
export const Saga = Type.Object({
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
})
export type Saga = Static<typeof Saga>

export const orderParams = Closed({ orderId: OrderId })
/** A call that has its effect once per key, on one order. */
export const onceOnOrder = { method: 'POST', idempotent: true, rate: 'write', params: orderParams } as const
