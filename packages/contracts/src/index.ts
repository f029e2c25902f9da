// The vocabulary of the shop: endpoints, events, error codes. Imports typebox and nothing else.
import { cartApi } from './cart/api.ts'
import { catalogApi } from './catalog/api.ts'
import { catalogEvents } from './catalog/events.ts'
import type { Endpoint } from './endpoint.ts'
import type { EventContract } from './event.ts'
import { identityApi } from './identity/api.ts'
import { identityEvents } from './identity/events.ts'
import { notificationApi } from './notification/api.ts'
import { notificationEvents } from './notification/events.ts'
import { orderApi } from './order/api.ts'
import { orderEvents } from './order/events.ts'
import { paymentApi } from './payment/api.ts'
import { paymentEvents } from './payment/events.ts'

export * from './asyncapi.ts'
export * from './cart/api.ts'
export * from './catalog/api.ts'
export * from './catalog/events.ts'
export * from './common.ts'
export * from './currencies.ts'
export * from './endpoint.ts'
export * from './errors.ts'
export * from './event.ts'
export * from './gateway/api.ts'
export * from './identity/account-api.ts'
export * from './identity/api.ts'
export * from './identity/events.ts'
export * from './identity/internal-api.ts'
export * from './money.ts'
export * from './normalize.ts'
export * from './notification/api.ts'
export * from './notification/events.ts'
export * from './openapi.ts'
export * from './ops/api.ts'
export * from './order/api.ts'
export * from './order/events.ts'
export * from './order/lines.ts'
export * from './order/return-page.ts'
export * from './patch.ts'
export * from './payment/api.ts'
export * from './payment/events.ts'
export * from './personal.ts'

export type UpstreamName = 'identity' | 'catalog' | 'cart' | 'order' | 'payment' | 'notification'

/** Every endpoint by the service that answers it. */
export const apis: Readonly<Record<UpstreamName, Readonly<Record<string, Endpoint>>>> = {
  identity: identityApi,
  catalog: catalogApi,
  cart: cartApi,
  order: orderApi,
  payment: paymentApi,
  notification: notificationApi,
}

/** Every event of the shop. */
export const allEvents: readonly EventContract[] = [
  identityEvents,
  catalogEvents,
  orderEvents,
  paymentEvents,
  notificationEvents,
].flatMap((group): EventContract[] => Object.values(group))

/** Every topic: one per publishing service. */
export const topics: readonly string[] = [...new Set(allEvents.map((event) => event.topic))]
