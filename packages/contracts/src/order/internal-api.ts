// What other services read from order: never reached through the gateway.
import { type Static, Type } from 'typebox'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { OrderMessage } from './message.ts'
import { Order, orderParams, PaymentView } from './schemas.ts'

/** An order as its page shows it: without the addresses, since the ticket that opens the page may be passed on. */
export const OrderPage = Type.Object({
  ...Type.Omit(Order, ['email', 'addresses', 'lastDecline']).properties,
  payment: PaymentView,
  message: OrderMessage,
})
export type OrderPage = Static<typeof OrderPage>

export const internalOrderApi = {
  internalOrder: endpoint({
    operationId: 'internalOrder',
    method: 'GET',
    path: '/internal/orders/:orderId',
    auth: 'internal',
    summary: 'An order as its page shows it',
    params: orderParams,
    response: { 200: OrderPage },
    errors: ['not_found'],
  }),
} satisfies Record<string, Endpoint>
