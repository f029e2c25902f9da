// Progress of the history of a development shop: what is done, when it goes on, and the file that keeps it over restarts.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { plannedOrders, stepsOf } from './plan.ts'

/** How far a history has been played. */
export interface Progress {
  /** The moment at which the history ends, as an ISO time. */
  endsAt: string
  /** Number of steps that are done. */
  done: number
  /** Ids of placed orders, by their names in the plan. */
  orders: Record<string, string>
  /** Why the history ended early. It is not resumed then: the shop may have been used since. */
  failed?: string
}

const minuteMs = 60_000
export const steps = stepsOf(plannedOrders)

/** The beginning of a history that ends now. */
export const newProgress = (): Progress => ({ endsAt: new Date().toISOString(), done: 0, orders: {} })

/** Whether nothing is left to play. */
export const isFinished = ({ done, failed }: Progress): boolean => done >= steps.length || failed !== undefined

/** When a step happens. */
export const timeOf = ({ endsAt }: Progress, minutesBefore: number): Date =>
  new Date(Date.parse(endsAt) - minutesBefore * minuteMs)

/** The moment of the next step; an hour before the first one, in which the shop is seeded. */
export const resumesAt = (progress: Progress): Date => {
  const next = steps[progress.done]?.minutesBefore ?? 0
  return timeOf(progress, progress.done === 0 ? next + 60 : next)
}

/** Reads the file of a data folder; null when nothing was played on it. */
export const readProgress = (file: string): Progress | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Progress
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Replaces the file atomically. */
export const writeProgress = (file: string, progress: Progress): void => {
  writeFileSync(`${file}.new`, `${JSON.stringify(progress, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Seconds by which the sandbox's clock is ahead of real time at its start: negative for a history that was interrupted, else 0. */
export const sandboxOffsetSec = (file: string): number => {
  const progress = readProgress(file)
  if (progress === null || isFinished(progress)) return 0
  return Math.floor((resumesAt(progress).getTime() - Date.now()) / 1000)
}
