// Circuit breaker: after failures in a row it refuses calls for a while, then lets one trial call pass. Callers record outcomes.

export interface CircuitBreakerOptions {
  /** Failures in a row that open the circuit. */
  failureThreshold: number
  /** Milliseconds until a trial call may pass, and until the next one while no outcome is recorded. */
  openMs: number
  /** A clock in milliseconds; `performance.now` when left out. */
  nowMs?: () => number
}

export interface CircuitBreaker {
  /** Whether a call may be made now. While the circuit is open, `true` admits one trial call and refuses the others for `openMs`. */
  canCall(): boolean
  /** Closes the circuit. */
  recordSuccess(): void
  /** Opens the circuit at the threshold, and keeps an open one open. */
  recordFailure(): void
  isOpen(): boolean
}

export const createCircuitBreaker = ({
  failureThreshold,
  openMs,
  nowMs = () => performance.now(),
}: CircuitBreakerOptions): CircuitBreaker => {
  let failures = 0
  let nextTrialMs = 0
  return {
    canCall: () => {
      if (failures < failureThreshold) return true
      const now = nowMs()
      if (now < nextTrialMs) return false
      nextTrialMs = now + openMs
      return true
    },
    recordSuccess: () => {
      failures = 0
    },
    recordFailure: () => {
      failures += 1
      nextTrialMs = nowMs() + openMs
    },
    isOpen: () => failures >= failureThreshold,
  }
}
