// A dashboard: rows of panels with the settings that all dashboards share.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import type { Panel } from './metric-panels.ts'
import { metrics } from './sources.ts'

interface Board {
  uid: string
  title: string
  /** The question that it answers. */
  about: string
  /** Start of the time range, such as `now-6h`. */
  from: string
  variables?: readonly Builder<dashboard.VariableModel>[]
  rows: Readonly<Record<string, readonly Panel[]>>
}

const tag = 'cartwright'

/** Chooses services by the metric that each of them has. */
export const serviceVariable = (): Builder<dashboard.VariableModel> =>
  new dashboard.QueryVariableBuilder('service')
    .label('Service')
    .description('Services that the panels show')
    .datasource(metrics)
    .query({ qryType: 1, query: 'label_values(cartwright_build_info, service)', refId: 'service' })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: 'All', value: '$__all' })

export const board = ({ uid, title, about, from, variables = [], rows }: Board): dashboard.Dashboard => {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(about)
    .tags([tag])
    .readonly()
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh('30s')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .variables([...variables])
    .links([
      new dashboard.DashboardLinkBuilder('Dashboards')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(true)
        .keepTime(true),
    ])
  for (const [name, panels] of Object.entries(rows)) {
    builder.withRow(new dashboard.RowBuilder(name))
    for (const panel of panels) builder.withPanel(panel)
  }
  const built = builder.build()
  // Links to a panel stay valid while the panels before it stay.
  for (const [index, panel] of (built.panels ?? []).entries()) panel.id = index + 1
  return built
}
