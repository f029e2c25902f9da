// Relay latency, from COMMIT to the broker's acknowledgement, from the services' histograms. Results are upper bounds of buckets.

/** Cumulative counts by upper bound in seconds. */
const bucketsOf = (text: string): Map<number, number> => {
  const buckets = new Map<number, number>()
  for (const [, bound, count] of text.matchAll(
    /^cartwright_outbox_relay_duration_seconds_bucket\{[^}]*le="([^"]+)"[^}]*\} (\d+)/gm,
  )) {
    const upper = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound)
    buckets.set(upper, (buckets.get(upper) ?? 0) + Number(count))
  }
  return buckets
}

/** Sums the histograms of all services. */
export const readRelay = async (metricsUrls: readonly string[]): Promise<Map<number, number>> => {
  const sum = new Map<number, number>()
  for (const url of metricsUrls) {
    for (const [bound, count] of bucketsOf(await (await fetch(url)).text())) sum.set(bound, (sum.get(bound) ?? 0) + count)
  }
  return sum
}

/** Smallest bucket bound in ms that covers `share` of the events between two readings; null without events. */
export const relayPercentile = (
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
  share: number,
): number | null => {
  const bounds = [...after.keys()].sort((a, b) => a - b)
  const countAt = (bound: number) => (after.get(bound) ?? 0) - (before.get(bound) ?? 0)
  const total = countAt(Number.POSITIVE_INFINITY)
  if (total === 0) return null
  return (bounds.find((bound) => countAt(bound) >= total * share) ?? Number.POSITIVE_INFINITY) * 1000
}
