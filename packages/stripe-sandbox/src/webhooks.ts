// Delivers events to the shop: signed with Stripe's scheme, in order per payment, retried until taken.
import { createHmac } from 'node:crypto'
import { disturbance, type WebhookSettings } from './disturbance.ts'
import { lanes } from './lanes.ts'
import { parking } from './parking.ts'
import type { StoredEvent } from './state.ts'

export interface Delivery {
  event: string
  type: string
  status: number | null
  at: string
}

export interface WebhookSender {
  push(event: StoredEvent): void
  /** Sends one event now, whatever the mode, as "resend" in Stripe's dashboard does. @returns the shop's answer, null without one */
  send(event: StoredEvent): Promise<number | null>
  configure(settings: WebhookSettings): void
  log(): readonly Delivery[]
  /** Makes what is delayed, shuffled or to be repeated older. */
  age(seconds: number): void
  /** Sends what has become due on the sandbox's clock. */
  release(): void
  /** Resolves when nothing is under way or waiting for its turn; events that are retried or delayed do not count. */
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
  /** What Stripe would send for the event. */
  payload(event: StoredEvent): string
  /** The event was taken, or never will be sent. */
  settled(event: StoredEvent, delivery: 'delivered' | 'dropped'): void
}

interface Turn {
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
    // The shop is not there: the same as a failure it would answer, so the event is retried.
    return null
  }
}

const isTaken = (status: number | null): status is number => status !== null && status < 300

export const webhookSender = (options: Options): WebhookSender => {
  const deliveries: Delivery[] = []
  let stopped = false

  const send = async (event: StoredEvent): Promise<number | null> => {
    const payload = options.payload(event)
    const statuses = await Promise.all(options.urls().map((url) => post(url, payload, options)))
    const status = statuses.find((answer) => !isTaken(answer)) ?? statuses[0] ?? null
    deliveries.push({ event: event.id, type: event.type, status, at: new Date(options.nowMs()).toISOString() })
    if (deliveries.length > logLength) deliveries.shift()
    if (isTaken(status)) options.settled(event, 'delivered')
    return status
  }
  const queue = lanes<Turn>(concurrency, async ({ event, tries }) => {
    if (stopped || isTaken(await send(event)) || stopped || tries >= maxTries) return
    retries.park({ event, tries: tries + 1 }, retryMs[tries] ?? lastRetryMs)
  })
  const retries = parking<Turn>(options.nowMs, (turn) => queue.add(turn.event.subject, turn))
  const trouble = disturbance<StoredEvent>({
    send: (event) => queue.add(event.subject, { event, tries: 0 }),
    drop: (event) => options.settled(event, 'dropped'),
    delay: (event, ms) => retries.park({ event, tries: 0 }, ms),
  })
  return {
    push: trouble.pass,
    send,
    configure: trouble.configure,
    log: () => deliveries,
    age: (seconds) => {
      retries.age(seconds * 1000)
      // Shuffling takes a fraction of a second.
      if (seconds > 0) trouble.flush()
    },
    release: retries.release,
    idle: async () => {
      trouble.flush()
      await queue.idle()
    },
    stop: async () => {
      stopped = true
      trouble.flush()
      retries.clear()
      queue.clear()
      await queue.idle()
    },
  }
}
