// The HTTP surface of payment: Stripe's webhooks, what operators see of a payment, and comparisons with Stripe.
import { Type } from 'typebox'
import { Closed, Page, pageQuery } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { examplePage } from '../examples.ts'
import { OrderId } from '../order/lines.ts'
import { paymentExamples } from './examples.ts'
import { Payment, PaymentState, PaymentSummary, Reconciliation, ReconciliationId, ReconciliationSummary } from './schemas.ts'

export * from './schemas.ts'

export const paymentApi = {
  stripeWebhook: endpoint({
    operationId: 'stripeWebhook',
    method: 'POST',
    path: '/v1/webhooks/stripe',
    auth: 'public',
    rate: 'webhook',
    rawBody: true,
    summary: 'Receive Stripe’s events',
    description:
      'Takes an event of Stripe. The `Stripe-Signature` header is checked against the raw body before anything else; an event that arrives twice has its effect once.',
    body: Type.Unknown(),
    success: 200,
    response: { 200: Type.Object({ received: Type.Boolean() }) },
    errors: ['signature_invalid'],
    examples: { body: paymentExamples.webhook, response: { received: true } },
  }),
  adminListPayments: endpoint({
    operationId: 'adminListPayments',
    method: 'GET',
    path: '/v1/admin/payments',
    auth: 'admin',
    rate: 'read',
    summary: 'List payments',
    description:
      'Returns payments, newest first. `state=review&open=true` is the queue of wrong amounts that wait for an operator.',
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
    success: 200,
    response: { 200: Page(PaymentSummary) },
    errors: [],
    examples: { query: { state: 'paid', limit: 20 }, response: examplePage(paymentExamples.summary) },
  }),
  adminGetPayment: endpoint({
    operationId: 'adminGetPayment',
    method: 'GET',
    path: '/v1/admin/payments/:orderId',
    auth: 'admin',
    rate: 'read',
    summary: 'Get an order’s payment',
    description: 'Returns the payment of an order with its refunds, its disputes and the ids that Stripe knows it by.',
    params: Closed({ orderId: OrderId }),
    success: 200,
    response: { 200: Payment },
    errors: ['not_found'],
    examples: { params: paymentExamples.params, response: paymentExamples.payment },
  }),
  adminListReconciliations: endpoint({
    operationId: 'adminListReconciliations',
    method: 'GET',
    path: '/v1/admin/reconciliations',
    auth: 'admin',
    rate: 'read',
    summary: 'List comparisons with Stripe',
    description: 'Returns the comparisons of the shop’s payments with Stripe, newest first, with what each one repaired.',
    query: Closed(pageQuery),
    success: 200,
    response: { 200: Page(ReconciliationSummary) },
    errors: [],
    examples: { query: { limit: 20 }, response: examplePage(paymentExamples.done) },
  }),
  adminRunReconciliation: endpoint({
    operationId: 'adminRunReconciliation',
    method: 'POST',
    path: '/v1/admin/reconciliations',
    auth: 'admin',
    rate: 'write',
    summary: 'Compare with Stripe',
    description:
      'Starts a comparison of the shop’s payments with Stripe and returns its id; read the report there when its `state` is `done`.',
    success: 202,
    response: { 202: ReconciliationSummary },
    errors: [],
    examples: { response: paymentExamples.running },
  }),
  adminGetReconciliation: endpoint({
    operationId: 'adminGetReconciliation',
    method: 'GET',
    path: '/v1/admin/reconciliations/:reconciliationId',
    auth: 'admin',
    rate: 'read',
    summary: 'Get a comparison with Stripe',
    description: 'Returns one comparison with every difference that it found and what became of it.',
    params: Closed({ reconciliationId: ReconciliationId }),
    success: 200,
    response: { 200: Reconciliation },
    errors: ['not_found'],
    examples: { params: paymentExamples.reconciliationParams, response: paymentExamples.reconciliation },
  }),
} satisfies Record<string, Endpoint>
