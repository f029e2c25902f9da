// Plays the history of the development shop: step by step at its time, through the gateway, and resumes where it was interrupted.
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '@cartwright/service-kit'
import { act } from './actions.ts'
import { type Progress, steps, timeOf } from './progress.ts'
import { createSessions } from './session.ts'

/** Clock that runs from the moment to which it was set last. */
interface HistoryClock extends Clock {
  /** @param at a moment after `now()`; an earlier one leaves the clock as it is */
  moveTo(at: Date): void
}

/** Creates a clock that starts at `at`. */
export const historyClock = (at: Date): HistoryClock => {
  let offsetMs = at.getTime() - Date.now()
  return {
    now: () => new Date(Date.now() + offsetMs),
    offsetMs: () => offsetMs,
    moveTo: (next) => {
      offsetMs = Math.max(offsetMs, next.getTime() - Date.now())
    },
  }
}

interface Stage {
  /** Address of the gateway. */
  url: string
  sandboxUrl: string
  clock: HistoryClock
  /** Resolves when no service has due work. */
  idle(): Promise<void>
  /** Called after every step, with the progress to keep. */
  save(progress: Progress): void
  signal: AbortSignal
}

/** Sets the sandbox's clock as far from real time as the services' clock, less than a second behind it. */
export const moveSandbox = async (sandboxUrl: string, offsetMs: number): Promise<void> => {
  const response = await fetch(`${sandboxUrl}/_sandbox/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ offsetSec: Math.floor(offsetMs / 1000) }),
  })
  if (!response.ok) throw new Error(`the Stripe sandbox refuses to move its clock: ${await response.text()}`)
}

const settleLimitMs = 30_000
const settlePollMs = 20

interface Webhooks {
  sent: number
  /** Those that the shop has not accepted yet. */
  pending: number
}

const readWebhooks = async (sandboxUrl: string): Promise<Webhooks> => {
  const { events } = (await (await fetch(`${sandboxUrl}/_sandbox/events`)).json()) as { events: { delivery: string }[] }
  return { sent: events.length, pending: events.filter(({ delivery }) => delivery === 'pending').length }
}

/**
 * Waits until the shop has done everything that follows from a step, so that all of it happens at the step's time. A webhook may bring work
 * while services become idle, and their work may cause webhooks.
 * @throws Error after 30 s
 */
const settle = async ({ sandboxUrl, idle }: Pick<Stage, 'sandboxUrl' | 'idle'>): Promise<void> => {
  const until = performance.now() + settleLimitMs
  for (;;) {
    const before = await readWebhooks(sandboxUrl)
    await idle()
    const { sent, pending } = await readWebhooks(sandboxUrl)
    if (before.pending === 0 && sent === before.sent && pending === 0) return
    if (performance.now() > until) throw new Error(`the shop does not accept ${pending} webhooks of the Stripe sandbox`)
    await delay(settlePollMs)
  }
}

/** Plays the steps that are left. @throws Error for a step that fails; the steps before it are kept */
export const playHistory = async (stage: Stage, from: Progress): Promise<void> => {
  const { url, sandboxUrl, clock, save, signal } = stage
  const sessionOf = createSessions(url, () => clock.now())
  let progress = from
  for (const step of steps.slice(from.done)) {
    signal.throwIfAborted()
    const at = timeOf(progress, step.minutesBefore)
    clock.moveTo(at)
    await moveSandbox(sandboxUrl, clock.offsetMs())
    await settle(stage)
    const { name, email } = step.order
    const [buyer, admin] = [await sessionOf(email), await sessionOf('admin@example.com')]
    const orderId = await act({ step, at, orderId: progress.orders[name] ?? null, buyer, admin, sandboxUrl })
    await settle(stage)
    progress = { ...progress, done: progress.done + 1, orders: { ...progress.orders, [name]: orderId } }
    save(progress)
  }
  await moveSandbox(sandboxUrl, 0)
}
