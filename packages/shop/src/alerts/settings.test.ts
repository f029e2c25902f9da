// Settings of Prometheus and Alertmanager: the files of infra with the addresses of one shop, and rules with shorter windows.
import { readFileSync } from 'node:fs'
import { serviceNames } from '@cartwright/contracts'
import { expect, test } from 'vitest'
import { alertmanagerSettings, prometheusSettings, shortenRules } from './settings.ts'

const readInfra = (path: string): string => readFileSync(new URL(`../../../../infra/${path}`, import.meta.url), 'utf8')

test('Prometheus scrapes every service at the address that is given', () => {
  const targets = Object.fromEntries(serviceNames.map((name, index) => [name, `127.0.0.1:${7000 + index}`]))
  const settings = prometheusSettings(readInfra('prometheus/prometheus.yml'), {
    targets,
    alertmanager: 'alertmanager:9093',
    ruleFiles: ['/etc/prometheus/rules/*.yml'],
  })
  const scraped = settings.scrape_configs.map(({ job_name, static_configs }) => [job_name, static_configs[0]?.targets[0]])
  expect(Object.fromEntries(scraped)).toEqual(targets)
  expect(settings.alerting.alertmanagers[0]?.static_configs[0]?.targets).toEqual(['alertmanager:9093'])
  expect(settings.global.scrape_interval).toBe('15s')
})

test('Alertmanager mails through the server of the shop, with its account and TLS', () => {
  const settings = alertmanagerSettings(readInfra('alertmanager/alertmanager.yml'), {
    smtpUrl: 'smtp://user:p%40ss@mail.example.com:587',
    recipient: 'team@example.com',
  })
  expect(settings.global).toMatchObject({
    smtp_smarthost: 'mail.example.com:587',
    smtp_require_tls: true,
    smtp_auth_username: 'user',
    smtp_auth_password: 'p@ss',
  })
  expect(settings.receivers[0]?.email_configs[0]?.to).toBe('team@example.com')
})

test('shortened rules have shorter windows, offsets and pending times, and the same thresholds', () => {
  expect(shortenRules('expr: increase(x[5m] offset 1h) > 5\nfor: 15s', 10)).toBe(
    'expr: increase(x[30000ms] offset 360000ms) > 5\nfor: 1500ms',
  )
})
