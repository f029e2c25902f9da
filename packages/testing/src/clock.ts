// Movable clock for tests: deadlines, tokens and signatures follow it while real time runs on.
import type { Clock } from '@cartwright/service-kit'

export interface MovableClock extends Clock {
  /** @param by such as `90s`, `15m`, `2h`, `1d` */
  advance(by: string): Promise<void>
}

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a duration such as `33m`. */
export const durationMs = (text: string): number => {
  const match = /^(\d+)([smhd])$/.exec(text)
  const unit = unitMs[match?.[2] ?? '']
  if (!match || unit === undefined) throw new RangeError(`not a duration: ${text}`)
  return Number(match[1]) * unit
}

/** @param onMove called after each jump, before time is read again */
export const movableClock = (onMove?: (ms: number) => Promise<void>): MovableClock => {
  let offset = 0
  return {
    now: () => new Date(Date.now() + offset),
    offsetMs: () => offset,
    advance: async (by) => {
      const ms = durationMs(by)
      offset += ms
      await onMove?.(ms)
    },
  }
}
