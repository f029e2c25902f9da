// Alerting of one shop: real Prometheus with the rules of infra/prometheus, and Alertmanager, which mails to the operators.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Engine, startAlertmanager, startPrometheus } from '@cartwright/native'
import { alertmanagerSettings, prometheusSettings, shortenRules } from './settings.ts'

const infra = fileURLToPath(new URL('../../../../infra', import.meta.url))
const ruleFolder = join(infra, 'prometheus', 'rules')

interface AlertingOptions {
  /** Folder in which each of the two has a folder of its own. */
  dataDir: string
  smtpUrl: string
  recipient: string
  /** Divides every window and interval, for tests; 1 when left out. */
  faster?: number
  log?(line: string): void
}

/** An alert that Prometheus waits with (`pending`) or has sent to Alertmanager. */
export interface Alert {
  name: string
  /** Empty for an alert about the shop as a whole. */
  service: string
  state: 'pending' | 'firing'
}

export interface Alerting {
  alertmanager: Engine
  prometheus: Engine
  /** Makes Prometheus scrape these services, by the address of the metrics page of each. */
  watch(metrics: Readonly<Record<string, string>>): Promise<void>
  alerts(): Promise<Alert[]>
  stop(): Promise<void>
}

/** Only the owner may read the file: the settings hold the account of the mail server. JSON is YAML. */
const writeSettings = (file: string, settings: object): string => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(settings, null, 2), { mode: 0o600 })
  return file
}

/** The rules as they are, or copies with shorter windows. */
const ruleFilesOf = (folder: string, faster: number): string[] =>
  readdirSync(ruleFolder).map((name) => {
    const file = join(ruleFolder, name)
    if (faster === 1) return file
    const copy = join(folder, basename(name))
    mkdirSync(folder, { recursive: true })
    writeFileSync(copy, shortenRules(readFileSync(file, 'utf8'), faster))
    return copy
  })

interface AlertsAnswer {
  data: { alerts: { labels: { alertname: string; service?: string }; state: Alert['state'] }[] }
}

const readAlerts = async (prometheusUrl: string): Promise<Alert[]> => {
  const { data } = (await (await fetch(`${prometheusUrl}/api/v1/alerts`)).json()) as AlertsAnswer
  return data.alerts.map(({ labels, state }) => ({ name: labels.alertname, service: labels.service ?? '', state }))
}

const reload = async (prometheusUrl: string): Promise<void> => {
  const answer = await fetch(`${prometheusUrl}/-/reload`, { method: 'POST' })
  if (!answer.ok) throw new Error(`Prometheus refuses its settings: ${await answer.text()}`)
}

const openAlertmanager = async ({ dataDir, smtpUrl, recipient, log }: AlertingOptions): Promise<Engine> => {
  const folder = join(dataDir, 'alertmanager')
  const file = readFileSync(join(infra, 'alertmanager', 'alertmanager.yml'), 'utf8')
  const configFile = writeSettings(join(folder, 'alertmanager.json'), alertmanagerSettings(file, { smtpUrl, recipient }))
  return startAlertmanager({ dataDir: folder, configFile, ...(log ? { log } : {}) })
}

/** Starts both at their ports, or at free ones where those are taken. Prometheus scrapes nothing until `watch`. */
export const startAlerting = async (options: AlertingOptions): Promise<Alerting> => {
  const { dataDir, faster = 1, log } = options
  const folder = join(dataDir, 'prometheus')
  const ruleFiles = ruleFilesOf(join(folder, 'rules'), faster)
  const file = readFileSync(join(infra, 'prometheus', 'prometheus.yml'), 'utf8')
  await using opened = new AsyncDisposableStack()
  const alertmanager = await openAlertmanager(options)
  opened.defer(() => alertmanager.stop())
  const writeTargets = (metrics: Readonly<Record<string, string>>): string =>
    writeSettings(
      join(folder, 'prometheus.json'),
      prometheusSettings(file, {
        targets: Object.fromEntries(Object.entries(metrics).map(([name, url]) => [name, new URL(url).host])),
        alertmanager: new URL(alertmanager.url).host,
        ruleFiles,
        ...(faster === 1 ? {} : { interval: '1s' }),
      }),
    )
  const prometheus = await startPrometheus({ dataDir: folder, configFile: writeTargets({}), ...(log ? { log } : {}) })
  opened.defer(() => prometheus.stop())
  const stack = opened.move()
  return {
    alertmanager,
    prometheus,
    watch: (metrics) => {
      writeTargets(metrics)
      return reload(prometheus.url)
    },
    alerts: () => readAlerts(prometheus.url),
    stop: () => stack.disposeAsync(),
  }
}
