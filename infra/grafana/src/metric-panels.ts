// Panels of metrics as an operator reads them: a title, an explanation, a unit, and limits from which a value is bad.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import { atTheEnd, metrics, overTime, type Query } from './sources.ts'

export type Panel = Builder<dashboard.Panel>

/** From which value on a panel is yellow and red. */
export interface Limits {
  warn?: number
  bad: number
}

interface MetricPanel {
  title: string
  /** What the values mean, and what to do about a bad one. */
  about: string
  unit: string
  queries: readonly Query[]
  limits?: Limits
  /** Columns of 24. */
  width?: number
}

export const steps = ({ warn, bad }: Limits): Builder<dashboard.ThresholdsConfig> =>
  new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([
    // The first step begins at minus infinity.
    { value: null, color: 'green' },
    ...(warn === undefined ? [] : [{ value: warn, color: 'yellow' }]),
    { value: bad, color: 'red' },
  ])

const legend = (): Builder<common.VizLegendOptions> =>
  new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.Table)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)
    .calcs(['lastNotNull', 'max'])
    .sortBy('Max')
    .sortDesc(true)

/** Lines over time. `stacked` is for parts of a whole. */
export const graph = ({
  title,
  about,
  unit,
  queries,
  limits,
  width = 8,
  stacked,
}: MetricPanel & { stacked?: boolean }): Panel => {
  const panel = new GraphPanel()
    .title(title)
    .description(about)
    .datasource(metrics)
    .targets(overTime(queries))
    .unit(unit)
    .min(0)
    .span(width)
    .height(8)
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 10)
    .showPoints(common.VisibilityMode.Auto)
    .legend(legend())
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending))
  if (stacked) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'))
  if (limits)
    panel
      .thresholds(steps(limits))
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Line))
  return panel
}

/** One number per series, as it is at the end of the time range. */
export const figure = ({ title, about, unit, queries, limits, width = 4 }: MetricPanel): Panel => {
  const panel = new StatPanel()
    .title(title)
    .description(about)
    .datasource(metrics)
    .targets(atTheEnd(queries))
    .unit(unit)
    .span(width)
    .height(4)
    .noValue('none')
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(limits ? common.BigValueColorMode.Background : common.BigValueColorMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
  return limits ? panel.thresholds(steps(limits)) : panel
}

/** Unit of one column of a table. */
interface Column {
  name: string
  unit?: string
}

/** One row per set of labels, and one column per query, named by its legend. The rows are sorted by the first column. */
export const table = ({
  title,
  about,
  unit,
  queries,
  columns = [],
  width = 24,
}: MetricPanel & { columns?: readonly Column[] }): Panel => {
  const names = queries.map(([name]) => name)
  const renamed = Object.fromEntries(
    names.map((name, index) => [names.length === 1 ? 'Value' : `Value #${String.fromCharCode(65 + index)}`, name]),
  )
  const panel = new TablePanel()
    .title(title)
    .description(about)
    .datasource(metrics)
    .targets(atTheEnd(queries, PromQueryFormat.Table))
    .unit(unit)
    .span(width)
    .height(10)
    .filterable(true)
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(names[0] ?? '').desc(true)])
    .transformations([
      { id: 'merge', options: {} },
      { id: 'organize', options: { excludeByName: { Time: true }, renameByName: renamed } },
    ])
  for (const { name, unit: own } of columns) if (own) panel.overrideByName(name, [{ id: 'unit', value: own }])
  return panel
}
