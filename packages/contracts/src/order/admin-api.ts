// What operators do with orders: find, ship, deliver, cancel and refund them.
import { Type } from 'typebox'
import { Closed, Email, Moment, OneOf, Page, PayableAmount, pageQuery, Sku, Text } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { eur, examplePage } from '../examples.ts'
import { orderExamples } from './examples.ts'
import { LineId, LineQuantity } from './lines.ts'
import { AdminOrder, idempotentOrderPost, OrderNumber, OrderSummary, orderParams } from './schemas.ts'
import { FulfilmentStatus, OrderStatus, PaymentStatus, RefundStatus } from './status.ts'

const adminQuery = Closed({
  ...pageQuery,
  q: Type.Optional({
    ...Text(120),
    description:
      'Number with or without CW-, part of the e-mail address or of the recipient’s name, beginning of a SKU or tracking number',
  }),
  status: Type.Optional(OrderStatus),
  paymentStatus: Type.Optional(PaymentStatus),
  fulfilmentStatus: Type.Optional(FulfilmentStatus),
  refundStatus: Type.Optional(RefundStatus),
  number: Type.Optional(OrderNumber),
  email: Type.Optional(Email),
  from: Type.Optional(Moment),
  to: Type.Optional(Moment),
  sort: Type.Optional(OneOf('createdAt', '-createdAt')),
})

export const adminOrderApi = {
  adminListOrders: endpoint({
    operationId: 'adminListOrders',
    method: 'GET',
    path: '/v1/admin/orders',
    auth: 'admin',
    rate: 'read',
    summary: 'List all orders',
    description: 'Returns the orders of all customers, newest first. Filters narrow the list and can be combined.',
    query: adminQuery,
    success: 200,
    response: { 200: Page(OrderSummary) },
    errors: [],
    examples: { query: { status: 'processing', limit: 20 }, response: examplePage(orderExamples.summary) },
  }),
  adminGetOrder: endpoint({
    operationId: 'adminGetOrder',
    method: 'GET',
    path: '/v1/admin/orders/:orderId',
    auth: 'admin',
    rate: 'read',
    summary: 'Get any order',
    description:
      'Returns an order as operators see it: with the customer, what was captured, what may still be refunded, and who made each change.',
    params: orderParams,
    success: 200,
    response: { 200: AdminOrder },
    errors: ['not_found'],
    examples: { params: orderExamples.params, response: orderExamples.adminOrder },
  }),
  shipOrder: endpoint({
    ...idempotentOrderPost,
    operationId: 'shipOrder',
    path: '/v1/admin/orders/:orderId/ship',
    auth: 'admin',
    summary: 'Ship an order',
    description:
      'Records a shipment of a paid order and mails the tracking number to the customer. Without `lines` it holds everything that is left; the order is `shipped` when nothing is left. An order whose payment is disputed is shipped only with the reason in `despiteDispute`.',
    body: Closed({
      carrier: Text(60),
      trackingNumber: Text(100),
      lines: Type.Optional(
        Type.Array(Closed({ sku: Sku, quantity: Type.Integer({ minimum: 1 }) }), { minItems: 1, maxItems: 100 }),
      ),
      despiteDispute: Type.Optional(Closed({ reason: Text(500) })),
    }),
    success: 200,
    response: { 200: AdminOrder },
    errors: ['not_found', 'order_state', 'order_disputed'],
    examples: {
      params: orderExamples.params,
      body: { carrier: 'DHL', trackingNumber: 'JD014600003RU' },
      response: orderExamples.shippedOrder,
    },
  }),
  deliverOrder: endpoint({
    ...idempotentOrderPost,
    operationId: 'deliverOrder',
    path: '/v1/admin/orders/:orderId/deliver',
    auth: 'admin',
    summary: 'Mark an order delivered',
    description: 'Records that all shipments of an order have arrived and mails the customer.',
    body: Type.Optional(Closed({})),
    success: 200,
    response: { 200: AdminOrder },
    errors: ['not_found', 'order_state'],
    examples: { params: orderExamples.params, body: {}, response: orderExamples.deliveredOrder },
  }),
  adminCancelOrder: endpoint({
    ...idempotentOrderPost,
    operationId: 'adminCancelOrder',
    path: '/v1/admin/orders/:orderId/cancel',
    auth: 'admin',
    summary: 'Cancel any order',
    description:
      'Cancels an order that is not shipped, in the name of the shop: a pending one first closes its payment page (202), a paid one is refunded in full, and its goods go back into stock unless `restock` is false. With `lines` only these units of a paid order are cancelled while they are not shipped: what was paid for them is refunded, without shipping, and the rest goes on. When nothing is left to ship, an order of which a part was shipped becomes `shipped`, and any other one is cancelled as a whole.',
    body: Closed({
      reason: Text(500),
      restock: Type.Optional(Type.Boolean()),
      lines: Type.Optional(Type.Array(Closed({ lineId: LineId, quantity: LineQuantity }), { minItems: 1, maxItems: 100 })),
    }),
    success: 200,
    response: { 200: AdminOrder, 202: AdminOrder },
    errors: ['not_found', 'order_state', 'order_disputed', 'over_cancel'],
    examples: {
      params: orderExamples.params,
      body: { reason: 'The last mugs broke while packing', restock: false },
      response: orderExamples.cancelledOrder,
    },
  }),
  refundOrder: endpoint({
    ...idempotentOrderPost,
    operationId: 'refundOrder',
    path: '/v1/admin/orders/:orderId/refunds',
    auth: 'admin',
    summary: 'Refund an order',
    description:
      'Sends money back to the card that paid: `amount`, or all that is left without it. The refund is `pending` until Stripe has answered.',
    body: Closed({ amount: Type.Optional(PayableAmount), reason: Text(500) }),
    success: 202,
    response: { 202: AdminOrder },
    errors: ['not_found', 'order_state', 'over_refund'],
    examples: {
      params: orderExamples.params,
      body: { amount: eur(1450), reason: 'One mug arrived broken' },
      response: orderExamples.refundedOrder,
    },
  }),
} satisfies Record<string, Endpoint>
