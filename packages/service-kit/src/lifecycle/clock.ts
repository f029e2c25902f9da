// Clock of a service. Deadlines, tokens and signature checks share it, and tests move it.

export interface Clock {
  now(): Date
  /** Milliseconds ahead of real time; 0 in production. */
  offsetMs(): number
}

export const systemClock: Clock = { now: () => new Date(), offsetMs: () => 0 }
