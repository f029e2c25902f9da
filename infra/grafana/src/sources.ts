// Data sources by the uids of `provisioning/datasources/cartwright.yml`, and the queries that panels send to them.
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common'
import * as elastic from '@grafana/grafana-foundation-sdk/elasticsearch'
import * as prom from '@grafana/grafana-foundation-sdk/prometheus'

export const metrics = { type: 'prometheus', uid: 'cartwright-prometheus' } as const satisfies DataSourceRef
export const logs = { type: 'elasticsearch', uid: 'cartwright-logs' } as const satisfies DataSourceRef
export const traces = { type: 'jaeger', uid: 'cartwright-jaeger' } as const satisfies DataSourceRef

/** One PromQL expression, and the name of its series: `{{label}}` stands for the label's value. */
export type Query = readonly [legend: string, expr: string]

const refId = (index: number): string => String.fromCharCode(65 + index)

/** Queries over the dashboard's time range. */
export const overTime = (queries: readonly Query[]): Builder<Dataquery>[] =>
  queries.map(([legend, expr], index) =>
    new prom.DataqueryBuilder().datasource(metrics).expr(expr).legendFormat(legend).range().refId(refId(index)),
  )

/** Queries for the values at the end of the dashboard's time range. */
export const atTheEnd = (queries: readonly Query[], format = prom.PromQueryFormat.TimeSeries): Builder<Dataquery>[] =>
  queries.map(([legend, expr], index) =>
    new prom.DataqueryBuilder().datasource(metrics).expr(expr).legendFormat(legend).format(format).instant().refId(refId(index)),
  )

const logQuery = (query: string): elastic.DataqueryBuilder =>
  new elastic.DataqueryBuilder().datasource(logs).query(query).timeField('@timestamp').refId('A')

/** Log lines in Lucene's syntax, for a panel of log lines. */
export const logLines = (query: string): Builder<Dataquery> =>
  logQuery(query).metrics([new elastic.LogsBuilder().id('1').settings({ limit: '500' })])

/** Log lines as documents, for a table. */
export const logDocuments = (query: string): Builder<Dataquery> =>
  logQuery(query).metrics([new elastic.RawDataBuilder().id('1').settings({ size: '500' })])

/** Number of log lines over time. */
export const logCount = (query: string): Builder<Dataquery> =>
  logQuery(query)
    .metrics([new elastic.CountBuilder().id('1')])
    .bucketAggs([new elastic.DateHistogramBuilder().id('2').field('@timestamp').settings({ interval: 'auto' })])

interface TraceQuery extends Dataquery {
  refId: string
  datasource: DataSourceRef
  query: string
}

/** One trace by its id. The SDK has no type for Jaeger's queries. */
export const traceById = (id: string): Builder<Dataquery> => ({
  build: (): TraceQuery => ({
    refId: 'A',
    datasource: traces,
    query: id,
    _implementsDataqueryVariant: () => undefined,
  }),
})
