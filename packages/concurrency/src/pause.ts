// Pause between tries that an abort ends early.
import { setTimeout as delay } from 'node:timers/promises'
import { ignore } from './ignore.ts'

/** Resolves after `ms`, or as soon as `signal` is aborted. It never rejects: the caller looks at `signal.aborted`. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  ignore(delay(ms, undefined, { signal }), 'the abort ends the pause; the caller checks the signal')
