// Observers of a distributed shop: Prometheus scrapes the services, Alertmanager mails alerts, Jaeger keeps traces.
import { type Engine, findJaeger, type Jaeger, startJaeger } from '@cartwright/native'
import type { Environment, ProgramContext } from '@cartwright/service-kit'
import { startAlerting } from './alerts/start-alerting.ts'
import { step } from './progress.ts'
import type { Runtime } from './runtime.ts'
import type { ServiceAddress } from './service-processes.ts'
import type { ObserverAddresses } from './startup-banner.ts'

export interface Observers {
  /** Variables that make services send their traces. */
  variables: Environment
  addresses: ObserverAddresses
  /** Makes Prometheus scrape the services. */
  watch(services: Readonly<Record<string, ServiceAddress>>): Promise<void>
}

/** Where the pages of Prometheus are: Debian's package has only those of version 1, below `/classic`. */
const findPages = async (url: string): Promise<string> => ((await fetch(`${url}/targets`)).ok ? url : `${url}/classic`)

/** Address of a trace, without its id: its page, or its JSON when Jaeger was built without the pages. */
const findTraces = async (url: string): Promise<string> =>
  (await (await fetch(url)).text()).includes('placeholder') ? `${url}/api/traces/` : `${url}/trace/`

/** Starts Jaeger where there is one: a shop without it runs, and says how to get it. */
const openJaeger = async ({ data }: Runtime, log: (line: string) => void): Promise<Jaeger | null> =>
  findJaeger() === null ? null : startJaeger({ dataDir: data.path('jaeger'), log })

/** Starts the observers concurrently. The services need the address of Jaeger, so they start afterwards. */
export const openObservers = async (
  runtime: Runtime,
  { print, env }: Pick<ProgramContext, 'print' | 'env'>,
  stack: AsyncDisposableStack,
): Promise<Observers> => {
  const { data, devServices } = runtime
  const log = (line: string) => print(`    ${line}`)
  const ready = (engine: Engine) => `${engine.kind} ${engine.version} on port ${engine.port}`
  const monitor = async () => {
    const recipient = env.ADMIN_ALERT_EMAIL ?? 'admin@example.com'
    const alerting = await startAlerting({ dataDir: data.path(), smtpUrl: devServices.smtpUrl, recipient, log })
    stack.defer(() => alerting.stop())
    return alerting
  }
  const keepTraces = async () => {
    const jaeger = await openJaeger(runtime, log)
    if (jaeger !== null) stack.defer(() => jaeger.stop())
    return jaeger
  }
  const [{ alertmanager, prometheus, watch }, jaeger] = await Promise.all([
    step(
      print,
      'starting Prometheus and Alertmanager',
      monitor,
      (both) => `${ready(both.alertmanager)}, ${ready(both.prometheus)}`,
    ),
    step(print, 'starting Jaeger', keepTraces, (engine) => (engine === null ? 'no Jaeger: traces are not kept' : ready(engine))),
  ])
  return {
    variables: jaeger ? { OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpUrl } : {},
    addresses: {
      prometheus: prometheus.url,
      prometheusPages: await findPages(prometheus.url),
      alertmanager: alertmanager.url,
      ...(jaeger ? { jaeger: jaeger.url, traces: await findTraces(jaeger.url) } : {}),
    },
    watch: (services) => watch(Object.fromEntries(Object.entries(services).map(([name, { metrics }]) => [name, metrics]))),
  }
}
