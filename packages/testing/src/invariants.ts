// Reads from a service's metrics which invariants are violated, after a fresh check.
import type { UnderTest } from './under-test.ts'

/** For the environment of a service whose invariants a test checks. */
export const checkedEachSecond = { INVARIANTS_EVERY_SEC: '1' } as const

/** Values of a metric on a metrics page, by invariant. */
export const invariantMetric = async (
  metricsUrl: string,
  metric: 'cartwright_invariant_violations' | 'cartwright_invariant_violations_total',
): Promise<Record<string, number>> => {
  const page = await (await fetch(metricsUrl)).text()
  const lines = page.matchAll(new RegExp(`^${metric}\\{[^}]*invariant="([^"]+)"[^}]*\\} (\\S+)$`, 'gm'))
  return Object.fromEntries([...lines].map(([, name = '', value]) => [name, Number(value)]))
}

/**
 * Waits for one check and lists the violated invariants. Start the service with `checkedEachSecond`.
 * @throws Error when an invariant could not be checked
 */
export const contradicted = async (t: UnderTest): Promise<string[]> => {
  await t.clock.advance('2s')
  await t.idle()
  const [now, total] = await Promise.all([
    invariantMetric(t.running.metricsUrl, 'cartwright_invariant_violations'),
    invariantMetric(t.running.metricsUrl, 'cartwright_invariant_violations_total'),
  ])
  const unknown = Object.keys(total).filter((name) => now[name] === undefined)
  if (unknown.length > 0 || Object.keys(total).length === 0) throw new Error(`not checked: ${unknown.join(', ') || 'anything'}`)
  return Object.keys(now)
    .filter((name) => (now[name] ?? 0) > 0 && (total[name] ?? 0) > 0)
    .sort()
}
