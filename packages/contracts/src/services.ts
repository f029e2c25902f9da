// List of services, the only one: everything else that needs the services derives them from here.
import { cartApi } from './cart/api.ts'
import { catalogApi } from './catalog/api.ts'
import { catalogEvents } from './catalog/events.ts'
import type { Endpoint } from './endpoint.ts'
import type { EventContract } from './event.ts'
import { gatewayApi } from './gateway/api.ts'
import { identityApi } from './identity/api.ts'
import { identityEvents } from './identity/events.ts'
import { notificationApi } from './notification/api.ts'
import { notificationEvents } from './notification/events.ts'
import { orderApi } from './order/api.ts'
import { orderEvents } from './order/events.ts'
import { paymentApi } from './payment/api.ts'
import { paymentEvents } from './payment/events.ts'

export interface ServiceEntry {
  /** What the service is about; describes its tag in the OpenAPI document. */
  about: string
  /** Prefix of the service's own environment variables. An unknown variable with it refuses to start. */
  prefix: string
  /** Environment variables of the ports that the service listens on. */
  ports: { http: string; metrics: string }
  /** Ports when these variables are not set. */
  defaultPorts: { http: number; metrics: number }
  /** Environment variable of the address at which other services reach it; null for the gateway, which no service calls. */
  url: string | null
  /** Environment variable of the address of its schema; null for a service that owns none. */
  databaseUrl: string | null
  /** Services that its routes read from. They start before it. */
  reads: readonly string[]
  /** Services that its routes read from when they answer, and do without otherwise. They may start after it. */
  readsIfUp: readonly string[]
  endpoints: Readonly<Record<string, Endpoint>>
  /** Events that the service publishes. */
  events: Readonly<Record<string, EventContract>>
}

const list = {
  identity: {
    about: 'Who you are: guests, customers, sessions, addresses.',
    prefix: 'IDENTITY_',
    ports: { http: 'IDENTITY_PORT', metrics: 'IDENTITY_METRICS_PORT' },
    defaultPorts: { http: 8081, metrics: 9401 },
    url: 'IDENTITY_URL',
    databaseUrl: 'IDENTITY_DATABASE_URL',
    reads: [],
    readsIfUp: [],
    endpoints: identityApi,
    events: identityEvents,
  },
  catalog: {
    about: 'What is sold, at what price, whether there is stock.',
    prefix: 'CATALOG_',
    ports: { http: 'CATALOG_PORT', metrics: 'CATALOG_METRICS_PORT' },
    defaultPorts: { http: 8082, metrics: 9402 },
    url: 'CATALOG_URL',
    databaseUrl: 'CATALOG_DATABASE_URL',
    reads: ['identity'],
    readsIfUp: [],
    endpoints: catalogApi,
    events: catalogEvents,
  },
  cart: {
    about: 'What a shopper wants.',
    prefix: 'CART_',
    ports: { http: 'CART_PORT', metrics: 'CART_METRICS_PORT' },
    defaultPorts: { http: 8083, metrics: 9403 },
    url: 'CART_URL',
    databaseUrl: 'CART_DATABASE_URL',
    reads: ['identity', 'catalog'],
    readsIfUp: ['order'],
    endpoints: cartApi,
    events: {},
  },
  order: {
    about: 'Checkout, orders, shipping, refunds and the operators’ view of them.',
    prefix: 'ORDER_',
    ports: { http: 'ORDER_PORT', metrics: 'ORDER_METRICS_PORT' },
    defaultPorts: { http: 8084, metrics: 9404 },
    url: 'ORDER_URL',
    databaseUrl: 'ORDER_DATABASE_URL',
    reads: ['identity', 'catalog', 'cart'],
    readsIfUp: [],
    endpoints: orderApi,
    events: orderEvents,
  },
  payment: {
    about: 'Whether money moved.',
    prefix: 'PAYMENT_',
    ports: { http: 'PAYMENT_PORT', metrics: 'PAYMENT_METRICS_PORT' },
    defaultPorts: { http: 8085, metrics: 9405 },
    url: 'PAYMENT_URL',
    databaseUrl: 'PAYMENT_DATABASE_URL',
    reads: ['identity'],
    readsIfUp: [],
    endpoints: paymentApi,
    events: paymentEvents,
  },
  notification: {
    about: 'What was said to whom.',
    prefix: 'NOTIFICATION_',
    ports: { http: 'NOTIFICATION_PORT', metrics: 'NOTIFICATION_METRICS_PORT' },
    defaultPorts: { http: 8086, metrics: 9406 },
    url: 'NOTIFICATION_URL',
    databaseUrl: 'NOTIFICATION_DATABASE_URL',
    reads: ['identity'],
    readsIfUp: [],
    endpoints: notificationApi,
    events: notificationEvents,
  },
  gateway: {
    about: 'Pages and documents of the gateway itself.',
    prefix: 'GATEWAY_',
    ports: { http: 'GATEWAY_PORT', metrics: 'GATEWAY_METRICS_PORT' },
    defaultPorts: { http: 8080, metrics: 9407 },
    url: null,
    databaseUrl: null,
    reads: ['identity', 'catalog', 'cart', 'order', 'payment', 'notification'],
    readsIfUp: [],
    endpoints: gatewayApi,
    events: {},
  },
} satisfies Record<string, ServiceEntry>

type List = typeof list
export type ServiceName = keyof List
/** A service that others reach at an address: every one but the gateway. */
export type UpstreamName = { [N in ServiceName]: List[N] extends { url: string } ? N : never }[ServiceName]
/** A service with a schema of its own. */
export type SchemaOwner = { [N in ServiceName]: List[N] extends { databaseUrl: string } ? N : never }[ServiceName]

export const services: Readonly<
  Record<ServiceName, ServiceEntry> &
    Record<UpstreamName, ServiceEntry & { url: string }> &
    Record<SchemaOwner, ServiceEntry & { databaseUrl: string }>
> = list

export const serviceNames = Object.keys(list) as readonly ServiceName[]
export const upstreamNames = serviceNames.filter((name): name is UpstreamName => list[name].url !== null)
export const schemaOwners = serviceNames.filter((name): name is SchemaOwner => list[name].databaseUrl !== null)

/** An object with one value for each of the names. */
export const mapNames = <N extends string, T>(names: readonly N[], make: (name: N) => T): Record<N, T> =>
  Object.fromEntries(names.map((name) => [name, make(name)])) as Record<N, T>

/** Every endpoint by the service behind the gateway that answers it. */
export const apis: Readonly<Record<UpstreamName, Readonly<Record<string, Endpoint>>>> = mapNames(
  upstreamNames,
  (name) => services[name].endpoints,
)

/** Every event of the shop. */
export const allEvents: readonly EventContract[] = serviceNames.flatMap((name) => Object.values(services[name].events))

/** Every topic: one per publishing service. */
export const topics: readonly string[] = [...new Set(allEvents.map((event) => event.topic))]
