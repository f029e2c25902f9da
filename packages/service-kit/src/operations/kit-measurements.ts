// Measurements of every service with a schema: outbox, jobs, dead letters, sagas, consumer lag and the connection pool.
import type { Database } from '@cartwright/db'
import {
  type AnySagaTable,
  countOpenDeadLetters,
  countOverdueSagas,
  measureJobs,
  measureOutbox,
  measureSagaStates,
  type Transport,
} from '@cartwright/messaging'
import type { Logger, OpenedMetrics } from '@cartwright/telemetry'
import type { SharedConfig } from '../config.ts'
import { lagMetrics, type Metrics, sagaMetrics, schemaMetrics } from './kit-metrics.ts'
import { createMeasuring, type Measurement } from './measurements.ts'

/** What the measurements read, and where they write. */
interface Measured {
  db: Database
  gauges: OpenedMetrics<typeof schemaMetrics>
  jobKinds: readonly string[]
}

const outbox: Measurement<Measured> = {
  name: 'outbox',
  gauges: ({ gauges }) => [gauges.outboxPending, gauges.outboxAge],
  run: async ({ deps: { db, gauges } }) => {
    const { pending, oldestSec } = await measureOutbox(db)
    gauges.outboxPending.set(pending)
    gauges.outboxAge.set(oldestSec)
  },
}

const deadLetters: Measurement<Measured> = {
  name: 'dead letters',
  gauges: ({ gauges }) => [gauges.deadLetters],
  run: async ({ deps: { db, gauges } }) => gauges.deadLetters.set(await countOpenDeadLetters(db)),
}

const jobs: Measurement<Measured> = {
  name: 'jobs',
  gauges: ({ gauges }) => [gauges.jobsDue, gauges.jobsAge, gauges.jobsGivenUp],
  run: async ({ deps: { db, gauges, jobKinds } }) => {
    const backlogs = await measureJobs(db)
    for (const kind of jobKinds) {
      const { due, oldestDueSec, givenUp } = backlogs.get(kind) ?? { due: 0, oldestDueSec: 0, givenUp: 0 }
      gauges.jobsDue.set({ kind }, due)
      gauges.jobsAge.set({ kind }, oldestDueSec)
      gauges.jobsGivenUp.set({ kind }, givenUp)
    }
  },
}

interface MeasuredGroups {
  transport: Transport
  lag: OpenedMetrics<typeof lagMetrics>['lag']
  /** Consumer groups of the service with their topics. */
  groups: Readonly<Record<string, readonly string[]>>
}

const consumerLag: Measurement<MeasuredGroups> = {
  name: 'consumer lag',
  gauges: ({ lag }) => [lag],
  run: async ({ deps: { transport, lag, groups } }) => {
    for (const [group, topics] of Object.entries(groups))
      for (const [topic, events] of await transport.readLag(group, topics)) lag.set({ group, topic }, events)
  },
}

const pool: Measurement<Measured> = {
  name: 'connection pool',
  gauges: () => [],
  run: async ({ deps: { db, gauges } }) => {
    const { active, idle, waiting } = db.poolState()
    gauges.poolConnections.set({ state: 'active' }, active)
    gauges.poolConnections.set({ state: 'idle' }, idle)
    gauges.poolWaiting.set(waiting)
  },
}

/** The pool is measured first, so that it does not show the connections of the other measurements. */
const schemaMeasurements: readonly Measurement<Measured>[] = [pool, outbox, deadLetters, jobs]

/** Measures one saga. */
const sagaMeasurement = (table: AnySagaTable, gauges: OpenedMetrics<typeof sagaMetrics>): Measurement<Pick<Measured, 'db'>> => ({
  name: `saga ${table.name}`,
  gauges: () => [gauges.instances, gauges.oldest, gauges.overdue],
  run: async ({ deps: { db } }) => {
    const saga = table.name
    for (const [state, { instances, oldestSec }] of await measureSagaStates(db, table)) {
      gauges.instances.set({ saga, state }, instances)
      gauges.oldest.set({ saga, state }, oldestSec)
    }
    gauges.overdue.set({ saga }, await countOverdueSagas(db, saga))
  },
})

/** What the page of a service measures. */
interface PageOptions<Deps> {
  definition: MeasuredDefinition<Deps>
  deps: Deps & { log: Logger; metrics: Metrics; shared: Pick<SharedConfig, 'metricsCacheSec'> }
  /** Null for a service without a schema. */
  db: Database | null
  transport: Transport
  groups: MeasuredGroups['groups']
  jobKinds: readonly string[]
}

interface MeasuredDefinition<Deps> {
  sagas?: readonly { table: AnySagaTable }[]
  measurements?: readonly Measurement<Deps>[]
}

/** Opens the gauges of the kit. @returns a function that brings them and those of the service up to date */
export const openMeasurements = <Deps>(page: PageOptions<Deps>): (() => Promise<void>) => {
  const { definition, deps, db, transport, groups, jobKinds } = page
  const { metrics, log, shared } = deps
  const options = { cacheSec: shared.metricsCacheSec, log }
  const measuring = [createMeasuring(definition.measurements ?? [], deps, options)]
  if (db !== null)
    measuring.push(createMeasuring(schemaMeasurements, { db, gauges: metrics.open(schemaMetrics), jobKinds }, options))
  if (Object.keys(groups).length > 0)
    measuring.push(createMeasuring([consumerLag], { transport, groups, ...metrics.open(lagMetrics) }, options))
  if (db !== null && definition.sagas?.length) {
    const gauges = metrics.open(sagaMetrics)
    const sagas = definition.sagas.map(({ table }) => sagaMeasurement(table, gauges))
    measuring.push(createMeasuring(sagas, { db }, options))
  }
  return async () => {
    await Promise.all(measuring.map((measure) => measure()))
  }
}
