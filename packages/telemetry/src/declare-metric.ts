// Metric declarations: name, type, help text and labels. A registry creates the metrics from them; documents and tests read them.

/** Label names, each with all its values, or null when its values are found at run time. */
type Labels = Readonly<Record<string, readonly string[] | null>>
type MetricName = `cartwright_${string}`
type MetricType = 'counter' | 'gauge' | 'histogram'

export interface MetricDeclaration<T extends MetricType = MetricType, L extends Labels = Labels> {
  type: T
  name: MetricName
  help: string
  labels: L
  /** Upper bounds of a histogram. */
  buckets: readonly number[]
}

/** Declares a counter. When all values of its labels are known, each series exists with 0 from the start. */
export const counter = <const L extends Labels = Record<never, never>>(
  name: MetricName,
  help: string,
  labels: L = {} as L,
): MetricDeclaration<'counter', L> => ({ type: 'counter', name, help, labels, buckets: [] })

/** Declares a gauge. */
export const gauge = <const L extends Labels = Record<never, never>>(
  name: MetricName,
  help: string,
  labels: L = {} as L,
): MetricDeclaration<'gauge', L> => ({ type: 'gauge', name, help, labels, buckets: [] })

/** Declares a histogram. @param buckets upper bounds, ascending */
export const histogram = <const L extends Labels = Record<never, never>>(
  name: MetricName,
  help: string,
  buckets: readonly number[],
  labels: L = {} as L,
): MetricDeclaration<'histogram', L> => ({ type: 'histogram', name, help, labels, buckets })
