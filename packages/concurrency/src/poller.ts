// Poller: runs a round at an interval and when woken, one round at a time; a wake during a round brings another behind it.

/** What a round is given. */
export interface Round {
  /** Why the round runs: the interval, a wake, or a caller who waits for it. */
  cause: 'interval' | 'wake' | 'tick'
  /** Aborted by `stop()`: a long round may end early. */
  signal: AbortSignal
}

export interface PollerOptions {
  everyMs: number
  /** One round. @returns whether anything was done */
  run(round: Round): Promise<boolean>
  /** @param failures how many rounds have failed in a row */
  onError(error: unknown, failures: number): void
  /** Whether an interval passes without a round: backoff after so many failures in a row. */
  skipInterval?: (failures: number) => boolean
  /** Subscribes `wake` to a signal that something is due. @returns what ends the subscription */
  subscribe?: (wake: () => void) => () => void
}

export interface Poller {
  /** Asks for a round now, or behind the one in progress. After a failed round only the interval tries again. */
  wake(): void
  /** Waits for the round in progress and runs one. @returns whether that one did anything */
  tick(): Promise<boolean>
  /** Starts no more rounds and waits for the one in progress. */
  stop(): Promise<void>
}

/** The first round starts in a microtask: `run` may use what its caller declares after the poller. */
export const startPoller = ({ everyMs, run, onError, skipInterval, subscribe }: PollerOptions): Poller => {
  const stopping = new AbortController()
  const { signal } = stopping
  let running: Promise<boolean> | null = null
  let woken = false
  let failures = 0

  const round = async (cause: Round['cause']): Promise<boolean> => {
    try {
      const did = await run({ cause, signal })
      failures = 0
      return did
    } catch (error) {
      failures += 1
      onError(error, failures)
      return false
    }
  }
  /** Joins the round in progress, if there is one. */
  const start = async (cause: Round['cause']): Promise<boolean> => {
    if (running || signal.aborted) return running ?? false
    woken = false
    const current = round(cause).finally(() => {
      running = null
      if (woken) wake()
    })
    running = current
    return current
  }
  const wake = (): void => {
    if (running) woken = true
    else if (failures === 0) void start('wake')
  }

  const unsubscribe = subscribe?.(wake)
  const timer = setInterval(() => {
    if (skipInterval?.(failures) !== true) void start('interval')
  }, everyMs)
  queueMicrotask(() => void start('interval'))
  return {
    wake,
    tick: async () => {
      await running
      return start('tick')
    },
    stop: async () => {
      stopping.abort()
      clearInterval(timer)
      unsubscribe?.()
      await running
    },
  }
}
