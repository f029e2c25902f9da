// Returns: goods that a customer sends back, from the request to the refund.
import { type Static, Type } from 'typebox'
import { Closed, Nullable, named, Page, PayableAmount, pageQuery, Sku, Text, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { eur, exampleIds, examplePage, exampleTime } from '../examples.ts'
import { LineId, LineQuantity, OrderId, ReturnId } from './lines.ts'
import { idempotentOrderPost, orderParams } from './schemas.ts'
import { ReturnReason, ReturnState } from './status.ts'

/** `received` and `restocked` are null until the parcel was opened. */
export const ReturnLine = named(
  'ReturnLine',
  Type.Object({
    lineId: Type.String(),
    sku: Sku,
    name: Type.String(),
    quantity: Type.Integer(),
    reason: ReturnReason,
    received: Nullable(Type.Integer()),
    restocked: Nullable(Type.Integer()),
  }),
)
export type ReturnLine = Static<typeof ReturnLine>

export const Return = named(
  'Return',
  Type.Object({
    id: ReturnId,
    orderId: OrderId,
    orderNumber: Type.String(),
    state: ReturnState,
    lines: Type.Array(ReturnLine),
    note: Nullable(Type.String()),
    rejectReason: Nullable(Type.String()),
    refundId: Nullable(Type.String()),
    createdAt: Time,
    updatedAt: Time,
  }),
)
export type Return = Static<typeof Return>

const requested: Return = {
  id: 'ret_01m8mk6n1q4f1s1t3b0b1h3c9k',
  orderId: exampleIds.order,
  orderNumber: 'CW-NYM6-9NXY',
  state: 'requested',
  lines: [
    {
      lineId: exampleIds.mugLine,
      sku: 'HARB-MUG-SND',
      name: 'Harbour Mug — sand',
      quantity: 1,
      reason: 'damaged',
      received: null,
      restocked: null,
    },
  ],
  note: 'The handle is broken',
  rejectReason: null,
  refundId: null,
  createdAt: exampleTime(10, 50),
  updatedAt: exampleTime(10, 50),
}
const received: Return = {
  ...requested,
  state: 'received',
  lines: requested.lines.map((line) => ({ ...line, received: 1, restocked: 0 })),
}

const returnParams = Closed({ returnId: ReturnId })
const idempotentReturnPost = { method: 'POST', idempotent: true, rate: 'write', auth: 'admin', params: returnParams } as const
const exampleParams = { returnId: requested.id }
const answer = { success: 200, response: { 200: Return } } as const

export const returnsApi = {
  requestReturn: endpoint({
    ...idempotentOrderPost,
    operationId: 'requestReturn',
    path: '/v1/orders/:orderId/returns',
    auth: 'shopper',
    summary: 'Request a return',
    description:
      'Asks the shop to take shipped goods back, whole lines or a part of them, with a reason for each. The shop approves or rejects the request; send nothing before that.',
    body: Closed({
      lines: Type.Array(Closed({ lineId: LineId, quantity: LineQuantity, reason: ReturnReason }), { minItems: 1, maxItems: 100 }),
      note: Type.Optional(Text(500)),
    }),
    success: 201,
    response: { 201: Return },
    errors: ['not_found', 'return_not_possible'],
    examples: {
      params: { orderId: exampleIds.order },
      body: { lines: [{ lineId: exampleIds.mugLine, quantity: 1, reason: 'damaged' }], note: 'The handle is broken' },
      response: requested,
    },
  }),
  listReturns: endpoint({
    operationId: 'listOrderReturns',
    method: 'GET',
    path: '/v1/orders/:orderId/returns',
    auth: 'shopper',
    orderToken: true,
    rate: 'read',
    summary: 'List an order’s returns',
    description: 'Returns the returns of an order, oldest first, with what was received of each line.',
    params: orderParams,
    success: 200,
    response: { 200: Type.Object({ items: Type.Array(Return) }) },
    errors: ['not_found'],
    examples: { params: { orderId: exampleIds.order }, response: { items: [requested] } },
  }),
  adminListReturns: endpoint({
    operationId: 'adminListReturns',
    method: 'GET',
    path: '/v1/admin/returns',
    auth: 'admin',
    rate: 'read',
    summary: 'List all returns',
    description: 'Returns the returns of all orders, newest first; `state=requested` lists those that wait for a decision.',
    query: Closed({ ...pageQuery, state: Type.Optional(ReturnState), orderId: Type.Optional(OrderId) }),
    success: 200,
    response: { 200: Page(Return) },
    errors: [],
    examples: { query: { state: 'requested', limit: 20 }, response: examplePage(requested) },
  }),
  approveReturn: endpoint({
    ...idempotentReturnPost,
    operationId: 'approveReturn',
    path: '/v1/admin/returns/:returnId/approve',
    summary: 'Approve a return',
    description: 'Lets the customer send the goods. A return that is approved already stays as it is.',
    body: Type.Optional(Closed({})),
    ...answer,
    errors: ['not_found', 'return_state'],
    examples: { params: exampleParams, body: {}, response: { ...requested, state: 'approved' } },
  }),
  rejectReturn: endpoint({
    ...idempotentReturnPost,
    operationId: 'rejectReturn',
    path: '/v1/admin/returns/:returnId/reject',
    summary: 'Reject a return',
    description: 'Refuses a return that was requested or approved, with a reason for the customer.',
    body: Closed({ reason: Text(500) }),
    ...answer,
    errors: ['not_found', 'return_state'],
    examples: {
      params: exampleParams,
      body: { reason: 'The mug was used for paint' },
      response: { ...requested, state: 'rejected', rejectReason: 'The mug was used for paint' },
    },
  }),
  receiveReturn: endpoint({
    ...idempotentReturnPost,
    operationId: 'receiveReturn',
    path: '/v1/admin/returns/:returnId/receive',
    summary: 'Record what came back',
    description:
      'Records what the parcel held. Lines with `restock: true` go back into stock; lines that are left out did not come. A return that was received already stays as it is.',
    body: Closed({
      lines: Type.Array(Closed({ lineId: LineId, quantity: LineQuantity, restock: Type.Boolean() }), {
        minItems: 1,
        maxItems: 100,
      }),
    }),
    ...answer,
    errors: ['not_found', 'return_state'],
    examples: {
      params: exampleParams,
      body: { lines: [{ lineId: exampleIds.mugLine, quantity: 1, restock: false }] },
      response: received,
    },
  }),
  refundReturn: endpoint({
    ...idempotentReturnPost,
    operationId: 'refundReturn',
    path: '/v1/admin/returns/:returnId/refund',
    summary: 'Refund a return',
    description:
      'Pays back what was received: `amount`, or without it the price that was paid for these goods, with their discounts and taxes and without shipping, and at most what is left to refund.',
    body: Closed({ amount: Type.Optional(PayableAmount), reason: Type.Optional(Text(500)) }),
    ...answer,
    errors: ['not_found', 'return_state', 'order_disputed', 'over_refund'],
    examples: {
      params: exampleParams,
      body: { amount: eur(1450) },
      response: { ...received, state: 'refunded', refundId: exampleIds.refund },
    },
  }),
} satisfies Record<string, Endpoint>
