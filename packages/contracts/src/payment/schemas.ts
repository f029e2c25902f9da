// What operators see of payments, refunds, disputes and comparisons with Stripe.
import { type Static, Type } from 'typebox'
import { Id, Money, Nullable, named, OneOf, Time } from '../common.ts'
import { OrderId } from '../order/lines.ts'
import { RefundOrigin, RefundState } from '../order/status.ts'

/** `opening` → `open` → an end. `review`: paid, but not what the order costs; an operator decides. */
export const PaymentState = named('PaymentState', OneOf('opening', 'open', 'paid', 'review', 'expired', 'failed'))
export type PaymentState = Static<typeof PaymentState>

export const PaymentSummary = named(
  'PaymentSummary',
  Type.Object({
    paymentId: Type.String(),
    orderId: OrderId,
    number: Type.String(),
    state: PaymentState,
    amount: Money,
    captured: Money,
    attempt: Type.Integer(),
    sessionId: Nullable(Type.String()),
    paymentIntentId: Nullable(Type.String()),
    expiresAt: Nullable(Time),
    createdAt: Time,
  }),
)
export type PaymentSummary = Static<typeof PaymentSummary>

export const PaymentRefund = named(
  'PaymentRefund',
  Type.Object({
    id: Type.String(),
    amount: Money,
    state: RefundState,
    origin: RefundOrigin,
    reason: Type.String(),
    stripeRefundId: Nullable(Type.String()),
    createdAt: Time,
  }),
)
export type PaymentRefund = Static<typeof PaymentRefund>
export const Dispute = named(
  'Dispute',
  Type.Object({
    id: Type.String(),
    amount: Money,
    status: Type.String(),
    reason: Type.String(),
    dueAt: Nullable(Time),
    createdAt: Time,
  }),
)
export type Dispute = Static<typeof Dispute>
export const Payment = named(
  'Payment',
  Type.Object({
    ...PaymentSummary.properties,
    refunded: Money,
    refunds: Type.Array(PaymentRefund),
    disputes: Type.Array(Dispute),
  }),
)
export type Payment = Static<typeof Payment>

export const ReconciliationId = Id('rec')
export const ReconciliationSummary = named(
  'ReconciliationSummary',
  Type.Object({
    id: ReconciliationId,
    cause: OneOf('schedule', 'operator'),
    state: OneOf('running', 'done'),
    compared: Type.Integer({ description: 'Sessions, charges, refunds and disputes of Stripe that were compared' }),
    repaired: Type.Integer(),
    reported: Type.Integer({
      description: 'Differences that only a person can settle, such as a session that no order knows, and repairs that failed',
    }),
    startedAt: Time,
    finishedAt: Nullable(Time),
  }),
)
export type ReconciliationSummary = Static<typeof ReconciliationSummary>

/** What of Stripe and of the shop a difference is about. */
export const FindingKind = named(
  'FindingKind',
  OneOf(
    'session',
    'session_unknown',
    'charge',
    'charge_unknown',
    'decline',
    'refund',
    'refund_unknown',
    'dispute',
    'dispute_unknown',
    'event',
  ),
)
export type FindingKind = Static<typeof FindingKind>
export const FindingOutcome = named('FindingOutcome', OneOf('repaired', 'replayed', 'reported', 'failed'))
export type FindingOutcome = Static<typeof FindingOutcome>
export const Finding = named(
  'Finding',
  Type.Object({
    kind: FindingKind,
    outcome: FindingOutcome,
    orderId: Nullable(Type.String()),
    stripeId: Type.String(),
    ours: Type.String({ description: 'What the shop’s rows say' }),
    theirs: Type.String({ description: 'What Stripe says' }),
  }),
)
export type Finding = Static<typeof Finding>
export const Reconciliation = named(
  'Reconciliation',
  Type.Object({ ...ReconciliationSummary.properties, findings: Type.Array(Finding) }),
)
export type Reconciliation = Static<typeof Reconciliation>
