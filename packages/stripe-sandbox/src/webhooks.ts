// Delivers events to the shop: signed with Stripe's scheme, in order, retried; and, when told so, delayed, doubled, shuffled or lost.
import { createHmac } from 'node:crypto'
import type { StripeEvent } from './state.ts'

export type WebhookMode = 'deliver' | 'delay' | 'duplicate' | 'reorder' | 'drop'

export interface WebhookSettings {
  mode: WebhookMode
  /** Seconds, for `delay`. */
  delaySec?: number
  /** How many events the mode holds for; for ever when left out. */
  count?: number
  /** Only events of these types. */
  types?: string[]
}

export interface Delivery {
  event: string
  type: string
  status: number | null
  at: string
}

export interface WebhookSender {
  push(event: StripeEvent): void
  configure(settings: WebhookSettings): void
  log(): readonly Delivery[]
  /** Resolves when nothing is under way or waiting for its turn; events that are retried later do not count. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/** Stripe's header: a timestamp and an HMAC-SHA256 of `timestamp.payload`. */
export const signatureHeader = (payload: string, secret: string, at: number): string =>
  `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${payload}`).digest('hex')}`

const retryMs = [200, 500, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000]
const reorderWindowMs = 300

interface Options {
  url(): string | null
  secret: string
  now(): number
}

export const webhookSender = (options: Options): WebhookSender => {
  let settings: WebhookSettings = { mode: 'deliver' }
  const queue: StripeEvent[] = []
  const shuffled: StripeEvent[] = []
  const timers = new Set<NodeJS.Timeout>()
  const deliveries: Delivery[] = []
  let running: Promise<void> | null = null
  let stopped = false

  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms)
    timers.add(timer)
  }

  const attempt = async (event: StripeEvent): Promise<number | null> => {
    const url = options.url()
    if (url === null) return null
    const payload = JSON.stringify(event)
    try {
      const response = await fetch(url, {
        method: 'POST',
        body: payload,
        signal: AbortSignal.timeout(10_000),
        headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signatureHeader(payload, options.secret, options.now()) },
      })
      await response.arrayBuffer()
      return response.status
    } catch {
      // The shop is not there: the same as a failure it would answer, so the event is retried.
      return null
    }
  }

  const send = async (event: StripeEvent, tries: number): Promise<void> => {
    const status = await attempt(event)
    deliveries.push({ event: event.id, type: event.type, status, at: new Date().toISOString() })
    if (deliveries.length > 5000) deliveries.shift()
    const wait = retryMs[tries]
    if ((status === null || status >= 300) && wait !== undefined && !stopped) later(wait, () => void send(event, tries + 1))
  }

  const drain = async (): Promise<void> => {
    for (let event = queue.shift(); event !== undefined && !stopped; event = queue.shift()) await send(event, 0)
  }

  const enqueue = (event: StripeEvent) => {
    queue.push(event)
    running ??= drain().finally(() => {
      running = null
    })
  }

  const flushShuffled = () => {
    for (const event of shuffled.splice(0).reverse()) enqueue(event)
  }

  const consumeCount = () => {
    if (settings.count === undefined) return
    settings.count -= 1
    if (settings.count <= 0) settings = { mode: 'deliver' }
  }

  return {
    push: (event) => {
      const { mode, types, delaySec = 5 } = settings
      if (mode === 'deliver' || (types && !types.includes(event.type))) return enqueue(event)
      consumeCount()
      if (mode === 'drop') return
      if (mode === 'delay') return later(delaySec * 1000, () => enqueue(event))
      enqueueDoubled(mode, event)
    },
    configure: (next) => {
      settings = { ...next }
      if (next.mode !== 'reorder') flushShuffled()
    },
    log: () => deliveries,
    idle: async () => {
      while (running) await running
    },
    stop: async () => {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
      await running
    },
  }

  function enqueueDoubled(mode: WebhookMode, event: StripeEvent): void {
    if (mode === 'duplicate') {
      enqueue(event)
      enqueue(event)
      return
    }
    shuffled.push(event)
    if (shuffled.length === 1) later(reorderWindowMs, flushShuffled)
  }
}
