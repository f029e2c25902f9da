// Delivers every event of a run to every reader once more, under the same ids, and looks at what that changed: nothing may.
import { setTimeout as delay } from 'node:timers/promises'
import { sweepKind } from '@cartwright/messaging'
import { schemaOwners } from '@cartwright/shop/test-shop'
import { published } from '../faults/poison.ts'
import { inSeconds } from '../shoppers/person.ts'
import type { World } from '../world/world.ts'
import { readLedger } from './collect.ts'
import { endless } from './open-work.ts'
import { documentsIn } from './projected.ts'
import { readersByType } from './readers.ts'
import type { Redelivery } from './rows.ts'

/** Enough for every event of every mix; of a crowd the newest. */
const mostPerPublisher = 1500
const batch = 200
const patienceSec = 90

/** Tables that change by themselves while nobody does anything. */
const restless = new Set(['lease', 'consumer_run', 'reconciliation', 'reconciliation_finding', 'work_item'])

/** Work that a clock asks for: its row is made due again whatever happens. */
const periodic = [...endless, 'erase-orders', sweepKind]

type Snapshot = ReadonlyMap<string, string>

interface TableRow {
  name: string
  total: number
}

const databases = async (world: World): Promise<Map<string, string>> => {
  const seen = new Map<string, string>()
  for (const owner of schemaOwners) {
    const [schema = ''] = world.table(owner, '').split('.')
    const tables = await world.query<{ name: string }>(
      'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME',
      [schema],
    )
    const quiet = tables.map(({ name }) => name).filter((name) => !restless.has(name))
    const sums = await world.query<{ Table: string; Checksum: number }>(
      `CHECKSUM TABLE ${quiet.map((name) => `${schema}.${name}`).join(', ')}`,
    )
    const counts = await world.query<TableRow>(
      quiet.map((name) => `SELECT '${name}' AS name, COUNT(*) AS total FROM ${schema}.${name}`).join(' UNION ALL '),
    )
    const totals = new Map(counts.map(({ name, total }) => [name, total]))
    for (const { Table, Checksum } of sums) {
      const name = Table.split('.')[1] ?? ''
      seen.set(`${owner}.${name}`, `${totals.get(name)} rows, ${Checksum}`)
    }
    const [work] = await world.query<{ total: number; tried: number }>(
      `SELECT COUNT(*) AS total, CAST(COALESCE(SUM(attempts + requests), 0) AS SIGNED) AS tried FROM ${world.table(owner, 'work_item')} WHERE kind NOT IN (${periodic.map(() => '?').join(', ')})`,
      periodic,
    )
    seen.set(`${owner}.work_item`, `${work?.total} rows, tried ${work?.tried} times`)
  }
  return seen
}

/** What lies outside the databases: Stripe's ledger, every mail that arrived, and the search index. */
const outside = async (world: World): Promise<Map<string, string>> => {
  const { charges, refunds, sessions } = await readLedger(world)
  const mails = world.mails.all()
  return new Map([
    ['what Stripe charged', JSON.stringify(charges)],
    ['what Stripe refunded', JSON.stringify(refunds)],
    ['the pages at Stripe', `${sessions.length} pages`],
    ['the mails that arrived', `${mails.reduce((sum, { copies }) => sum + copies, 0)} copies of ${mails.length}`],
    ['the search index', JSON.stringify((await documentsIn(world)).toSorted((a, b) => (a.id < b.id ? -1 : 1)))],
  ])
}

const snapshot = async (world: World): Promise<Snapshot> => new Map([...(await databases(world)), ...(await outside(world))])

const short = (text: string | undefined): string => (text === undefined ? 'nothing' : text.length > 80 ? 'much' : text)

const changesBetween = (before: Snapshot, after: Snapshot): string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name}: ${short(before.get(name))} before, ${short(after.get(name))} after`)

const counter = /^event_handling_duration_seconds_count\{(.*)\} (\d+)/

/** How often each service met each type with each outcome, as its metrics say. */
const outcomes = async ({ fleet }: World): Promise<Map<string, number>> => {
  const counts = new Map<string, number>()
  for (const { name, metricsPort } of fleet.replicas) {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    for (const line of text.split('\n')) {
      const [, labels = '', count] = counter.exec(line) ?? []
      if (count === undefined) continue
      const [type, outcome] = ['type', 'outcome'].map((label) => new RegExp(`${label}="([^"]*)"`).exec(labels)?.[1])
      const key = `${name} ${type} ${outcome}`
      counts.set(key, (counts.get(key) ?? 0) + Number(count))
    }
  }
  return counts
}

/** Delivers everything once more and waits until every reader has said that it knows it. Call it when the shop is at rest. */
export const redeliver = async (world: World, since: Date): Promise<Redelivery> => {
  const readers = readersByType()
  const records = await published(world, since, mostPerPublisher, schemaOwners)
  const expected = new Map<string, number>()
  for (const { headers } of records)
    for (const { owner } of readers[headers.ce_type ?? ''] ?? []) {
      const key = `${owner} ${headers.ce_type}`
      expected.set(key, (expected.get(key) ?? 0) + 1)
    }
  const [before, known] = [await snapshot(world), await outcomes(world)]
  const grown = (now: ReadonlyMap<string, number>, key: string): number => (now.get(key) ?? 0) - (known.get(key) ?? 0)
  for (let from = 0; from < records.length; from += batch) await world.produce(records.slice(from, from + batch))
  let now = known
  const missing = (): string[] =>
    [...expected]
      .filter(([key, count]) => grown(now, `${key} duplicate`) + grown(now, `${key} handled`) < count)
      .map(([key, count]) => `${key}: ${grown(now, `${key} duplicate`)} of ${count}`)
  for (const until = inSeconds(patienceSec); ; await delay(500)) {
    now = await outcomes(world)
    if (missing().length === 0 || performance.now() > until) break
  }
  // Whatever a second effect wrote is announced, sent and indexed within a moment.
  await delay(1500)
  return {
    events: records.length,
    missing: missing(),
    handled: [...expected.keys()].filter((key) => grown(now, `${key} handled`) > 0),
    changed: changesBetween(before, await snapshot(world)),
  }
}
