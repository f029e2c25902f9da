// Webhook sender: signs events as Stripe does, keeps the order per payment, and retries until the shop accepts.
import { createHmac } from 'node:crypto'
import { createKeyedQueue } from '@cartwright/concurrency'
import { createDelayQueue } from './delay-queue.ts'
import { createFaultInjection, type WebhookSettings } from './fault-injection.ts'
import type { StoredEvent } from './state.ts'

export interface Delivery {
  event: string
  type: string
  status: number | null
  at: string
}

export interface WebhookSender {
  push(event: StoredEvent): void
  /** Sends one event now, as "resend" in Stripe's dashboard does. @returns the status of the answer; null when there was none */
  send(event: StoredEvent): Promise<number | null>
  configure(settings: WebhookSettings): void
  log(): readonly Delivery[]
  /** Makes delayed, reordered and retried events older. */
  addAge(seconds: number): void
  /** Sends the events that have become due by the sandbox's clock. */
  release(): void
  /** Resolves when no event is being sent or queued; delayed and retried events do not count. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/** Stripe's header: a timestamp and an HMAC-SHA256 of `timestamp.payload`. @param at Unix seconds */
export const signatureHeader = (payload: string, secret: string, at: number): string =>
  `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${payload}`).digest('hex')}`

const retryMs = [200, 500, 1000, 2000, 4000, 8000, 15_000, 30_000]
const lastRetryMs = 60_000
const maxTries = 4000
const concurrency = 16
const logLength = 5000

interface Options {
  urls(): readonly string[]
  secret: string
  /** Unix milliseconds. */
  nowMs(): number
  /** The body of the webhook. */
  payload(event: StoredEvent): string
  /** Called when the shop has accepted the event, or when it will never be sent. */
  settled(event: StoredEvent, delivery: 'delivered' | 'dropped'): void
}

interface QueuedDelivery {
  event: StoredEvent
  tries: number
}

const post = async (url: string, payload: string, options: Options): Promise<number | null> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: payload,
      signal: AbortSignal.timeout(10_000),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (sandbox)',
        'stripe-signature': signatureHeader(payload, options.secret, Math.floor(options.nowMs() / 1000)),
      },
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    // An unreachable shop counts as a failure, so the event is retried.
    return null
  }
}

const isAccepted = (status: number | null): status is number => status !== null && status < 300

export const webhookSender = (options: Options): WebhookSender => {
  const deliveries: Delivery[] = []
  let stopped = false

  const send = async (event: StoredEvent): Promise<number | null> => {
    const payload = options.payload(event)
    const statuses = await Promise.all(options.urls().map((url) => post(url, payload, options)))
    const status = statuses.find((answer) => !isAccepted(answer)) ?? statuses[0] ?? null
    deliveries.push({ event: event.id, type: event.type, status, at: new Date(options.nowMs()).toISOString() })
    if (deliveries.length > logLength) deliveries.shift()
    if (isAccepted(status)) options.settled(event, 'delivered')
    return status
  }
  const queue = createKeyedQueue<QueuedDelivery>({
    concurrency,
    run: async ({ event, tries }) => {
      if (stopped || isAccepted(await send(event)) || stopped || tries >= maxTries) return
      retries.add({ event, tries: tries + 1 }, retryMs[tries] ?? lastRetryMs)
    },
  })
  const retries = createDelayQueue<QueuedDelivery>(options.nowMs, (delivery) => queue.add(delivery.event.subject, delivery))
  const faultInjection = createFaultInjection<StoredEvent>({
    send: (event) => queue.add(event.subject, { event, tries: 0 }),
    drop: (event) => options.settled(event, 'dropped'),
    delay: (event, ms) => retries.add({ event, tries: 0 }, ms),
  })
  return {
    push: faultInjection.accept,
    send,
    configure: faultInjection.configure,
    log: () => deliveries,
    addAge: (seconds) => {
      retries.age(seconds * 1000)
      // Reordering takes a fraction of a second, less than any jump of the clock.
      if (seconds > 0) faultInjection.flush()
    },
    release: retries.release,
    idle: async () => {
      faultInjection.flush()
      await queue.idle()
    },
    stop: async () => {
      stopped = true
      faultInjection.flush()
      retries.clear()
      await queue.stop()
    },
  }
}
