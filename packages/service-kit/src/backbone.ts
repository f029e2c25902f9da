// The event backbone of one service: consumers, listeners, relay, jobs, saga timers, periodic tasks. Kafka may be away: HTTP does not wait for it.
import { setTimeout as delay } from 'node:timers/promises'
import { topics } from '@cartwright/contracts'
import type { Database } from '@cartwright/db'
import {
  type Groups,
  housekeeping,
  type RunningSubscription,
  startConsumer,
  startJobs,
  startListeners,
  startPeriodics,
  startRelay,
  topicsOf,
  type Worker,
} from '@cartwright/messaging'
import type { ConfigSpec } from './config.ts'
import { findDueErasures, sweepErasures } from './erasure.ts'
import { purgeIdempotencyKeys } from './idempotency.ts'
import { invariantsOf, watchInvariants } from './invariants.ts'
import type { BaseDeps, ServiceDefinition, StartOptions } from './service.ts'

export interface Backbone {
  workers: readonly Worker[]
  /** Stops consuming after the messages under way. */
  stopConsuming(): Promise<void>
}

/** The pause before a group that could not be joined is joined again. */
const rejoinMs = 1000

/** How long a start waits for the groups to be joined before it goes on without; they are joined whenever Kafka is there. */
const joinMs = 15_000

type Consumers<Deps> = Pick<ServiceDefinition<ConfigSpec, object>, 'name'> & {
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
 * Joins what may have to wait for the broker, one after the other, and can be stopped at any point of it. Whatever fails is tried again
 * until then: a service without its consumer would look well and do nothing.
 */
const joinAll = (steps: readonly Join[], warn: (error: unknown) => void) => {
  const joined: RunningSubscription[] = []
  const stopping = new AbortController()
  const { signal } = stopping
  const persist = async (step: Join): Promise<RunningSubscription | null> => {
    while (!signal.aborted) {
      try {
        return await step()
      } catch (error) {
        if (signal.aborted) break
        warn(error)
        // Ends early, without an error of its own, when the service stops.
        await delay(rejoinMs, undefined, { signal }).catch(() => undefined)
      }
    }
    return null
  }
  const run = async (): Promise<void> => {
    for (const step of steps) {
      const subscription = await persist(step)
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

const startWorkers = <S extends ConfigSpec, Own extends object>(
  definition: ServiceDefinition<S, Own>,
  deps: BaseDeps<S> & Own,
  db: Database,
  options: StartOptions,
  owner: string,
): Worker[] => {
  const { log, metrics } = deps
  const crash = options.crash ? { crash: options.crash } : {}
  const alone = options.alone ? { alone: true } : {}
  const observeJob = (kind: string, outcome: string, ms: number) => metrics.jobs.observe({ kind, outcome }, ms / 1000)
  const kitTasks = [housekeeping, purgeIdempotencyKeys, findDueErasures, ...watchInvariants(invariantsOf(definition), deps)]
  return [
    startJobs({
      db,
      jobs: [...(definition.jobs ?? []), sweepErasures(definition.erase)],
      deps,
      log,
      observe: observeJob,
      ...crash,
      ...alone,
    }),
    ...(definition.sagas ?? []).map((declared) => declared.startTimer(db, deps, log)),
    startPeriodics({ db, tasks: [...(definition.periodics ?? []), ...kitTasks], deps, owner, log }),
    startRelay({
      db,
      transport: options.transport,
      owner,
      log,
      ...crash,
      ...alone,
      observe: (ms) => metrics.relay.observe(ms / 1000),
    }),
  ]
}

/** Starts everything that moves events. Resolves when the groups are joined, or after a while without them. */
export const startBackbone = async <S extends ConfigSpec, Own extends object>(
  definition: ServiceDefinition<S, Own>,
  deps: BaseDeps<S> & Own,
  db: Database | null,
  options: StartOptions,
  owner: string,
): Promise<Backbone> => {
  const { transport, crash } = options
  const { log, metrics } = deps
  const steps: Join[] = []
  const { listeners = [], parksBehindDeadLetters: parks = false, independentKeys: independent = false } = definition
  if (db || listeners.length > 0)
    steps.push(() => transport.ensureTopics([...topics, ...topics.map((topic) => `${topic}.dlq`)]).then(() => null))
  if (listeners.length > 0) steps.push(() => startListeners(transport, owner, listeners, deps, log))
  if (db) {
    const observe = (type: string, outcome: string, ms: number) => metrics.events.observe({ type, outcome }, ms / 1000)
    for (const [group, handlers] of Object.entries(groupsOf(definition))) {
      steps.push(() =>
        startConsumer({
          db,
          transport,
          group,
          handlers,
          deps,
          log,
          owner,
          parks,
          independent,
          observe,
          ...(crash ? { crash } : {}),
        }),
      )
    }
  }
  const workers = db ? startWorkers(definition, deps, db, options, owner) : []
  const joining = joinAll(steps, (error) => log.warn({ err: error }, 'a consumer group could not be joined; it is tried again'))
  const limit = new AbortController()
  const late = delay(joinMs, 'late', { signal: limit.signal }).catch(() => 'joined')
  if ((await Promise.race([joining.done.then(() => 'joined'), late])) === 'late')
    log.warn({}, 'Kafka does not answer yet; events wait, HTTP does not')
  limit.abort()
  return { workers, stopConsuming: joining.stop }
}
