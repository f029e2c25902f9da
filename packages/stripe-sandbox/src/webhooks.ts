// Delivers events to the shop: signed with Stripe's scheme, in order per payment, retried until taken; and, when told so, delayed, doubled, shuffled or lost.
import { createHmac } from 'node:crypto'
import type { StoredEvent } from './state.ts'

export type WebhookMode = 'deliver' | 'delay' | 'duplicate' | 'reorder' | 'drop'

export interface WebhookSettings {
  mode: WebhookMode
  /** Seconds, for `delay`. */
  delaySec?: number
  /** How often `duplicate` sends each event; 2 when left out. */
  copies?: number
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
  push(event: StoredEvent): void
  /** Sends one event now, whatever the mode, as "resend" in Stripe's dashboard does. @returns the shop's answer, null without one */
  send(event: StoredEvent): Promise<number | null>
  configure(settings: WebhookSettings): void
  log(): readonly Delivery[]
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
const reorderWindowMs = 300
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

interface Parked {
  event: StoredEvent
  tries: number
  dueMs: number
  timer: NodeJS.Timeout
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

/** Lanes by payment: events of one are sent in turn, those of others meanwhile. */
const lanes = (work: (event: StoredEvent, tries: number) => Promise<void>) => {
  const waiting = new Map<string, [event: StoredEvent, tries: number][]>()
  const ready: string[] = []
  const running = new Set<Promise<void>>()
  const drain = async (lane: string): Promise<void> => {
    const queue = waiting.get(lane) ?? []
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      await work(...next)
      queue.shift()
    }
    waiting.delete(lane)
  }
  const dispatch = () => {
    while (running.size < concurrency) {
      const lane = ready.shift()
      if (lane === undefined) return
      const run: Promise<void> = drain(lane).finally(() => {
        running.delete(run)
        dispatch()
      })
      running.add(run)
    }
  }
  return {
    add: (event: StoredEvent, tries = 0) => {
      const queue = waiting.get(event.subject)
      if (queue) queue.push([event, tries])
      else {
        waiting.set(event.subject, [[event, tries]])
        ready.push(event.subject)
      }
      dispatch()
    },
    clear: () => {
      ready.length = 0
      for (const queue of waiting.values()) queue.length = Math.min(queue.length, 1)
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

export const webhookSender = (options: Options): WebhookSender => {
  let settings: WebhookSettings = { mode: 'deliver' }
  let stopped = false
  let shuffleTimer: NodeJS.Timeout | null = null
  const shuffled: StoredEvent[] = []
  const parked = new Set<Parked>()
  const deliveries: Delivery[] = []

  const send = async (event: StoredEvent): Promise<number | null> => {
    const payload = options.payload(event)
    const statuses = await Promise.all(options.urls().map((url) => post(url, payload, options)))
    const status = statuses.find((answer) => answer === null || answer >= 300) ?? statuses[0] ?? null
    deliveries.push({ event: event.id, type: event.type, status, at: new Date(options.nowMs()).toISOString() })
    if (deliveries.length > logLength) deliveries.shift()
    if (status !== null && status < 300) options.settled(event, 'delivered')
    return status
  }
  const queue = lanes(async (event, tries) => {
    if (stopped) return
    const status = await send(event)
    if ((status === null || status >= 300) && tries < maxTries) park(event, tries + 1, retryMs[tries] ?? lastRetryMs)
  })
  const unpark = (entry: Parked) => {
    clearTimeout(entry.timer)
    if (parked.delete(entry)) queue.add(entry.event, entry.tries)
  }
  const park = (event: StoredEvent, tries: number, ms: number) => {
    if (stopped) return
    const entry: Parked = { event, tries, dueMs: options.nowMs() + ms, timer: setTimeout(() => unpark(entry), ms) }
    parked.add(entry)
  }
  const flushShuffled = () => {
    if (shuffleTimer) clearTimeout(shuffleTimer)
    shuffleTimer = null
    for (const event of shuffled.splice(0).reverse()) queue.add(event)
  }
  const shuffle = (event: StoredEvent) => {
    shuffled.push(event)
    shuffleTimer ??= setTimeout(flushShuffled, reorderWindowMs)
  }
  const consumeCount = () => {
    if (settings.count === undefined) return
    settings = settings.count <= 1 ? { mode: 'deliver' } : { ...settings, count: settings.count - 1 }
  }
  const disturbed: Record<Exclude<WebhookMode, 'deliver'>, (event: StoredEvent, how: WebhookSettings) => void> = {
    drop: (event) => options.settled(event, 'dropped'),
    delay: (event, { delaySec = 5 }) => park(event, 0, delaySec * 1000),
    duplicate: (event, { copies = 2 }) => {
      for (let copy = 0; copy < copies; copy++) queue.add(event)
    },
    reorder: shuffle,
  }
  return {
    push: (event) => {
      const how = settings
      if (how.mode === 'deliver' || (how.types && !how.types.includes(event.type))) return queue.add(event)
      consumeCount()
      disturbed[how.mode](event, how)
    },
    send,
    configure: (next) => {
      settings = { ...next }
      flushShuffled()
    },
    log: () => deliveries,
    release: () => {
      for (const entry of [...parked]) if (entry.dueMs <= options.nowMs()) unpark(entry)
    },
    idle: async () => {
      flushShuffled()
      await queue.idle()
    },
    stop: async () => {
      stopped = true
      if (shuffleTimer) clearTimeout(shuffleTimer)
      for (const { timer } of parked) clearTimeout(timer)
      queue.clear()
      await queue.idle()
    },
  }
}
