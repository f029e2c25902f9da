// Metrics registry of one service instance, and the metrics of the process. Metrics are created from their declarations.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { MetricDeclaration } from './declare-metric.ts'

type Declarations = Readonly<Record<string, MetricDeclaration>>

type Opened<D> =
  D extends MetricDeclaration<infer T, infer L>
    ? T extends 'counter'
      ? Counter<keyof L & string>
      : T extends 'gauge'
        ? Gauge<keyof L & string>
        : Histogram<keyof L & string>
    : never

/** The metrics of declarations, under the same keys. */
export type OpenedMetrics<D extends Declarations> = { readonly [K in keyof D]: Opened<D[K]> }

/** Every combination of the labels' values; none when a label's values are not known. */
const combinationsOf = (labels: MetricDeclaration['labels']): Record<string, string>[] =>
  Object.entries(labels).reduce<Record<string, string>[]>(
    (combinations, [name, values]) =>
      combinations.flatMap((combination) => (values ?? []).map((value) => ({ ...combination, [name]: value }))),
    [{}],
  )

const open = (registry: Registry, { type, name, help, labels, buckets }: MetricDeclaration) => {
  const common = { name, help, labelNames: Object.keys(labels), registers: [registry] }
  if (type === 'gauge') return new Gauge(common)
  if (type === 'histogram') return new Histogram({ ...common, buckets: [...buckets] })
  const created = new Counter(common)
  for (const combination of combinationsOf(labels)) created.inc(combination, 0)
  return created
}

/** Creates the registry of a service instance. Each of its metrics has the label `service`. */
export const createMetrics = (service: string) => {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  return {
    registry,
    /** Creates the declared metrics. Each declaration is opened once. */
    open: <D extends Declarations>(declared: D): OpenedMetrics<D> =>
      Object.fromEntries(
        Object.entries(declared).map(([key, declaration]) => [key, open(registry, declaration)]),
      ) as OpenedMetrics<D>,
  }
}

/** Creates the registry of the process: processor, memory, event loop and garbage collection. Services of one process share it. */
export const createProcessMetrics = (): Registry => {
  const registry = new Registry()
  // The default precision of 10 ms wakes the process 100 times a second, which dominates the cost of an idle process.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })
  return registry
}
