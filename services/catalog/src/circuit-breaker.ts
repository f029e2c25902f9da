// Stops asking an engine that does not answer: after some failures in a row it is left alone for a while, then tried by one caller. Pure but for its own state.

export interface CircuitBreaker {
  /** Whether the engine may be asked now. While it is suspected, one caller at a time may. */
  allows(): boolean
  succeeded(): void
  failed(): void
  readonly open: boolean
}

/** @param options.failures in a row that open it; @param options.openMs milliseconds until the next trial */
export const circuitBreaker = ({
  failures,
  openMs,
  nowMs,
}: {
  failures: number
  openMs: number
  nowMs: () => number
}): CircuitBreaker => {
  let inARow = 0
  let retryAtMs = 0
  return {
    get open() {
      return inARow >= failures
    },
    allows: () => {
      if (inARow < failures) return true
      if (nowMs() < retryAtMs) return false
      // The next caller waits for this one's outcome.
      retryAtMs = nowMs() + openMs
      return true
    },
    succeeded: () => {
      inARow = 0
    },
    failed: () => {
      inARow += 1
      retryAtMs = nowMs() + openMs
    },
  }
}
