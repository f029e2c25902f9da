// Plays the history of the development shop: step by step at its time, through the gateway, and resumes where it was interrupted.
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

/** Plays the steps that are left. @throws Error for a step that fails; the steps before it are kept */
export const playHistory = async (stage: Stage, from: Progress): Promise<void> => {
  const { url, sandboxUrl, clock, idle, save, signal } = stage
  const sessionOf = createSessions(url, () => clock.now())
  let progress = from
  for (const step of steps.slice(from.done)) {
    signal.throwIfAborted()
    const at = timeOf(progress, step.minutesBefore)
    clock.moveTo(at)
    await moveSandbox(sandboxUrl, clock.offsetMs())
    await idle()
    const { name, email } = step.order
    const [buyer, admin] = [await sessionOf(email), await sessionOf('admin@example.com')]
    const orderId = await act({ step, at, orderId: progress.orders[name] ?? null, buyer, admin, sandboxUrl })
    await idle()
    progress = { ...progress, done: progress.done + 1, orders: { ...progress.orders, [name]: orderId } }
    save(progress)
  }
  await moveSandbox(sandboxUrl, 0)
}
