// What other services read from order: never reached through the gateway.
import { type Static, Type } from 'typebox'
import { Closed, Locale } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { OrderMessage } from './message.ts'
import { Order, orderParams, PaymentView } from './schemas.ts'

/** An order as its page shows it: without the addresses, since the ticket that opens the page may be passed on. */
export const OrderPage = Type.Object({
  ...Type.Omit(Order, ['email', 'addresses', 'lastDecline']).properties,
  /** The locale of the message, and of the page. */
  locale: Locale,
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
    summary: 'Get an order’s page',
    params: orderParams,
    /** Without a locale the order's own is used. */
    query: Closed({ locale: Type.Optional(Locale) }),
    success: 200,
    response: { 200: OrderPage },
    errors: ['not_found'],
  }),
} satisfies Record<string, Endpoint>
