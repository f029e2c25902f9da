// Panels of log lines, traces and text. Queries of logs are in Lucene's syntax.
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as LogsPanel } from '@grafana/grafana-foundation-sdk/logs'
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import { TextMode, PanelBuilder as TextPanel } from '@grafana/grafana-foundation-sdk/text'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { type Limits, type Panel, steps } from './metric-panels.ts'
import { logCount, logDocuments, logLines, logs, traceById, traces } from './sources.ts'

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana replaces it by the value of the cell
const linkToOrder = '/d/cartwright-one-order?var-order=${__value.raw}'

interface LogPanel {
  title: string
  about: string
  query: string
  width?: number
  height?: number
}

/** Log lines, the oldest first: they read as a story. */
export const story = ({ title, about, query, width = 24, height = 12 }: LogPanel): Panel =>
  new LogsPanel()
    .title(title)
    .description(about)
    .datasource(logs)
    .targets([logLines(query)])
    .span(width)
    .height(height)
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(common.LogsSortOrder.Ascending)
    .dedupStrategy(common.LogsDedupStrategy.None)

/** Log lines as a table with chosen fields. */
export const logTable = ({
  title,
  about,
  query,
  fields,
  width = 24,
  height = 8,
}: LogPanel & { fields: Readonly<Record<string, string>> }): Panel =>
  new TablePanel()
    .title(title)
    .description(about)
    .datasource(logs)
    .targets([logDocuments(query)])
    .span(width)
    .height(height)
    .filterable(true)
    .transformations([
      { id: 'filterFieldsByName', options: { include: { names: Object.keys(fields) } } },
      {
        id: 'organize',
        options: {
          indexByName: Object.fromEntries(Object.keys(fields).map((field, index) => [field, index])),
          renameByName: fields,
        },
      },
    ])
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(fields['@timestamp'] ?? '').desc(false)])
    .overrideByName('Duration', [{ id: 'unit', value: units.Nanoseconds }])
    .overrideByName('Order', [{ id: 'links', value: [{ title: 'Everything about this order', url: linkToOrder }] }])

/** Number of log lines in the time range. */
export const logFigure = ({ title, about, query, limits, width = 4 }: LogPanel & { limits?: Limits }): Panel => {
  const panel = new StatPanel()
    .title(title)
    .description(about)
    .datasource(logs)
    .targets([logCount(query)])
    .unit(units.Short)
    .span(width)
    .height(4)
    .noValue('0')
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(limits ? common.BigValueColorMode.Background : common.BigValueColorMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['sum']).values(false))
  return limits ? panel.thresholds(steps(limits)) : panel
}

/** Spans of one trace as a waterfall. The SDK has no builder for this panel. */
export const waterfall = (title: string, about: string, traceId: string): Panel =>
  new dashboard.PanelBuilder()
    .type('traces')
    .title(title)
    .description(about)
    .datasource(traces)
    .targets([traceById(traceId)])
    .span(24)
    .height(16)

/** Markdown. */
export const note = (content: string, width = 24, height = 4): Panel =>
  new TextPanel().mode(TextMode.Markdown).content(content).transparent(true).span(width).height(height)
