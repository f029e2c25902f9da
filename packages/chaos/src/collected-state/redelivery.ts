// Redelivery: sends every event of a run to every consumer once more, under the same ids, and lists what changed.
import { setTimeout as delay } from 'node:timers/promises'
import { schemaOwners } from '@cartwright/contracts'
import { sweepKind } from '@cartwright/messaging'
import { published } from '../faults/poison.ts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { deadlineIn } from '../wait.ts'
import { recurringJobs } from './open-work.ts'
import { documentsIn } from './projected.ts'
import { readersByType } from './readers.ts'
import type { Redelivery } from './rows.ts'
import { readLedger } from './stripe-ledger.ts'

/** More than a random mix publishes. Of larger scenarios only the newest events are redelivered. */
const maxPerPublisher = 1500
const batch = 200
const redeliveryTimeoutSec = 90

/** Tables that change without any event. */
const ignoredTables = new Set(['lease', 'consumer_run', 'reconciliation', 'reconciliation_finding', 'work_item'])

/** Kinds of job that a schedule enqueues, whether events arrive or not. */
const periodic = [...recurringJobs, 'erase-orders', sweepKind]

type Snapshot = ReadonlyMap<string, string>

interface TableRow {
  name: string
  total: number
}

const readTableSums = async (shop: ShopUnderTest): Promise<Map<string, string>> => {
  const seen = new Map<string, string>()
  for (const owner of schemaOwners) {
    const [schema = ''] = shop.table(owner, '').split('.')
    const tables = await shop.query<{ name: string }>(
      'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME',
      [schema],
    )
    const quiet = tables.map(({ name }) => name).filter((name) => !ignoredTables.has(name))
    const sums = await shop.query<{ Table: string; Checksum: number }>(
      `CHECKSUM TABLE ${quiet.map((name) => `${schema}.${name}`).join(', ')}`,
    )
    const counts = await shop.query<TableRow>(
      quiet.map((name) => `SELECT '${name}' AS name, COUNT(*) AS total FROM ${schema}.${name}`).join(' UNION ALL '),
    )
    const totals = new Map(counts.map(({ name, total }) => [name, total]))
    for (const { Table, Checksum } of sums) {
      const name = Table.split('.')[1] ?? ''
      seen.set(`${owner}.${name}`, `${totals.get(name)} rows, ${Checksum}`)
    }
    const [work] = await shop.query<{ total: number; tried: number }>(
      `SELECT COUNT(*) AS total, CAST(COALESCE(SUM(attempts + requests), 0) AS SIGNED) AS tried FROM ${shop.table(owner, 'work_item')} WHERE kind NOT IN (${periodic.map(() => '?').join(', ')})`,
      periodic,
    )
    seen.set(`${owner}.work_item`, `${work?.total} rows, tried ${work?.tried} times`)
  }
  return seen
}

/** The state outside the databases: Stripe's ledger, the mails that arrived, and the search index. */
const readExternalState = async (shop: ShopUnderTest): Promise<Map<string, string>> => {
  const { charges, refunds, sessions } = await readLedger(shop)
  const mails = shop.mails.all()
  return new Map([
    ['what Stripe charged', JSON.stringify(charges)],
    ['what Stripe refunded', JSON.stringify(refunds)],
    ['the pages at Stripe', `${sessions.length} pages`],
    ['the mails that arrived', `${mails.reduce((sum, { copies }) => sum + copies, 0)} copies of ${mails.length}`],
    ['the search index', JSON.stringify((await documentsIn(shop)).toSorted((a, b) => (a.id < b.id ? -1 : 1)))],
  ])
}

const takeSnapshot = async (shop: ShopUnderTest): Promise<Snapshot> =>
  new Map([...(await readTableSums(shop)), ...(await readExternalState(shop))])

const short = (text: string | undefined): string => (text === undefined ? 'nothing' : text.length > 80 ? 'much' : text)

const changesBetween = (before: Snapshot, after: Snapshot): string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name}: ${short(before.get(name))} before, ${short(after.get(name))} after`)

const counter = /^cartwright_event_handling_duration_seconds_count\{(.*)\} (\d+)/

/** How often each service handled each event type with each outcome, from its metrics. */
const readOutcomeCounts = async ({ fleet }: ShopUnderTest): Promise<Map<string, number>> => {
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

/** Redelivers all events, and waits until every consumer has counted them. The shop must be at rest. */
export const redeliver = async (shop: ShopUnderTest, since: Date): Promise<Redelivery> => {
  const readers = readersByType()
  const records = await published(shop, since, maxPerPublisher, schemaOwners)
  const expected = new Map<string, number>()
  for (const { headers } of records)
    for (const { owner } of readers[headers.ce_type ?? ''] ?? []) {
      const key = `${owner} ${headers.ce_type}`
      expected.set(key, (expected.get(key) ?? 0) + 1)
    }
  const [before, countsBefore] = [await takeSnapshot(shop), await readOutcomeCounts(shop)]
  const increaseOf = (countsNow: ReadonlyMap<string, number>, key: string): number =>
    (countsNow.get(key) ?? 0) - (countsBefore.get(key) ?? 0)
  for (let from = 0; from < records.length; from += batch) await shop.produce(records.slice(from, from + batch))
  let countsNow = countsBefore
  const missing = (): string[] =>
    [...expected]
      .filter(([key, count]) => increaseOf(countsNow, `${key} duplicate`) + increaseOf(countsNow, `${key} handled`) < count)
      .map(([key, count]) => `${key}: ${increaseOf(countsNow, `${key} duplicate`)} of ${count}`)
  for (const until = deadlineIn(redeliveryTimeoutSec); ; await delay(500)) {
    countsNow = await readOutcomeCounts(shop)
    if (missing().length === 0 || performance.now() > until) break
  }
  // A second effect would be published, sent and indexed within this time.
  await delay(1500)
  return {
    events: records.length,
    missing: missing(),
    handled: [...expected.keys()].filter((key) => increaseOf(countsNow, `${key} handled`) > 0),
    changed: changesBetween(before, await takeSnapshot(shop)),
  }
}
