// What the page after the hosted payment page may ask. Whoever comes back there has no access token, only the ticket in the address.
import { type Static, Type } from 'typebox'
import { Closed, Nullable, OneOf, Time } from '../common.ts'
import { endpoint } from '../endpoint.ts'
import { OrderId } from './lines.ts'
import { OrderMessage } from './message.ts'

const State = OneOf('preparing', 'open', 'cancelling', 'paid', 'review', 'failed', 'expired', 'cancelled')
const Ticket = {
  orderId: OrderId,
  ticket: Type.String({
    pattern: '^[0-9a-z]{1,12}\\.[A-Za-z0-9_-]{43}$',
    description: 'From the fragment of the return address',
  }),
}

export const ReturnView = Type.Object({
  number: Type.String(),
  state: State,
  url: Nullable(Type.String({ description: 'The hosted payment page, as long as the order can be paid there' })),
  expiresAt: Nullable(Time),
  message: OrderMessage,
})
export type ReturnView = Static<typeof ReturnView>

const common = { auth: 'public', method: 'POST' } as const

export const returnPageApi = {
  readReturn: endpoint({
    ...common,
    operationId: 'readCheckoutReturn',
    path: '/v1/checkout/return/state',
    rate: 'read',
    timeoutMs: 30_000,
    summary:
      'For the return page: how the payment stands, with the ticket of the return address; waits until it is no longer `known`',
    body: Closed({ ...Ticket, waitSec: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })), known: Type.Optional(State) }),
    response: { 200: ReturnView },
    errors: ['not_found'],
  }),
  cancelReturn: endpoint({
    ...common,
    operationId: 'cancelCheckoutReturn',
    path: '/v1/checkout/return/cancel',
    rate: 'write',
    summary: 'For the return page: cancel the order while it is not paid; the cart gets its lines back',
    body: Closed(Ticket),
    response: { 202: ReturnView },
    errors: ['not_found', 'order_state'],
  }),
}
