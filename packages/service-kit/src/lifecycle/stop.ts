// Stops a service: its parts one after the other, in the opposite order of its start.
import type { Database } from '@cartwright/db'
import type { FastifyInstance } from 'fastify'
import type { Agent } from 'undici'
import type { EventRuntime } from './event-runtime.ts'

/** Runs all steps, also when one of them fails. */
export const stopAll = async (steps: readonly (() => unknown)[], warn: (error: unknown) => void): Promise<void> => {
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      warn(error)
    }
  }
}

/** What a service has opened so far. */
export interface Parts<Deps> {
  agent?: Agent
  database?: Database
  deps?: Deps
  app?: FastifyInstance
  metrics?: { url: string; stop(): Promise<void> }
  revocationFeed?: { stop(): Promise<void> }
  eventRuntime?: EventRuntime
}

/** Order: stop consuming, finish requests in flight, let the workers finish with the relay last, close. */
export const stopSteps = <Deps>(
  { agent, database, deps, app, metrics, revocationFeed, eventRuntime }: Parts<Deps>,
  closeResources: ((deps: Deps) => Promise<void>) | undefined,
) => [
  () => eventRuntime?.stopConsuming(),
  () => app?.close(),
  () => revocationFeed?.stop(),
  ...(eventRuntime?.workers ?? []).map((worker) => () => worker.stop()),
  () => metrics?.stop(),
  () => (deps === undefined ? undefined : closeResources?.(deps)),
  () => agent?.close(),
  () => database?.close(),
]
