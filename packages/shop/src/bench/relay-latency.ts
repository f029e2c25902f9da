// Commit → broker acknowledgement, read from the services' histograms as it stands in Prometheus: the bucket's bound is the honest answer.

/** Cumulative counts by upper bound in seconds. */
const bucketsOf = (text: string): Map<number, number> => {
  const buckets = new Map<number, number>()
  for (const [, bound, count] of text.matchAll(/^outbox_relay_duration_seconds_bucket\{[^}]*le="([^"]+)"[^}]*\} (\d+)/gm)) {
    const upper = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound)
    buckets.set(upper, (buckets.get(upper) ?? 0) + Number(count))
  }
  return buckets
}

/** Counts of all services together. */
export const readRelay = async (metricsUrls: readonly string[]): Promise<Map<number, number>> => {
  const sum = new Map<number, number>()
  for (const url of metricsUrls) {
    for (const [bound, count] of bucketsOf(await (await fetch(url)).text())) sum.set(bound, (sum.get(bound) ?? 0) + count)
  }
  return sum
}

/** The smallest bucket bound in ms that holds `share` of what was counted between two readings; null when nothing was. */
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
