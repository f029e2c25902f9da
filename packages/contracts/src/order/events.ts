// Facts that order announces. A request ("the order asked for stock") is a fact too and carries all it takes to answer it.
import { type Static, Type } from 'typebox'
import { Id, Locale, Money, Nullable, OneOf, Principal, Recipient, StoredCurrency, Time } from '../common.ts'
import { publisher } from '../event.ts'
import { Totals } from '../money.ts'
import { erasedAs } from '../personal.ts'
import {
  CancellationId,
  CountedLine,
  OrderId,
  PlacedLine,
  RefundedLine,
  ReservationId,
  ReturnId,
  StockLine,
  WithdrawalId,
} from './lines.ts'
import { PriceDetails } from './price-details.ts'
import { CancelReason } from './status.ts'

const order = publisher('order', 'order.events')
const ofOrder = { aggregate: 'order', key: 'orderId' } as const
const stockRequest = { orderId: OrderId, reservationId: ReservationId }
const mail = {
  orderId: OrderId,
  number: Type.String(),
  recipient: Recipient,
  locale: Locale,
  /** Whose order it is: mails are forgotten with that account, and lead to the order with a token of its owner. */
  principalId: Type.Optional(Type.String()),
}

/** What a refund pays for, as its mail shows it: no lines for a free amount. Older events have neither. */
export const RefundedGoods = Type.Object({
  lines: Type.Optional(Type.Array(RefundedLine)),
  taxes: PriceDetails.properties.taxes,
})

export type RefundedGoods = Static<typeof RefundedGoods>

/** A line of the hosted payment page: goods, shipping, or a tax that comes on top. */
const Charge = Type.Object({
  name: Type.String(),
  quantity: Type.Integer({ minimum: 1 }),
  /** After discounts. */
  unitAmount: Money,
  kind: Type.Optional(OneOf('goods', 'shipping', 'tax')),
  /** What promotions took off this line. */
  discounts: Type.Optional(Type.Array(Type.Object({ name: Type.String(), amount: Money }))),
})

/** The lines of the order, and how its total came about. */
const priced = { lines: Type.Array(PlacedLine), totals: Totals, ...PriceDetails.properties }

const goodsBack = {
  returnId: ReturnId,
  lines: Type.Array(CountedLine),
}

export const orderEvents = {
  placed: order(
    'order.placed',
    1,
    ofOrder,
    Type.Object({
      orderId: OrderId,
      number: Type.String(),
      principal: Principal,
      cartId: Id('crt'),
      cartVersion: Type.Integer(),
      currency: StoredCurrency,
      lines: Type.Array(PlacedLine),
      totals: Totals,
      placedAt: Time,
    }),
  ),
  stockRequested: order(
    'order.stock-requested',
    1,
    ofOrder,
    Type.Object({ ...stockRequest, lines: Type.Array(StockLine), holdUntil: Time }),
  ),
  stockCommitRequested: order(
    'order.stock-commit-requested',
    1,
    ofOrder,
    Type.Object({ ...stockRequest, lines: Type.Array(StockLine) }),
  ),
  stockReleaseRequested: order(
    'order.stock-release-requested',
    1,
    ofOrder,
    Type.Object({ ...stockRequest, reason: Type.String() }),
  ),
  /** Puts committed stock back, once per returnId. */
  stockReturnRequested: order(
    'order.stock-return-requested',
    1,
    ofOrder,
    Type.Object({
      ...stockRequest,
      returnId: Type.String({ maxLength: 64 }),
      lines: Type.Array(StockLine),
      reason: Type.String(),
    }),
  ),
  paymentRequested: order(
    'order.payment-requested',
    1,
    ofOrder,
    Type.Object({
      ...mail,
      attempt: Type.Integer({ minimum: 1 }),
      amount: Money,
      /** What the hosted page lists; the sum equals `amount`. */
      charges: Type.Array(Charge),
      successUrl: Type.String(erasedAs('')),
      cancelUrl: Type.String(erasedAs('')),
      /** No new session is opened later than this. */
      holdUntil: Time,
    }),
  ),
  paymentExpiryRequested: order(
    'order.payment-expiry-requested',
    1,
    ofOrder,
    Type.Object({
      orderId: OrderId,
      why: OneOf('deadline', 'customer', 'operator'),
    }),
  ),
  refundRequested: order(
    'order.refund-requested',
    1,
    ofOrder,
    Type.Object({ ...mail, refundId: Id('rfd'), amount: Money, reason: Type.String(erasedAs('')), ...RefundedGoods.properties }),
  ),
  confirmed: order('order.confirmed', 1, ofOrder, Type.Object({ ...mail, ...priced })),
  shipped: order(
    'order.shipped',
    1,
    ofOrder,
    Type.Object({
      ...mail,
      shipmentId: Type.String(),
      carrier: Type.String(),
      trackingNumber: Type.String(erasedAs('')),
      trackingUrl: Type.Optional(Type.String(erasedAs(''))),
      lines: Type.Array(Type.Object({ sku: Type.String(), name: Type.String(), quantity: Type.Integer() })),
      /** Of the whole order. */
      totals: Type.Optional(Totals),
      ...PriceDetails.properties,
    }),
  ),
  delivered: order('order.delivered', 1, ofOrder, Type.Object({ ...mail, at: Time })),
  cancelled: order(
    'order.cancelled',
    1,
    ofOrder,
    Type.Object({
      ...mail,
      principal: Principal,
      cartId: Id('crt'),
      currency: StoredCurrency,
      reason: CancelReason,
      /** Whether money had arrived; an unpaid order gives its lines back to the shopper's cart. */
      paid: Type.Boolean(),
      ...priced,
    }),
  ),
  /** Units were cancelled before they were shipped, and the order goes on. Their stock is asked back by `order.stock-return-requested`. */
  linesCancelled: order(
    'order.lines-cancelled',
    1,
    ofOrder,
    Type.Object({
      ...mail,
      cancellationId: CancellationId,
      lines: Type.Array(CountedLine),
      /** What is paid back for them; null when nothing is left to refund. */
      refund: Nullable(Money),
    }),
  ),
  returnRequested: order('order.return-requested', 1, ofOrder, Type.Object({ ...mail, ...goodsBack })),
  returnApproved: order('order.return-approved', 1, ofOrder, Type.Object({ ...mail, ...goodsBack })),
  returnRejected: order(
    'order.return-rejected',
    1,
    ofOrder,
    Type.Object({ ...mail, ...goodsBack, reason: Type.String(erasedAs('')) }),
  ),
  /** Goods have come back. Catalog puts `restock` into stock, once per return. */
  returnReceived: order(
    'order.return-received',
    1,
    ofOrder,
    Type.Object({ ...mail, ...goodsBack, reservationId: ReservationId, restock: Type.Array(StockLine) }),
  ),
  lookupRequested: order(
    'order.lookup-requested',
    1,
    ofOrder,
    Type.Object({ ...mail, sealedCode: Type.String(erasedAs('')), expiresAt: Time }),
  ),
  withdrawalRequested: order(
    'order.withdrawal-requested',
    1,
    ofOrder,
    Type.Object({ ...mail, sealedCode: Type.String(erasedAs('')), expiresAt: Time }),
  ),
  /** The customer has withdrawn from the contract. `receipt` is the text of the receipt mail; it holds no name and no address. */
  withdrawn: order(
    'order.withdrawn',
    1,
    ofOrder,
    Type.Object({ ...mail, withdrawalId: WithdrawalId, receipt: Type.String(), at: Time }),
  ),
  /** The order has ended and its account is closed: order has erased what identifies the customer, and its readers do too. */
  personalDataErased: order(
    'order.personal-data-erased',
    1,
    ofOrder,
    Type.Object({ orderId: OrderId, principalId: Type.String(), at: Time }),
  ),
}
