// Facts that payment announces: whether money moved. They echo what the order gave, so that mails need no second source.
import { Type } from 'typebox'
import { Id, Locale, Money, Nullable, OneOf, Recipient, Time } from '../common.ts'
import { publisher } from '../event.ts'
import { RefundedGoods } from '../order/events.ts'
import { OrderId } from '../order/lines.ts'
import { RefundOrigin } from '../order/status.ts'
import { erasedAs } from '../personal.ts'

const payment = publisher('payment', 'payment.events')
const ofOrder = { aggregate: 'payment', key: 'orderId' } as const
const about = {
  orderId: OrderId,
  paymentId: Id('pay'),
  number: Type.String(),
  recipient: Recipient,
  locale: Locale,
  principalId: Type.Optional(Type.String()),
}

export const paymentEvents = {
  sessionOpened: payment(
    'payment.session-opened',
    1,
    ofOrder,
    Type.Object({
      orderId: OrderId,
      paymentId: Id('pay'),
      attempt: Type.Integer(),
      url: Type.String(erasedAs('')),
      expiresAt: Time,
    }),
  ),
  /** The session stays open: the shopper may try another card. Changes no state. */
  attemptDeclined: payment(
    'payment.attempt-declined',
    1,
    ofOrder,
    Type.Object({
      ...about,
      attempt: Type.Integer(),
      declineCode: Type.String(),
      amount: Money,
      payUrl: Nullable(Type.String(erasedAs(null))),
    }),
  ),
  succeeded: payment(
    'payment.succeeded',
    1,
    ofOrder,
    Type.Object({ orderId: OrderId, paymentId: Id('pay'), amount: Money, at: Time }),
  ),
  failed: payment('payment.failed', 1, ofOrder, Type.Object({ ...about, amount: Money, reason: Type.String(erasedAs('')) })),
  expired: payment(
    'payment.expired',
    1,
    ofOrder,
    Type.Object({ orderId: OrderId, paymentId: Nullable(Id('pay')), amount: Money, reason: Type.String() }),
  ),
  refundSucceeded: payment(
    'payment.refund-succeeded',
    1,
    ofOrder,
    Type.Object({
      ...about,
      refundId: Id('rfd'),
      amount: Money,
      refundedTotal: Money,
      captured: Money,
      origin: RefundOrigin,
      /** As `order.refund-requested` gave it. A refund that was made in Stripe's dashboard has none. */
      ...RefundedGoods.properties,
    }),
  ),
  refundFailed: payment(
    'payment.refund-failed',
    1,
    ofOrder,
    Type.Object({ ...about, refundId: Id('rfd'), amount: Money, reason: Type.String(), ...RefundedGoods.properties }),
  ),
  reviewRequired: payment('payment.review-required', 1, ofOrder, Type.Object({ ...about, expected: Money, got: Money })),
  disputeOpened: payment(
    'payment.dispute-opened',
    1,
    ofOrder,
    Type.Object({
      ...about,
      disputeId: Type.String(),
      amount: Money,
      reason: Type.String(),
      dueAt: Nullable(Time),
    }),
  ),
  disputeClosed: payment(
    'payment.dispute-closed',
    1,
    ofOrder,
    Type.Object({
      ...about,
      disputeId: Type.String(),
      amount: Money,
      outcome: OneOf('won', 'lost'),
    }),
  ),
}
