// Checks of the profile observability: every service is scraped, every rule is loaded, an alert is mailed, and a purchase is one trace.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'yaml'
import { serviceNames } from '../../packages/contracts/src/services.ts'
import { root } from '../checks.ts'
import { type ComposeService, readCompose, readRoot } from './compose-file.ts'
import type { DockerEngine } from './docker-engine.ts'
import { buy } from './purchase.ts'
import { type Report, secondsSince } from './report.ts'
import { type Container, isRunning, type Stack } from './stack.ts'

const pollMs = 2000
const scrapeLimitMs = 60_000
const alertLimitMs = 120_000
const minServicesInTrace = 5

/** Asks until `isGood`. @returns the last answer, good or not */
const askUntil = async <T>(ask: () => Promise<T>, isGood: (answer: T) => boolean, limitMs: number): Promise<T> => {
  for (const until = performance.now() + limitMs; ; await delay(pollMs)) {
    const answer = await ask()
    if (isGood(answer) || performance.now() > until) return answer
  }
}

/** Prometheus publishes no port: a container of the shop asks it. */
const askPrometheus = async <T>({ docker }: DockerEngine, containers: readonly Container[], path: string): Promise<T> => {
  const gateway = containers.find(({ Service }) => Service === 'gateway')?.ID ?? ''
  const script = `console.log(await (await fetch('http://prometheus:9090/api/v1/${path}')).text())`
  return (JSON.parse(await docker('exec', gateway, 'node', '--input-type=module', '-e', script)) as { data: T }).data
}

interface Targets {
  activeTargets: readonly { labels: { job: string }; health: string; lastError: string }[]
}

/** Services that Prometheus does not reach, with its reason. */
const unscraped = ({ activeTargets }: Targets): string[] =>
  serviceNames.flatMap((name) => {
    const target = activeTargets.find(({ labels }) => labels.job === name)
    if (target?.health === 'up') return []
    return [`${name}: ${target?.lastError || target?.health || 'no target'}`]
  })

interface Rules {
  groups: readonly { rules: readonly { name: string; health: string; lastError?: string }[] }[]
}

const rulesFolder = 'infra/prometheus/rules'

const writtenRules = (): string[] =>
  readdirSync(join(root, rulesFolder)).flatMap((file) => {
    const { groups } = parse(readRoot(join(rulesFolder, file))) as { groups: { rules: { alert: string }[] }[] }
    return groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))
  })

/** Rules that are not loaded, or that Prometheus cannot evaluate. */
const unevaluated = ({ groups }: Rules): string[] => {
  const loaded = groups.flatMap(({ rules }) => rules)
  return writtenRules().flatMap((name) => {
    const rule = loaded.find((each) => each.name === name)
    return rule?.health === 'ok' ? [] : [`${name}: ${rule?.lastError || rule?.health || 'not loaded'}`]
  })
}

/** Subjects of the mails in the mailbox, newest first. */
const readSubjects = async (mailbox: string): Promise<string[]> => {
  const answer = await fetch(`${mailbox}/api/v1/messages?limit=200`)
  return ((await answer.json()) as { messages: { Subject: string }[] }).messages.map(({ Subject }) => Subject)
}

interface Traces {
  data: { processes: Record<string, { serviceName: string }> }[] | null
}

/** Services in the trace of a checkout that reached most of them. */
const readTrace = async (jaeger: string): Promise<string[]> => {
  const operation = encodeURIComponent('POST /v1/checkout')
  const answer = await fetch(`${jaeger}/api/traces?service=gateway&operation=${operation}&limit=20`)
  const { data } = (await answer.json()) as Traces
  const traces = (data ?? []).map(({ processes }) => [...new Set(Object.values(processes).map(({ serviceName }) => serviceName))])
  return traces.sort((a, b) => b.length - a.length)[0]?.sort() ?? []
}

interface Alertmanagers {
  activeAlertmanagers: readonly { url: string }[]
}

const checkPrometheus = async (engine: DockerEngine, containers: readonly Container[], { recordNone, record }: Report) => {
  const ask = <T>(path: string) => askPrometheus<T>(engine, containers, path)
  const targets = await askUntil(
    () => ask<Targets>('targets'),
    (answer) => unscraped(answer).length === 0,
    scrapeLimitMs,
  )
  recordNone(`Prometheus scrapes all ${serviceNames.length} services`, unscraped(targets))
  const rules = await askUntil(
    () => ask<Rules>('rules'),
    (answer) => unevaluated(answer).length === 0,
    scrapeLimitMs,
  )
  recordNone(`Prometheus evaluates all ${writtenRules().length} alert rules`, unevaluated(rules))
  const { activeAlertmanagers } = await ask<Alertmanagers>('alertmanagers')
  const urls = activeAlertmanagers.map(({ url }) => url)
  record('Prometheus reaches Alertmanager', urls.length === 1, urls.join(', ') || 'none')
}

/** Stops a service for as long as its alert takes. */
const checkAlert = async ({ compose, mailbox }: Stack, { record }: Report): Promise<void> => {
  await compose('stop', 'cart')
  const stopped = performance.now()
  const find = async () => (await readSubjects(mailbox)).find((subject) => subject.includes('ServiceDown'))
  const subject = await askUntil(find, (found) => found !== undefined, alertLimitMs)
  const figure = subject === undefined ? 'no mail' : `"${subject}" after ${secondsSince(stopped)} s`
  record('a stopped service is mailed to the operators within 2 minutes', subject !== undefined, figure)
  await compose('start', 'cart')
}

const checkTrace = async ({ gateway, mailbox, jaeger }: Stack, { record }: Report): Promise<void> => {
  await buy(gateway, mailbox)
  const names = await askUntil(
    () => readTrace(jaeger),
    (answer) => answer.length >= minServicesInTrace && answer.includes('notification'),
    scrapeLimitMs,
  )
  const isOne = names.length >= minServicesInTrace && names.includes('notification')
  record('a purchase is one trace in Jaeger, until the mail', isOne, names.join(', ') || 'no trace')
}

/** @param services those that this run can start */
export const checkObservability = async (
  engine: DockerEngine,
  stack: Stack,
  services: readonly (readonly [string, ComposeService])[],
  report: Report,
): Promise<void> => {
  const names = services.map(([name]) => name)
  const absent = Object.keys(readCompose().services).filter((name) => !names.includes(name))
  report.print(`docker compose up with the profile observability${absent.length === 0 ? '' : `, without ${absent.join(', ')}`}`)
  const started = performance.now()
  await stack.up(...names)
  const watchers = services.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name)
  report.record('the profile observability is healthy', true, `${watchers.join(', ')} after ${secondsSince(started)} s`)
  await checkPrometheus(engine, (await stack.containers()).filter(isRunning), report)
  await checkTrace(stack, report)
  await checkAlert(stack, report)
}
