// Section of the telemetry document about spans, from the declarations that a purchase in a test must produce.
import { allServices, declaredTraces } from '@cartwright/shop'

type Table = (header: readonly string[], rows: readonly (readonly string[])[]) => string

export const spansSection = (tableOf: Table): string =>
  [
    '## Spans',
    [
      'A service exports spans with OTLP over HTTP when `OTEL_EXPORTER_OTLP_ENDPOINT` is set. `OTEL_TRACES_SAMPLER_ARG` is the',
      'share of new traces that is recorded; every other trace follows the sampled flag of its `traceparent`. Each span carries',
      'the name of its service, also when all services run in one process. The trace of a checkout goes on in outbox rows,',
      'Kafka headers, job rows, saga rows and the metadata of Stripe’s session; a webhook joins it and links its own request.',
      'Scheduled tasks are recorded only when they open a transaction. A span names the type of an error, never its message.',
    ].join('\n'),
    'The tables list the spans of each kind of work. The work is one trace: every other span has its parent in it.',
    ...Object.values(declaredTraces).flatMap(({ about, spans }) => [
      `### ${about}`,
      tableOf(
        ['service', 'span', 'kind', 'attributes'],
        [...new Map(spans.map((span) => [`${span.service} ${span.name} ${span.kind}`, span])).values()]
          .toSorted((a, b) => order.indexOf(a.service) - order.indexOf(b.service))
          .map(({ service, name, kind, attributes }) => [
            service,
            `\`${name}\``,
            kind,
            attributes.map((attribute) => `\`${attribute}\``).join(', '),
          ]),
      ),
    ]),
  ].join('\n\n')

const order: readonly string[] = allServices.map(({ name }) => name)
