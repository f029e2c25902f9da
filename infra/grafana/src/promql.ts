// Expressions in PromQL that several panels use. `$service` is a variable of the dashboard.

/** Interval that Grafana chooses so that it holds at least four scrapes. */
const interval = '$__rate_interval'

interface Options {
  /** More matchers, such as `status=~"5.."`. */
  where?: string
  /** Without the variable `$service`. */
  everyService?: boolean
}

const matchers = ({ where, everyService = false }: Options): string =>
  [...(everyService ? [] : ['service=~"$service"']), ...(where ? [where] : [])].join(',')

const braces = (options: Options): string => {
  const inside = matchers(options)
  return inside === '' ? '' : `{${inside}}`
}

/** Increase per second of a counter or of a histogram's `_count`. */
export const rate = (counter: string, by: string, options: Options = {}): string =>
  `sum by (${by}) (rate(${counter}${braces(options)}[${interval}]))`

/** Increase over the dashboard's time range. */
export const increase = (counter: string, by: string, options: Options = {}): string =>
  `sum by (${by}) (increase(${counter}${braces(options)}[$__range]))`

/** A quantile of a histogram, given without `_bucket`. */
export const quantile = (q: number, histogram: string, by: string, options: Options = {}): string =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${histogram}_bucket${braces(options)}[${interval}])))`

/** Share of a counter that matches `where`: 0 when nothing does. */
export const share = (counter: string, by: string, { where, everyService }: Options & { where: string }): string => {
  const all = rate(counter, by, everyService ? { everyService } : {})
  const part = rate(counter, by, { where, ...(everyService ? { everyService } : {}) })
  return `(${part} or 0 * ${all}) / (${all} > 0)`
}

/** Highest value of a gauge over all instances. */
export const highest = (gauge: string, by: string, options: Options = {}): string => `max by (${by}) (${gauge}${braces(options)})`

/** Sum of a gauge over all instances. */
export const total = (gauge: string, by: string, options: Options = {}): string => `sum by (${by}) (${gauge}${braces(options)})`
