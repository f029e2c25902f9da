// Event runtime of one service: consumers, listeners, relay, jobs, saga timers and schedules. HTTP does not wait for Kafka.
import { pause, waitAtMost } from '@cartwright/concurrency'
import { topics } from '@cartwright/contracts'
import type { Database } from '@cartwright/db'
import {
  type AnyJob,
  type Groups,
  type ObservedEvent,
  type ObservedJob,
  type RunningSubscription,
  retention,
  startConsumer,
  startJobs,
  startListeners,
  startRelay,
  startSchedules,
  topicsOf,
  type Worker,
} from '@cartwright/messaging'
import type { ServiceConfigSpec } from '../config.ts'
import { purgeIdempotencyKeys } from '../http/idempotency.ts'
import { logEvent, logJob } from '../operations/activity-log.ts'
import { findDueErasures, sweepErasures } from '../operations/erasure.ts'
import { invariantsOf, watchInvariants } from '../operations/invariants.ts'
import { handlingMetrics, runtimeMetrics } from '../operations/kit-metrics.ts'
import type { BaseDeps, ServiceDefinition, StartOptions } from './definition.ts'

export interface EventRuntime {
  workers: readonly Worker[]
  /** Stops consuming after the messages in flight. */
  stopConsuming(): Promise<void>
}

/** Pause before a consumer group that could not be joined is joined again. */
const rejoinMs = 1000

/** How long a start waits for its consumer groups; after that it goes on and joins them when Kafka answers. */
const joinMs = 15_000

type Consumers<Deps> = Pick<ServiceDefinition<ServiceConfigSpec, object>, 'name'> & {
  consumers?: Groups<Deps>[string]
  projections?: Groups<Deps>
}

/** Every consumer group of a service, with its handlers. */
export const groupsOf = <Deps>({ name, consumers, projections }: Consumers<Deps>): Groups<Deps> => ({
  ...(consumers?.length ? { [name]: consumers } : {}),
  ...projections,
})

/** Every consumer group of a service, with the topics it reads. */
export const groupTopics = <Deps>(definition: Consumers<Deps>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(groupsOf(definition)).map(([group, handlers]) => [group, topicsOf(handlers)]))

type Join = () => Promise<RunningSubscription | null>

/**
 * Runs the steps one after the other and repeats a step that fails until it succeeds or the service stops. A service without its consumer
 * would look healthy and do nothing.
 */
const joinAll = (steps: readonly Join[], warn: (error: unknown) => void) => {
  const joined: RunningSubscription[] = []
  const stopping = new AbortController()
  const { signal } = stopping
  const repeat = async (step: Join): Promise<RunningSubscription | null> => {
    while (!signal.aborted) {
      try {
        return await step()
      } catch (error) {
        if (signal.aborted) break
        warn(error)
        await pause(rejoinMs, signal)
      }
    }
    return null
  }
  const run = async (): Promise<void> => {
    for (const step of steps) {
      const subscription = await repeat(step)
      if (subscription === null) continue
      if (signal.aborted) await subscription.stop()
      else joined.push(subscription)
    }
  }
  return {
    done: run(),
    stop: async (): Promise<void> => {
      stopping.abort()
      await Promise.all(joined.map((subscription) => subscription.stop()))
    },
  }
}

/** Jobs of a service and of the kit. */
export const jobsOf = <S extends ServiceConfigSpec, Resources extends object>(
  definition: Pick<ServiceDefinition<S, Resources>, 'jobs' | 'erase'>,
): AnyJob<BaseDeps<S> & Resources>[] => [...(definition.jobs ?? []), sweepErasures(definition.erase)]

const startWorkers = <S extends ServiceConfigSpec, Resources extends object>(
  definition: ServiceDefinition<S, Resources>,
  deps: BaseDeps<S> & Resources,
  db: Database,
  options: StartOptions,
  owner: string,
): Worker[] => {
  const { log, tracer } = deps
  const metrics = deps.metrics.open(runtimeMetrics)
  const crash = options.crash ? { crash: options.crash } : {}
  const singleInstance = options.singleInstance ? { singleInstance: true } : {}
  const observeJob = (job: ObservedJob) => {
    metrics.jobs.observe({ kind: job.kind, outcome: job.outcome }, job.milliseconds / 1000)
    logJob(log, job)
  }
  const kitTasks = [retention, purgeIdempotencyKeys, findDueErasures, ...watchInvariants(invariantsOf(definition), deps)]
  return [
    startJobs({
      db,
      jobs: jobsOf(definition),
      deps,
      log,
      tracer,
      observe: observeJob,
      ...crash,
      ...singleInstance,
    }),
    ...(definition.sagas ?? []).map((declared) => declared.startTimer(db, deps, log, tracer)),
    ...(definition.workers?.(deps) ?? []),
    startSchedules({
      db,
      tasks: [...(definition.schedules ?? []), ...kitTasks],
      deps,
      owner,
      log,
      tracer,
      ...singleInstance,
    }),
    startRelay({
      db,
      transport: options.transport,
      owner,
      log,
      tracer,
      ...crash,
      ...singleInstance,
      observe: (ms) => metrics.relay.observe(ms / 1000),
    }),
  ]
}

/** Starts the event runtime. Resolves when all groups are joined, or after `joinMs` without them. */
export const startEventRuntime = async <S extends ServiceConfigSpec, Resources extends object>(
  definition: ServiceDefinition<S, Resources>,
  deps: BaseDeps<S> & Resources,
  db: Database | null,
  options: StartOptions,
  owner: string,
): Promise<EventRuntime> => {
  const { transport, crash } = options
  const { log, tracer } = deps
  const steps: Join[] = []
  const { listeners = [], blockAggregateOnDeadLetter = false, parallelKeys = false } = definition
  if (db || listeners.length > 0)
    steps.push(() => transport.ensureTopics([...topics, ...topics.map((topic) => `${topic}.dlq`)]).then(() => null))
  if (listeners.length > 0) steps.push(() => startListeners(transport, owner, listeners, deps, log))
  const groups = Object.entries(groupsOf(definition))
  if (db && groups.length > 0) {
    const { events } = deps.metrics.open(handlingMetrics)
    for (const [group, handlers] of groups) {
      const observe = (event: ObservedEvent) => {
        events.observe({ type: event.type, outcome: event.outcome }, event.milliseconds / 1000)
        logEvent(log, group, event)
      }
      steps.push(() =>
        startConsumer({
          db,
          transport,
          group,
          handlers,
          deps,
          log,
          tracer,
          owner,
          blockAggregateOnDeadLetter,
          parallelKeys,
          observe,
          ...(crash ? { crash } : {}),
        }),
      )
    }
  }
  const workers = db ? startWorkers(definition, deps, db, options, owner) : []
  const joining = joinAll(steps, (error) =>
    log.warn({ err: error }, 'consumers: a group could not be joined and is joined again; check the Kafka brokers'),
  )
  if (!(await waitAtMost(joinMs, joining.done)))
    log.warn({}, 'consumers: Kafka does not answer yet; HTTP is served and events wait in the outbox; check KAFKA_BROKERS')
  return { workers, stopConsuming: joining.stop }
}
