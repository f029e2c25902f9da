// Declaration of a span: one function for each kind of work that services record, with the attributes that every such span has.
import type { ServiceName } from '@cartwright/contracts'

export interface DeclaredSpan {
  service: ServiceName
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  /** Attributes that every such span has. */
  attributes: readonly string[]
}

const http = ['http.request.method', 'http.route', 'http.response.status_code']
const transaction = ['db.system.name', 'db.namespace', 'db.operation.batch.size', 'cartwright.transaction.attempts']
const message = ['messaging.system', 'messaging.operation.name', 'messaging.destination.name', 'messaging.message.id']
const saga = ['cartwright.saga.id', 'cartwright.saga.from', 'cartwright.saga.to']

export const serves = (service: ServiceName, route: string): DeclaredSpan => ({
  service,
  name: route,
  kind: 'server',
  attributes: http,
})
export const reads = (service: ServiceName, route: string): DeclaredSpan => ({
  service,
  name: route,
  kind: 'client',
  attributes: ['http.request.method', 'url.template', 'peer.service', 'http.response.status_code'],
})
export const transacts = (service: ServiceName): DeclaredSpan => ({
  service,
  name: 'transaction',
  kind: 'client',
  attributes: transaction,
})
export const sends = (service: ServiceName, event: string): DeclaredSpan => ({
  service,
  name: `send ${event}`,
  kind: 'producer',
  attributes: message,
})
export const processes = (service: ServiceName, event: string): DeclaredSpan => ({
  service,
  name: `process ${event}`,
  kind: 'consumer',
  attributes: [...message, 'messaging.consumer.group.name'],
})
export const runs = (service: ServiceName, job: string): DeclaredSpan => ({
  service,
  name: `job ${job}`,
  kind: 'internal',
  attributes: ['cartwright.job.kind', 'cartwright.job.attempt'],
})
export const steps = (input: string): DeclaredSpan => ({
  service: 'order',
  name: `saga checkout ${input}`,
  kind: 'internal',
  attributes: saga,
})
export const callsOut = (service: ServiceName, name: string, ...attributes: string[]): DeclaredSpan => ({
  service,
  name,
  kind: 'client',
  attributes: ['peer.service', ...attributes],
})
export const asksStripe = (name: string): DeclaredSpan =>
  callsOut('payment', name, 'http.request.method', 'http.response.status_code', 'server.address')
export const hears = (webhook: string): DeclaredSpan => ({
  service: 'payment',
  name: `webhook ${webhook}`,
  kind: 'consumer',
  attributes: ['messaging.system', 'messaging.operation.name', 'messaging.message.id'],
})
