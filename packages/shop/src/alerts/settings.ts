// Settings of Prometheus and Alertmanager for one shop: those of infra/prometheus and infra/alertmanager with its addresses.
import { parse } from 'yaml'

interface PrometheusFile {
  global: Record<string, string>
  rule_files: string[]
  alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] }
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[]
}

interface AlertmanagerFile {
  global: Record<string, unknown>
  receivers: { email_configs: { to: string }[] }[]
}

interface ScrapeOptions {
  /** Address of the metrics of each service, as `host:port`. */
  targets: Readonly<Record<string, string>>
  /** Address of Alertmanager, as `host:port`. */
  alertmanager: string
  ruleFiles: readonly string[]
  /** Interval of scrapes and evaluations; that of the file when left out. */
  interval?: string
}

/** @param file text of infra/prometheus/prometheus.yml. A service without an address is not scraped. */
export const prometheusSettings = (
  file: string,
  { targets, alertmanager, ruleFiles, interval }: ScrapeOptions,
): PrometheusFile => {
  const settings = parse(file) as PrometheusFile
  return {
    ...settings,
    global: interval ? { ...settings.global, scrape_interval: interval, evaluation_interval: interval } : settings.global,
    rule_files: [...ruleFiles],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: settings.scrape_configs.flatMap((scrape) => {
      const target = targets[scrape.job_name]
      return target === undefined ? [] : [{ ...scrape, static_configs: [{ targets: [target] }] }]
    }),
  }
}

/** @param file text of infra/alertmanager/alertmanager.yml */
export const alertmanagerSettings = (
  file: string,
  { smtpUrl, recipient }: { smtpUrl: string; recipient: string },
): AlertmanagerFile => {
  const settings = parse(file) as AlertmanagerFile
  const { hostname, port, username, password, protocol } = new URL(smtpUrl)
  const account =
    username === '' ? {} : { smtp_auth_username: decodeURIComponent(username), smtp_auth_password: decodeURIComponent(password) }
  return {
    ...settings,
    global: {
      ...settings.global,
      smtp_smarthost: `${hostname}:${port || '25'}`,
      smtp_require_tls: protocol === 'smtps:' || username !== '',
      ...account,
    },
    receivers: settings.receivers.map((receiver) => ({
      ...receiver,
      email_configs: receiver.email_configs.map((mail) => ({ ...mail, to: recipient })),
    })),
  }
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Shortens the windows, offsets and `for` of a rule file, so that a test need not wait for minutes. Thresholds stay. */
export const shortenRules = (file: string, factor: number): string =>
  file.replace(/(\[|offset |for: )(\d+)([smhd])\b/g, (_, before: string, count: string, unit: string) => {
    const shortened = Math.round((Number(count) * (unitMs[unit] ?? 0)) / factor)
    return `${before}${shortened}ms`
  })
