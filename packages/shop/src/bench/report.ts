// Report of the benchmark: a table in Markdown and the same figures as JSON.
import type { Cost } from './costs.ts'
import type { Burst } from './hot-sku.ts'
import type { LoadResult } from './load.ts'
import type { Share } from './processes.ts'
import { checkoutName } from './scenarios.ts'
import type { SqlCounts } from './sql-status.ts'

export interface Measured {
  scenario: string
  many: LoadResult
  /** CPU and memory per process of the shop during the load of many users. */
  processes: Record<string, Share>
  /** CPU and memory of the engines that the shop started, and of the load generator. */
  beside: Record<string, Share>
  /** Counters of the database server during the load of many users. */
  sql: SqlCounts
  alone: LoadResult
}

export interface ModeReport {
  mode: string
  /** Usage soon after the start. */
  idle: Record<string, Share> | null
  /** Usage soon after a thousand products were created. */
  idleFilled: Record<string, Share> | null
  checkoutToUrl: { many: Percentiles; alone: Percentiles } | null
  /** Milliseconds from COMMIT to the broker's acknowledgement with one user: upper bounds of histogram buckets. */
  relay: { p50Ms: number | null; p99Ms: number | null } | null
  /** CPU costs of each process during checkouts, largest first. */
  costs: Record<string, Cost[]>
  reserve: { hot: Burst; spread: Burst } | null
  scenarios: Measured[]
}

interface Percentiles {
  count: number
  p50Ms: number
  p99Ms: number
}

export interface Report {
  at: string
  cores: number
  users: number
  yardsticks: { bareFastify: LoadResult; bareTransactions: LoadResult }
  modes: ModeReport[]
}

export const percentilesOf = (values: readonly number[]): Percentiles => {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) }
}

const number = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1))

/** @param texts columns of text, which are aligned left */
const grid = (header: readonly string[], rows: readonly (readonly string[])[], texts: readonly number[] = [0]): string => {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const cellOf = (cell: string, column: number) => {
    const width = widths[column] ?? 0
    return texts.includes(column) ? cell.padEnd(width) : cell.padStart(width)
  }
  const line = (row: readonly string[]) => `| ${row.map(cellOf).join(' | ')} |`
  return [line(header), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

const scenarioRow = (measured: Measured, bare: LoadResult): string[] => {
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

const topCosts = 5

const costText = ({ name, share, most }: Cost): string =>
  `${name} ${Math.round(share * 100)} %${most === null ? '' : ` (${most})`}`

/** CPU time of a checkout by process. It depends little on the other load of the machine. */
const costsText = (mode: ModeReport, cores: number): string[] => {
  const checkout = mode.scenarios.find((measured) => measured.scenario === checkoutName)
  if (checkout === undefined || checkout.many.count === 0) return []
  const { count } = checkout.many
  const msEach = Object.entries({ ...checkout.processes, ...checkout.beside }).map(([name, { cpuSec }]) => ({
    name,
    ms: (cpuSec * 1000) / count,
  }))
  const sum = msEach.reduce((total, { ms }) => total + ms, 0)
  const rows = msEach
    .sort((a, b) => b.ms - a.ms)
    .map(({ name, ms }) => [
      name,
      ms.toFixed(2),
      `${Math.round((ms / sum) * 100)} %`,
      (mode.costs[name] ?? []).slice(0, topCosts).map(costText).join(', '),
    ])
  const { statements, commits } = checkout.sql
  return [
    grid(
      [
        'a checkout costs',
        'CPU ms',
        'of all',
        'top five costs of its main thread, by package (and the function with the most time)',
      ],
      [
        ...rows,
        ['together', sum.toFixed(2), '', `${cores} cores can do ${number((cores * 1000) / sum)} checkouts/s at this price`],
      ],
      [0, 3],
    ),
    `A checkout takes ${number(statements / count)} SQL statements and ${number(commits / count)} commits.`,
  ]
}

const reserveText = ({ hot, spread }: NonNullable<ModeReport['reserve']>): string =>
  `Reserve throughput, ${number(hot.requests)} requests of one piece published by order at once, until catalog holds them: ${number(hot.perSec)} reservations/s on one hot SKU, ${number(spread.perSec)} over ${spread.skus} SKUs.`

const modeText = (mode: ModeReport, { users, cores, yardsticks }: Report): string => {
  const many = `${users} users`
  const columns = ['of bare', 'p50 ms', 'p95 ms', 'p99 ms', 'errors', 'alone p50 ms', 'alone p99 ms', 'CPU', 'RSS MiB']
  const { checkoutToUrl: url, relay, reserve, idle, idleFilled } = mode
  return [
    `## ${mode.mode}`,
    mode.scenarios.length === 0
      ? null
      : grid(
          ['scenario', `${many} /s`, ...columns],
          mode.scenarios.map((measured) => scenarioRow(measured, yardsticks.bareFastify)),
        ),
    ...costsText(mode, cores),
    reserve && reserveText(reserve),
    url &&
      `Checkout request → payment URL: alone p50 ${number(url.alone.p50Ms)} ms, p99 ${number(url.alone.p99Ms)} ms; ${many} p50 ${number(url.many.p50Ms)} ms, p99 ${number(url.many.p99Ms)} ms.`,
    relay && `Commit → accepted by the transport, one user: p50 ≤ ${relay.p50Ms ?? '–'} ms, p99 ≤ ${relay.p99Ms ?? '–'} ms.`,
    idle && `Idle after the start: ${sharesText(idle)}.`,
    idleFilled && `Idle after 1,000 products were written: ${sharesText(idleFilled)}.`,
  ]
    .filter((part) => part !== null)
    .join('\n\n')
}

/** The report as Markdown. */
export const textOf = (report: Report): string => {
  const { bareFastify, bareTransactions } = report.yardsticks
  return [
    `# Benchmark of ${report.at}, ${report.cores} cores, load and engines on the same machine`,
    `Yardsticks: bare Fastify ${number(bareFastify.perSec)} answers/s; bare driver ${number(bareTransactions.perSec)} order transactions/s.`,
    ...report.modes.map((mode) => modeText(mode, report)),
  ].join('\n\n')
}
