// The HTTP surface of payment: Stripe's webhooks, what operators see of a payment, and comparisons with Stripe.
import { Type } from 'typebox'
import { Closed, Id, Money, Nullable, OneOf, Page, pageQuery, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { OrderId } from '../order/lines.ts'

/** `opening` → `open` → an end. `review`: paid, but not what the order costs; an operator decides. */
export const PaymentState = OneOf('opening', 'open', 'paid', 'review', 'expired', 'failed')

const PaymentSummary = Type.Object({
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
})

const RefundView = Type.Object({
  id: Type.String(),
  amount: Money,
  state: OneOf('pending', 'succeeded', 'failed'),
  origin: OneOf('order', 'dashboard'),
  reason: Type.String(),
  stripeRefundId: Nullable(Type.String()),
  createdAt: Time,
})

const DisputeView = Type.Object({
  id: Type.String(),
  amount: Money,
  status: Type.String(),
  reason: Type.String(),
  dueAt: Nullable(Time),
  createdAt: Time,
})

const ReconciliationId = Id('rec')
const ReconciliationSummary = Type.Object({
  id: ReconciliationId,
  cause: OneOf('schedule', 'operator'),
  state: OneOf('running', 'done'),
  /** Sessions, charges, refunds and disputes of Stripe that were compared. */
  compared: Type.Integer(),
  repaired: Type.Integer(),
  /** Differences that only a person can settle, such as a session that no order knows, and repairs that failed. */
  reported: Type.Integer(),
  startedAt: Time,
  finishedAt: Nullable(Time),
})
const Finding = Type.Object({
  kind: OneOf(
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
  outcome: OneOf('repaired', 'replayed', 'reported', 'failed'),
  orderId: Nullable(Type.String()),
  stripeId: Type.String(),
  ours: Type.String(),
  theirs: Type.String(),
})

export const paymentApi = {
  stripeWebhook: endpoint({
    operationId: 'stripeWebhook',
    method: 'POST',
    path: '/v1/webhooks/stripe',
    auth: 'public',
    rate: 'webhook',
    rawBody: true,
    summary: 'Stripe’s events; the signature is checked before anything else',
    body: Type.Unknown(),
    response: { 200: Type.Object({ received: Type.Boolean() }) },
    errors: ['signature_invalid'],
  }),
  adminListPayments: endpoint({
    operationId: 'adminListPayments',
    method: 'GET',
    path: '/v1/admin/payments',
    auth: 'admin',
    rate: 'read',
    summary: 'Payments, newest first; `state=review&open=true` is the queue of wrong amounts that wait for an operator',
    query: Closed({
      state: Type.Optional(PaymentState),
      open: Type.Optional(
        Type.Boolean({
          default: false,
          description: 'true leaves out what is settled: payments whose money has gone back completely',
        }),
      ),
      ...pageQuery,
    }),
    response: { 200: Page(PaymentSummary) },
    errors: [],
  }),
  adminGetPayment: endpoint({
    operationId: 'adminGetPayment',
    method: 'GET',
    path: '/v1/admin/payments/:orderId',
    auth: 'admin',
    rate: 'read',
    summary: 'The payment of an order with its refunds and disputes',
    params: Closed({ orderId: OrderId }),
    response: {
      200: Type.Object({
        ...PaymentSummary.properties,
        refunded: Money,
        refunds: Type.Array(RefundView),
        disputes: Type.Array(DisputeView),
      }),
    },
    errors: ['not_found'],
  }),
  adminListReconciliations: endpoint({
    operationId: 'adminListReconciliations',
    method: 'GET',
    path: '/v1/admin/reconciliations',
    auth: 'admin',
    rate: 'read',
    summary: 'Comparisons with Stripe, newest first',
    query: Closed(pageQuery),
    response: { 200: Page(ReconciliationSummary) },
    errors: [],
  }),
  adminRunReconciliation: endpoint({
    operationId: 'adminRunReconciliation',
    method: 'POST',
    path: '/v1/admin/reconciliations',
    auth: 'admin',
    rate: 'write',
    summary: 'Compare with Stripe now; read the report at its id',
    response: { 202: ReconciliationSummary },
    errors: [],
  }),
  adminGetReconciliation: endpoint({
    operationId: 'adminGetReconciliation',
    method: 'GET',
    path: '/v1/admin/reconciliations/:reconciliationId',
    auth: 'admin',
    rate: 'read',
    summary: 'One comparison with everything it found',
    params: Closed({ reconciliationId: ReconciliationId }),
    response: { 200: Type.Object({ ...ReconciliationSummary.properties, findings: Type.Array(Finding) }) },
    errors: ['not_found'],
  }),
} satisfies Record<string, Endpoint>
