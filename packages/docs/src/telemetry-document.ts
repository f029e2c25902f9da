// Generated document of the telemetry: the metrics of every service, from their declarations.
import { services } from '@cartwright/contracts'
import type { Service } from '@cartwright/service-kit'
import { allServices } from '@cartwright/shop'
import { fieldsOfEveryLine, logDatasets, logFields } from '@cartwright/telemetry'

type Table = (header: readonly string[], rows: readonly (readonly string[])[]) => string

interface Documented {
  declaration: Service['metrics'][number]
  shownBy: string[]
  /** Values of each label that are known, of all services together. */
  labels: Map<string, Set<string>>
}

const documented = (): Documented[] => {
  const byName = new Map<string, Documented>()
  for (const service of allServices)
    for (const declaration of service.metrics) {
      const known = byName.get(declaration.name) ?? { declaration, shownBy: [], labels: new Map<string, Set<string>>() }
      known.shownBy.push(service.name)
      for (const [label, values] of Object.entries(declaration.labels))
        known.labels.set(label, new Set([...(known.labels.get(label) ?? []), ...(values ?? [])]))
      byName.set(declaration.name, known)
    }
  return [...byName.values()]
}

const maxListed = 8

const labelText = ([label, values]: [string, Set<string>]): string =>
  values.size === 0 || values.size > maxListed ? label : `${label} (${[...values].join(', ')})`

const namesOf = ({ shownBy }: Documented): string => {
  if (shownBy.length === allServices.length) return 'all'
  return shownBy.length === allServices.length - 1 ? 'all but the gateway' : shownBy.join(', ')
}

/** The section about metrics. */
export const metricsSection = (tableOf: Table): string =>
  [
    '## Metrics',
    [
      'Every service serves its metrics at `/metrics` on a port of its own; Prometheus scrapes each of them. Each metric has the',
      'label `service`. Metrics of the process (`process_*`, `nodejs_*`) stand once per process and have no label `service`: on',
      'each page in distributed mode, on the gateway’s page when all services run in one process.',
    ].join('\n'),
    [
      'Gauges about tables and topics are measured when the page is read, at most once in `METRICS_CACHE_SEC` (the number of',
      'stock-outs once a minute). Every replica of a service reports the same value: take the maximum by service, not the sum.',
      'A gauge that cannot be measured is left out until it can be measured again. Counters begin with 0 at each start; they',
      'count after the commit.',
    ].join('\n'),
    tableOf(
      ['service', 'port', 'variable'],
      allServices.map(({ name }) => {
        const { ports, defaultPorts } = services[name]
        return [name, String(defaultPorts.metrics), `\`${ports.metrics}\``]
      }),
    ),
    tableOf(
      ['metric', 'type', 'labels', 'services', 'meaning'],
      documented().map((one) => [
        `\`${one.declaration.name}\``,
        one.declaration.type,
        [...one.labels].map(labelText).join('; ') || '–',
        namesOf(one),
        one.declaration.help,
      ]),
    ),
  ].join('\n\n')

const inCode = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

/** The section about log lines. */
export const logSection = (tableOf: Table): string =>
  [
    '## Log lines',
    [
      'JSON lines in the Elastic Common Schema, on standard output in containers and in files of `logs/` in the data folder',
      'otherwise. `event.dataset` says what a line is. Fields of the project that the schema does not know stand below',
      '`cartwright`; Elasticsearch stores them and does not index them. No line holds a password, code, token, secret, mail',
      'address or postal address.',
    ].join('\n'),
    tableOf(
      ['dataset', 'a line is', 'fields of each line'],
      [
        ['every', 'Anything that a service writes', inCode(fieldsOfEveryLine)],
        ...Object.entries(logDatasets).map(([name, { about, fields }]) => [`\`${name}\``, about, inCode(fields) || '–']),
      ],
    ),
    tableOf(
      ['field', 'type', 'meaning'],
      Object.entries(logFields).map(([name, { type, about }]) => [`\`${name}\``, type, about]),
    ),
    [
      'All lines of one order: `npm run ops -- logs ID` on a native shop, the saved search *One order* in Kibana, or',
      '`GET /cartwright-logs/_search?q=labels.order_id:ID`.',
    ].join('\n'),
  ].join('\n\n')
