// A circuit breaker over one upstream: only failed connections open it, since a slow or failing answer proves that somebody is there.

export interface CircuitOptions {
  /** Failed connections in a row until the circuit opens. */
  threshold: number
  /** Milliseconds until one probe may pass. */
  openMs: number
}

export interface Circuit {
  /** Whether a request may try to connect at `nowMs`. While open, one probe passes after each `openMs`. */
  admits(nowMs: number): boolean
  connected(): void
  refused(nowMs: number): void
}

export const circuit = ({ threshold, openMs }: CircuitOptions): Circuit => {
  let failures = 0
  let nextProbeMs = 0
  return {
    admits: (nowMs) => {
      if (failures < threshold) return true
      if (nowMs < nextProbeMs) return false
      nextProbeMs = nowMs + openMs
      return true
    },
    connected: () => {
      failures = 0
    },
    refused: (nowMs) => {
      failures += 1
      if (failures >= threshold) nextProbeMs = nowMs + openMs
    },
  }
}
