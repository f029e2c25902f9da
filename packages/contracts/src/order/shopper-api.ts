// What shoppers do with orders: check out, watch the payment, look back, cancel.
import { type TSchema, Type } from 'typebox'
import { Closed, Email, Page, pageQuery, Text } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { exampleEmail, exampleIds, exampleNumber, examplePage, exampleToken } from '../examples.ts'
import { orderExamples } from './examples.ts'
import {
  idempotentOrderPost,
  Order,
  OrderEvent,
  OrderNumber,
  OrderSummary,
  OrderTokens,
  orderParams,
  PaymentView,
  PlaceOrder,
  waitQuery,
} from './schemas.ts'
import { OrderStatus, PaymentViewState } from './status.ts'

/** A state that the caller has seen, described as such: it is written out, since a named schema has one description. */
const known = <S extends TSchema>(state: S, description: string): S => ({ ...state, title: undefined, description })

export const shopperOrderApi = {
  placeOrder: endpoint({
    operationId: 'checkout',
    method: 'POST',
    path: '/v1/checkout',
    auth: 'shopper',
    idempotent: true,
    rate: 'checkout',
    // Under load a checkout waits in a queue.
    timeoutMs: 60_000,
    summary: 'Place an order',
    description:
      'Turns the open cart into an order and answers before stock and payment page are ready: read `GET /v1/orders/{orderId}/payment` next. It needs the `version` and the `total` of the cart that the shopper saw, and refuses when either is no longer right. Guests give their `email`; a customer’s order goes to the address of the account.',
    body: PlaceOrder,
    success: 201,
    response: { 201: Order },
    errors: [
      'cart_empty',
      'cart_limit',
      'cart_changed',
      'price_changed',
      'code_not_applicable',
      'shipping_required',
      'shipping_changed',
      'out_of_stock',
      'unavailable',
      'amount_not_payable',
      'too_many_unpaid_orders',
      'account_blocked',
      'return_url_not_allowed',
      'tax_unavailable',
      'upstream_unavailable',
    ],
    examples: { body: orderExamples.checkout, response: orderExamples.pendingOrder },
  }),
  getPayment: endpoint({
    operationId: 'getOrderPayment',
    method: 'GET',
    path: '/v1/orders/:orderId/payment',
    auth: 'shopper',
    orderToken: true,
    rate: 'read',
    timeoutMs: 30_000,
    summary: 'Get or await the payment',
    description:
      'Returns how paying the order stands, with the address of the hosted payment page while it can be paid. With `waitSec` and `known` the call waits until the state is another one.',
    params: orderParams,
    query: waitQuery(known(PaymentViewState, 'The state that you have; without it there is no waiting')),
    success: 200,
    response: { 200: PaymentView },
    errors: ['not_found'],
    examples: {
      params: orderExamples.params,
      query: { waitSec: 20, known: 'preparing' },
      response: orderExamples.payment,
    },
  }),
  listOrders: endpoint({
    operationId: 'listOrders',
    method: 'GET',
    path: '/v1/orders',
    auth: 'shopper',
    rate: 'read',
    summary: 'List your orders',
    description: 'Returns the orders that the caller placed, newest first.',
    query: Closed(pageQuery),
    success: 200,
    response: { 200: Page(OrderSummary) },
    errors: [],
    examples: { query: { limit: 20 }, response: examplePage(orderExamples.summary) },
  }),
  getOrder: endpoint({
    operationId: 'getOrder',
    method: 'GET',
    path: '/v1/orders/:orderId',
    auth: 'shopper',
    orderToken: true,
    rate: 'read',
    summary: 'Get or await an order',
    description:
      'Returns one order of the caller with its lines, totals, shipments, refunds and history. With `waitSec` and `known` the call waits until the status is another one.',
    params: orderParams,
    query: waitQuery(known(OrderStatus, 'The status that you have; without it there is no waiting')),
    success: 200,
    response: { 200: Order },
    errors: ['not_found'],
    examples: {
      params: orderExamples.params,
      query: { waitSec: 20, known: 'pending' },
      response: orderExamples.paidOrder,
    },
  }),
  streamOrder: endpoint({
    operationId: 'streamOrder',
    method: 'GET',
    path: '/v1/orders/:orderId/events',
    auth: 'shopper',
    orderToken: true,
    rate: 'read',
    // Comments come every 15 s, and a proxy must not end a quiet stream before the second.
    timeoutMs: 45_000,
    summary: 'Stream an order',
    description:
      'Server-sent events: `order` and `payment` hold what the reads of the order and its payment answer, first as they are and then at every change. A client that sends the last id as `Last-Event-ID` gets the newest state of what it has missed. The stream has a comment every 15 seconds and ends after ten minutes or with the token, and a caller may have 5 open.',
    params: orderParams,
    success: 200,
    response: { 200: OrderEvent },
    produces: 'text/event-stream',
    errors: ['not_found', 'too_many_streams', 'upstream_unavailable'],
    examples: {
      params: orderExamples.params,
      response: { event: 'payment', id: 7, data: orderExamples.payment },
    },
  }),
  cancelOrder: endpoint({
    ...idempotentOrderPost,
    operationId: 'cancelOrder',
    path: '/v1/orders/:orderId/cancel',
    auth: 'shopper',
    summary: 'Cancel your order',
    description:
      'Cancels an order that is not shipped. A paid order is cancelled at once (200) and its money goes back; a pending order first closes its payment page (202), and `cancelRequestedAt` says since when. Lines of an order that was never paid return to the cart.',
    body: Type.Optional(Closed({ reason: Type.Optional(Text(500)) })),
    success: 200,
    response: { 200: Order, 202: Order },
    errors: ['not_found', 'order_state'],
    examples: {
      params: orderExamples.params,
      body: { reason: 'Ordered by mistake' },
      response: orderExamples.cancelledByCustomer,
    },
  }),
  lookupOrder: endpoint({
    operationId: 'lookupOrder',
    method: 'POST',
    path: '/v1/orders/lookup',
    auth: 'public',
    rate: 'auth',
    summary: 'Request an order code',
    description:
      'Mails a six-digit code to the address of a guest’s order, the way back to an order without an account. The answer is the same whether such an order exists or not.',
    body: Closed({ number: OrderNumber, email: Email }),
    success: 202,
    response: { 202: Type.Object({ status: Type.Literal('accepted') }) },
    errors: ['rate_limited'],
    examples: { body: { number: exampleNumber, email: exampleEmail }, response: { status: 'accepted' } },
  }),
  verifyLookup: endpoint({
    operationId: 'verifyOrderLookup',
    method: 'POST',
    path: '/v1/orders/lookup/verify',
    auth: 'public',
    rate: 'auth',
    summary: 'Exchange an order code',
    description: 'Exchanges the mailed code for an access token that reads this one order and nothing else.',
    body: Closed({ number: OrderNumber, email: Email, code: Type.String({ pattern: '^[0-9]{6}$' }) }),
    success: 200,
    response: { 200: OrderTokens },
    errors: ['otp_invalid', 'rate_limited'],
    examples: {
      body: { number: exampleNumber, email: exampleEmail, code: '493027' },
      response: {
        accessToken: exampleToken,
        tokenType: 'Bearer',
        expiresInSec: 900,
        orderId: exampleIds.order,
        number: exampleNumber,
      },
    },
  }),
} satisfies Record<string, Endpoint>
