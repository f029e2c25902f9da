// A stateful stand-in for the part of Stripe's API that the shop uses: for development and tests, never for money.
import type { AddressInfo } from 'node:net'
import { settleDueRefunds } from './refunds.ts'
import { eventText } from './render.ts'
import { createServer } from './server.ts'
import { expireDue } from './sessions.ts'
import { newId, type StoredEvent } from './state.ts'
import { openStore, type Store } from './store.ts'
import { stripeMockValidator } from './validator.ts'
import { type WebhookSender, webhookSender } from './webhooks.ts'
import type { World } from './world.ts'

export type { WebhookMode, WebhookSettings } from './disturbance.ts'
export { refuseForeignHosts } from './own-host.ts'
export { signatureHeader } from './webhooks.ts'

export interface SandboxOptions {
  /** 0 takes a free port. */
  port?: number
  host?: string
  /** Host names beside loopback's and `host` under which it answers; requests for others are refused. */
  hosts?: readonly string[]
  /** Accepts only this key; any key when left out. */
  secretKey?: string
  webhookSecret: string
  /** Asked at each delivery, since the shop learns its address late; `setWebhookUrls` replaces it. */
  webhookUrl?: () => string | null
  /** Types of event that are sent, as a webhook endpoint at Stripe names them; every type is listed by the API all the same. */
  enabledEvents?: readonly string[]
  clock?: { now(): Date }
  /** Milliseconds that every API answer takes; 0 when left out. */
  latencyMs?: number
  /** Keeps the state over restarts. */
  dataFile?: string
  /** Address of a stripe-mock that checks every request against Stripe's specification first. */
  stripeMockUrl?: string
}

export interface StripeSandbox {
  url: string
  port: number
  setWebhookUrls(urls: readonly string[]): void
  /** Lets what has become due happen now: expiries, refunds that end later, delayed and repeated deliveries. */
  tick(): void
  /** Resolves when every event so far was delivered or parked for a retry. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/** What a shop subscribes its webhook endpoint to: one event for each thing that it must hear of. */
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

interface Told {
  store: Store
  now(): number
  webhooks: WebhookSender
  enabled: readonly string[]
}

/** Notes that something happened, and sends it to the shop when its endpoint wants it. */
const teller =
  ({ store, now, webhooks, enabled }: Told): World['emit'] =>
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
    store.touch('events', event.id)
    if (sent) webhooks.push(event)
  }

/** Sends again what a shop that was stopped has not taken. */
const resume = (store: Store, webhooks: WebhookSender, now: number): void => {
  for (const event of store.state.events.values())
    if (event.delivery === 'pending' && event.created > now - retrySec) webhooks.push(event)
}

/** Where the shop is: asked at each delivery, and replaceable. */
const targets = (webhookUrl: SandboxOptions['webhookUrl']) => {
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

/** The rules' world with everything that makes it tick; `address` is told once the server listens. */
const createWorld = (options: SandboxOptions, store: Store, urls: () => readonly string[]) => {
  const clock = options.clock ?? { now: () => new Date() }
  const now = () => Math.floor(clock.now().getTime() / 1000)
  const webhooks = webhookSender({
    urls,
    secret: options.webhookSecret,
    nowMs: () => clock.now().getTime(),
    payload: eventText,
    settled: (event, delivery) => {
      event.delivery = delivery
      // A delivery that is forgotten is repeated, which the shop must bear anyway; what was dropped must stay dropped.
      if (delivery === 'delivered') store.touchLater('events', event.id)
      else store.touch('events', event.id)
    },
  })
  const address = { url: '' }
  const emit = teller({ store, now, webhooks, enabled: options.enabledEvents ?? subscribedEvents })
  const world: World = {
    state: store.state,
    now,
    touch: store.touch,
    emit,
    pageUrl: (sessionId) => `${address.url}/c/pay/${sessionId}`,
  }
  const tick = () => {
    expireDue(world)
    settleDueRefunds(world)
    webhooks.release()
    store.flush()
  }
  return { world, webhooks, tick, address }
}

/** Starts the sandbox on loopback. */
export const startStripeSandbox = async (options: SandboxOptions): Promise<StripeSandbox> => {
  const store = openStore(options.dataFile)
  const { urls, replace } = targets(options.webhookUrl)
  const { world, webhooks, tick, address } = createWorld(options, store, urls)
  const host = options.host ?? '127.0.0.1'
  const app = createServer({
    world,
    webhooks,
    tick,
    setWebhookUrls: replace,
    rewrite: store.rewrite,
    secretKey: options.secretKey ?? null,
    latencyMs: options.latencyMs ?? 0,
    hosts: [host, ...(options.hosts ?? [])],
    validate: options.stripeMockUrl === undefined ? null : stripeMockValidator(options.stripeMockUrl),
  })
  await app.listen({ host, port: options.port ?? 0 })
  const { port } = app.server.address() as AddressInfo
  address.url = `http://${host}:${port}`
  // After a restart the pages may stand on another port.
  for (const session of store.state.sessions.values()) if (session.status === 'open') session.url = world.pageUrl(session.id)
  resume(store, webhooks, world.now())
  const timer = setInterval(tick, tickMs)
  const stop = async () => {
    clearInterval(timer)
    await webhooks.stop()
    await app.close()
    store.flush()
  }
  return { url: address.url, port, setWebhookUrls: replace, tick, idle: webhooks.idle, stop }
}
