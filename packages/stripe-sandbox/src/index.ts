// Stripe sandbox: a stateful stand-in for the part of Stripe's API that the shop uses. For development and tests only.

import type { AddressInfo } from 'node:net'
import { createDeclineFault } from './fault-injection.ts'
import { settleDueRefunds } from './refunds.ts'
import { eventText } from './render.ts'
import type { SandboxContext } from './sandbox-context.ts'
import { createServer } from './server.ts'
import { expireDue } from './sessions.ts'
import { newId, type StoredEvent } from './state.ts'
import { openStore, type Store } from './store.ts'
import { stripeMockValidator } from './validator.ts'
import { type WebhookSender, webhookSender } from './webhooks.ts'

export type { WebhookMode, WebhookSettings } from './fault-injection.ts'
export { refuseForeignHosts } from './own-host.ts'
export { signatureHeader } from './webhooks.ts'

export interface SandboxOptions {
  /** 0 takes a free port. */
  port?: number
  host?: string
  /** Host names that are accepted besides loopback and `host`; requests for others are refused. */
  hosts?: readonly string[]
  /** Address at which shoppers open the payment page; the sandbox's own when left out. */
  publicUrl?: string
  /** Accepts only this key; any key when left out. */
  secretKey?: string
  webhookSecret: string
  /** Read at each delivery, because the shop learns its address late; `setWebhookUrls` replaces it. */
  webhookUrl?: () => string | null
  /** Event types that are sent to the webhook; the API lists every type. */
  enabledEvents?: readonly string[]
  clock?: { now(): Date }
  /** Seconds by which the clock is ahead at the start; `/_sandbox/clock` moves it. 0 when left out. */
  clockOffsetSec?: number
  /** Milliseconds that every API response takes; 0 when left out. */
  latencyMs?: number
  /** File that keeps the state over restarts. */
  dataFile?: string
  /** Address of a stripe-mock that validates every request against Stripe's specification. */
  stripeMockUrl?: string
}

export interface StripeSandbox {
  url: string
  port: number
  setWebhookUrls(urls: readonly string[]): void
  /** Runs everything that has become due: expiries, delayed refunds, delayed and repeated deliveries. */
  tick(): void
  /** Resolves when every event so far was delivered or waits for a retry. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/** The events that a shop subscribes its webhook to. */
export const subscribedEvents: readonly string[] = [
  'checkout.session.completed',
  'checkout.session.expired',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'payment_intent.payment_failed',
  'charge.refunded',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
]

const tickMs = 1000
const retrySec = 3 * 86_400

const subjectOf = (object: { id: string; payment_intent?: string | null }): string => object.payment_intent ?? object.id

interface EventEmitterOptions {
  store: Store
  now(): number
  webhooks: WebhookSender
  enabled: readonly string[]
}

/** Stores an event, and sends it when the webhook is subscribed to its type. */
const createEventEmitter =
  ({ store, now, webhooks, enabled }: EventEmitterOptions): SandboxContext['emit'] =>
  (type, object) => {
    const sent = enabled.includes(type) || enabled.includes('*')
    const event: StoredEvent = {
      id: newId('evt'),
      created: now(),
      type,
      subject: subjectOf(object),
      object: JSON.stringify(object),
      delivery: sent ? 'pending' : 'delivered',
    }
    store.state.events.set(event.id, event)
    store.markChanged('events', event.id)
    if (sent) webhooks.push(event)
  }

/** Sends the events again that the shop had not accepted before a restart. */
const resendPending = (store: Store, webhooks: WebhookSender, now: number): void => {
  for (const event of store.state.events.values())
    if (event.delivery === 'pending' && event.created > now - retrySec) webhooks.push(event)
}

/** The addresses of the webhook: read at each delivery, and replaceable. */
const createWebhookTargets = (webhookUrl: SandboxOptions['webhookUrl']) => {
  let urls = (): readonly string[] => {
    const url = webhookUrl?.() ?? null
    return url === null ? [] : [url]
  }
  return {
    urls: () => urls(),
    replace: (next: readonly string[]) => {
      urls = () => next
    },
  }
}

/** Creates the context and the webhook sender; `address` is set when the server listens. */
const createContext = (options: SandboxOptions, store: Store, urls: () => readonly string[]) => {
  const clock = options.clock ?? { now: () => new Date() }
  let offsetMs = (options.clockOffsetSec ?? 0) * 1000
  const nowMs = () => clock.now().getTime() + offsetMs
  const now = () => Math.floor(nowMs() / 1000)
  const webhooks = webhookSender({
    urls,
    secret: options.webhookSecret,
    nowMs,
    payload: eventText,
    settled: (event, delivery) => {
      event.delivery = delivery
      // A lost note of a delivery causes a repetition, which the shop must accept; a dropped event must stay dropped.
      if (delivery === 'delivered') store.markChangedLater('events', event.id)
      else store.markChanged('events', event.id)
    },
  })
  const address = { url: '' }
  const emit = createEventEmitter({ store, now, webhooks, enabled: options.enabledEvents ?? subscribedEvents })
  const context: SandboxContext = {
    state: store.state,
    now,
    markChanged: store.markChanged,
    emit,
    declines: createDeclineFault(),
    pageUrl: (sessionId) => `${address.url}/c/pay/${sessionId}`,
  }
  const tick = () => {
    expireDue(context)
    settleDueRefunds(context)
    webhooks.release()
    store.flush()
  }
  const setClockOffset = (seconds: number) => {
    offsetMs = seconds * 1000
  }
  return { context, webhooks, tick, address, setClockOffset }
}

/** Starts the sandbox on loopback. */
export const startStripeSandbox = async (options: SandboxOptions): Promise<StripeSandbox> => {
  const store = openStore(options.dataFile)
  const { urls, replace } = createWebhookTargets(options.webhookUrl)
  const { context, webhooks, tick, address, setClockOffset } = createContext(options, store, urls)
  const host = options.host ?? '127.0.0.1'
  const app = createServer({
    context,
    webhooks,
    tick,
    setClockOffset,
    setWebhookUrls: replace,
    rewrite: store.rewrite,
    secretKey: options.secretKey ?? null,
    latencyMs: options.latencyMs ?? 0,
    hosts: [host, ...(options.hosts ?? [])],
    validate: options.stripeMockUrl === undefined ? null : stripeMockValidator(options.stripeMockUrl),
  })
  await app.listen({ host, port: options.port ?? 0 })
  const { port } = app.server.address() as AddressInfo
  const url = `http://${host}:${port}`
  address.url = options.publicUrl ?? url
  // The port may have changed since the last start.
  for (const session of store.state.sessions.values()) if (session.status === 'open') session.url = context.pageUrl(session.id)
  resendPending(store, webhooks, context.now())
  const timer = setInterval(tick, tickMs)
  const stop = async () => {
    clearInterval(timer)
    await webhooks.stop()
    await app.close()
    store.flush()
  }
  return { url, port, setWebhookUrls: replace, tick, idle: webhooks.idle, stop }
}
