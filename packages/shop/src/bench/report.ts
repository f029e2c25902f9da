// The benchmark's findings as a table for people; the JSON beside it is the same object.
import type { Loaded } from './load.ts'
import type { Share } from './processes.ts'

export interface Measured {
  scenario: string
  many: Loaded
  /** CPU and memory per process while the many were served. */
  processes: Record<string, Share>
  alone: Loaded
}

export interface ModeReport {
  mode: string
  /** Soon after the start. */
  idle: Record<string, Share>
  /** Soon after a thousand products were written. */
  idleFilled: Record<string, Share>
  checkoutToUrl: { many: Percentiles; alone: Percentiles }
  /** Milliseconds from commit to the broker's acknowledgement, one user at a time: upper bounds of histogram buckets. */
  relay: { p50Ms: number | null; p99Ms: number | null }
  scenarios: Measured[]
}

export interface Percentiles {
  count: number
  p50Ms: number
  p99Ms: number
}

export interface Report {
  at: string
  cores: number
  yardsticks: { bareFastify: Loaded; bareTransactions: Loaded }
  modes: ModeReport[]
}

export const percentilesOf = (values: readonly number[]): Percentiles => {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) }
}

const number = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1))

const grid = (header: readonly string[], rows: readonly (readonly string[])[]): string => {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  return [line(header), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

const scenarioRow = (measured: Measured, bare: Loaded): string[] => {
  const { many, alone, processes } = measured
  const cpu = Object.values(processes).reduce((sum, share) => sum + share.cpuPercent, 0)
  const rss = Object.values(processes).reduce((sum, share) => sum + share.rssMiB, 0)
  return [
    measured.scenario,
    number(many.perSec),
    `${((many.perSec / bare.perSec) * 100).toFixed(2)} %`,
    number(many.p50Ms),
    number(many.p95Ms),
    number(many.p99Ms),
    String(many.errors + alone.errors),
    number(alone.p50Ms),
    number(alone.p99Ms),
    `${Math.round(cpu)} %`,
    String(Math.round(rss)),
  ]
}

const sharesText = (shares: Record<string, Share>): string =>
  Object.entries(shares)
    .map(([name, share]) => `${name} ${Math.round(share.rssMiB)} MiB, ${share.cpuPercent.toFixed(1)} % of a core`)
    .join('; ')

const modeText = (mode: ModeReport, bare: Loaded): string => {
  const header = [
    'scenario',
    '32 users /s',
    'of bare',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'errors',
    'alone p50 ms',
    'alone p99 ms',
    'CPU',
    'RSS MiB',
  ]
  const { checkoutToUrl: url, relay } = mode
  return [
    `## ${mode.mode}`,
    grid(
      header,
      mode.scenarios.map((measured) => scenarioRow(measured, bare)),
    ),
    `Checkout request → payment URL: alone p50 ${number(url.alone.p50Ms)} ms, p99 ${number(url.alone.p99Ms)} ms; 32 users p50 ${number(url.many.p50Ms)} ms, p99 ${number(url.many.p99Ms)} ms.`,
    `Commit → accepted by the transport, one user: p50 ≤ ${relay.p50Ms ?? '–'} ms, p99 ≤ ${relay.p99Ms ?? '–'} ms.`,
    `Idle after the start: ${sharesText(mode.idle)}.`,
    `Idle after 1,000 products were written: ${sharesText(mode.idleFilled)}.`,
  ].join('\n\n')
}

/** The report as Markdown. */
export const textOf = (report: Report): string => {
  const { bareFastify, bareTransactions } = report.yardsticks
  return [
    `# Benchmark of ${report.at}, ${report.cores} cores, load and engines on the same machine`,
    `Yardsticks: bare Fastify ${number(bareFastify.perSec)} answers/s; bare driver ${number(bareTransactions.perSec)} order transactions/s.`,
    ...report.modes.map((mode) => modeText(mode, bareFastify)),
  ].join('\n\n')
}
