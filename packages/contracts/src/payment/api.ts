// The HTTP surface of payment: Stripe's webhooks, and what operators see of a payment.
import { Type } from 'typebox'
import { Closed, Money, Nullable, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { OrderId } from '../order/lines.ts'

export const paymentApi = {
  stripeWebhook: endpoint({
    operationId: 'stripeWebhook', method: 'POST', path: '/v1/webhooks/stripe', auth: 'public', rate: 'webhook', rawBody: true, summary: 'Stripe’s events; the signature is checked before anything else',
    body: Type.Unknown(), response: { 200: Type.Object({ received: Type.Boolean() }) }, errors: ['signature_invalid'],
  }),
  adminGetPayment: endpoint({
    operationId: 'adminGetPayment', method: 'GET', path: '/v1/admin/payments/:orderId', auth: 'admin', rate: 'read', summary: 'The payment of an order with its refunds', params: Closed({ orderId: OrderId }),
    response: {
      200: Type.Object({
        orderId: OrderId, paymentId: Type.String(), state: Type.String(), amount: Money, captured: Money, refunded: Money, attempt: Type.Integer(), sessionId: Nullable(Type.String()),
        paymentIntentId: Nullable(Type.String()), expiresAt: Nullable(Time), refunds: Type.Array(Type.Object({ id: Type.String(), amount: Money, state: Type.String(), origin: Type.String(), stripeRefundId: Nullable(Type.String()) })),
      }),
    },
    errors: ['not_found'],
  }),
} satisfies Record<string, Endpoint>
