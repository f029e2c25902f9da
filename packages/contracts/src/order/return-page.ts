// What the page after the hosted payment page may ask: the shopper has no access token there, only the ticket in the address.
import { Type } from 'typebox'
import { Closed } from '../common.ts'
import { endpoint } from '../endpoint.ts'
import { orderExamples } from './examples.ts'
import { OrderId } from './lines.ts'
import { ReturnView } from './return-view.ts'
import { PaymentViewState } from './status.ts'

const Ticket = {
  orderId: OrderId,
  ticket: Type.String({
    pattern: '^[0-9a-z]{1,12}\\.[A-Za-z0-9_-]{43}$',
    description: 'From the fragment of the return address',
  }),
}

const common = { auth: 'public', method: 'POST' } as const

export const returnPageApi = {
  readReturn: endpoint({
    ...common,
    operationId: 'readCheckoutReturn',
    path: '/v1/checkout/return/state',
    rate: 'read',
    timeoutMs: 30_000,
    summary: 'Read the return page',
    description:
      'Tells the page after the hosted payment page how paying stands. It needs the ticket of the return address in place of an access token. With `waitSec` and `known` the call waits until the state is another one.',
    body: Closed({
      ...Ticket,
      waitSec: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })),
      known: Type.Optional(PaymentViewState),
    }),
    success: 200,
    response: { 200: ReturnView },
    errors: ['not_found'],
    examples: { body: { ...orderExamples.ticket, waitSec: 20, known: 'open' }, response: orderExamples.returnView },
  }),
  cancelReturn: endpoint({
    ...common,
    operationId: 'cancelCheckoutReturn',
    path: '/v1/checkout/return/cancel',
    rate: 'write',
    summary: 'Cancel on the return page',
    description:
      'Cancels the order while it is not paid; its lines return to the cart. It needs the ticket of the return address in place of an access token.',
    body: Closed(Ticket),
    success: 202,
    response: { 202: ReturnView },
    errors: ['not_found', 'order_state'],
    examples: { body: orderExamples.ticket, response: orderExamples.cancelledReturn },
  }),
}
