// Closed-loop load generator: each user sends the next request after the response. The warm-up is not measured.

export interface LoadResult {
  users: number
  seconds: number
  count: number
  errors: number
  perSec: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  firstError: string | null
}

/** One operation of one user; throws when the response is not the expected one. */
export type Operation = (user: number, round: number) => Promise<void>

const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

/** Runs `operation` with `users` concurrent users: the warm-up, then `seconds` that are measured. */
export const load = async (
  users: number,
  operation: Operation,
  { warmUpSec, seconds }: { warmUpSec: number; seconds: number },
): Promise<LoadResult> => {
  const latencies: number[] = []
  let errors = 0
  let firstError: string | null = null
  const begin = performance.now() + warmUpSec * 1000
  const end = begin + seconds * 1000
  const user = async (index: number) => {
    for (let round = 0; ; round++) {
      const started = performance.now()
      if (started >= end) return
      try {
        await operation(index, round)
        const now = performance.now()
        // An operation that began before the end counts although it ends later, so that long operations are included.
        if (started >= begin) latencies.push(now - started)
      } catch (error) {
        if (started >= begin) errors += 1
        firstError ??= error instanceof Error ? error.message : String(error)
      }
    }
  }
  await Promise.all(Array.from({ length: users }, (_, index) => user(index)))
  const took = (performance.now() - begin) / 1000
  const sorted = Float64Array.from(latencies).sort()
  return {
    users,
    seconds: took,
    count: sorted.length,
    errors,
    perSec: sorted.length / took,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    p99Ms: percentile(sorted, 0.99),
    firstError,
  }
}
