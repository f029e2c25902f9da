// Measurements of the metrics page: gauges that are read from the database or another engine when the page is read.

import { createSingleFlight, waitAtMost } from '@cartwright/concurrency'
import type { Logger } from '@cartwright/telemetry'

/** The part of a gauge that is needed to take its values away. */
interface MeasuredGauge {
  reset(): void
  remove(): void
}

/** A measurement of a service, as it declares it. */
export interface Measurement<Deps> {
  /** For the log line when it fails. */
  name: string
  /** Seconds for which a result is served again, for measurements that cost more; `METRICS_CACHE_SEC` when left out. */
  everySec?: number
  /** The gauges that `run` sets. They have no value while the measurement fails: an old value would look like a current one. */
  gauges(deps: Deps): readonly MeasuredGauge[]
  run(context: { deps: Deps }): Promise<void>
}

/** How long the page waits for a measurement; Prometheus gives up a scrape after 10 s. */
const maxWaitMs = 2000

/** Takes all values away. A reset gives a gauge without labels the value 0. */
const clear = (gauge: MeasuredGauge): void => {
  gauge.reset()
  if ('labelNames' in gauge && Array.isArray(gauge.labelNames) && gauge.labelNames.length === 0) gauge.remove()
}

interface MeasurementOptions {
  /** Seconds for which results are served again, so that scrapers cannot load the database; 0 measures for each reading of the page. */
  cacheSec: number
  log: Logger
}

/** @returns a function that measures what is outdated, and resolves after two seconds at the latest */
export const createMeasuring = <Deps>(
  measurements: readonly Measurement<Deps>[],
  deps: Deps,
  { cacheSec, log }: MeasurementOptions,
): (() => Promise<void>) => {
  const flights = createSingleFlight<void>()
  const measuredAt = new Map<string, number>()

  const measure = async ({ name, gauges, run }: Measurement<Deps>): Promise<void> => {
    measuredAt.set(name, performance.now())
    try {
      await run({ deps })
    } catch (error) {
      for (const gauge of gauges(deps)) clear(gauge)
      log.debug({ err: error, measurement: name }, 'metrics: a measurement failed, its gauges are left out; check the engine')
    }
  }
  const isCurrent = ({ name, everySec = 0 }: Measurement<Deps>): boolean => {
    const at = measuredAt.get(name)
    return at !== undefined && cacheSec > 0 && performance.now() - at < Math.max(everySec, cacheSec) * 1000
  }
  return async () => {
    const outdated = measurements.filter((one) => !isCurrent(one))
    const running = outdated.map((one) => flights.run(one.name, () => measure(one)))
    await waitAtMost(maxWaitMs, Promise.all(running))
  }
}
