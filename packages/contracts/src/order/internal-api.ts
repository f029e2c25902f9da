// What other services read from order: never reached through the gateway.
import { type Static, Type } from 'typebox'
import { CartCode } from '../cart/schemas.ts'
import { Closed, Locale, Nullable } from '../common.ts'
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

/** What decides promotions beside the rules, for a shopper and some codes as a checkout would find it now. */
export const PromotionFacts = Type.Object({
  /** Those of the codes that shoppers can use, whether or not a use is left, each with its promotion. */
  codes: Type.Array(CartCode),
  /** Those of them that have no use left, by their own limit or by that of their promotion. */
  usedUpCodes: Type.Array(Type.String()),
  /** Promotions without a use left, for all shoppers or for this one. */
  usedUpPromotionIds: Type.Array(Type.String()),
  /** Null when no promotion asks for it. */
  isFirstOrder: Nullable(Type.Boolean()),
})
export type PromotionFacts = Static<typeof PromotionFacts>

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
  internalPromotionFacts: endpoint({
    operationId: 'internalPromotionFacts',
    method: 'GET',
    path: '/internal/promotion-facts',
    auth: 'internal',
    summary: 'Get uses of promotions',
    description: 'Returns, for the shopper of the call, what a checkout would know about promotions besides the rules.',
    query: Closed({ codes: Type.Optional(Type.String({ pattern: '^[A-Z0-9_,-]+$', maxLength: 1000 })) }),
    success: 200,
    response: { 200: PromotionFacts },
    errors: ['not_found', 'upstream_unavailable'],
  }),
} satisfies Record<string, Endpoint>
