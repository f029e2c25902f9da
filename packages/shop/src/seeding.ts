// Writes the development data and waits until every service has processed the events of the seed, but no other events.

import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@cartwright/db'
import { hasUnpublished } from '@cartwright/messaging'
import type { RunningService } from '@cartwright/service-kit'
import { newTrace, runInTrace } from '@cartwright/telemetry'

/** `everywhere`: every service has processed the seed's events. `on its way`: the time limit passed before that. */
export type Seeded = 'everywhere' | 'on its way'

type Seeding = Pick<RunningService, 'seed' | 'db'>

interface SeedLimits {
  /** Milliseconds to wait until every service has processed the seed's events; the shop starts anyway. */
  spreadMs?: number
  /** Milliseconds for which a failing write is repeated. */
  writeMs?: number
}

const usualSpreadMs = 30_000
const usualWriteMs = 30_000
const pollMs = 20
const retryMs = 500

/** Writes a service's data. A seed is idempotent, so one that failed half-way is repeated. */
const write = async (service: Seeding, limitMs: number): Promise<void> => {
  const until = performance.now() + limitMs
  for (;;) {
    try {
      return await service.seed()
    } catch (error) {
      if (performance.now() > until) throw error
      await delay(retryMs)
    }
  }
}

/** Events inherit the correlation id of their cause, so a further round finds the events that the previous round caused. */
const spread = async (databases: readonly Database[], correlationId: string, limitMs: number): Promise<Seeded> => {
  const until = performance.now() + limitMs
  let quiet = 0
  while (quiet < 2) {
    const waiting = await Promise.all(databases.map((db) => hasUnpublished(db, correlationId)))
    quiet = waiting.some(Boolean) ? 0 : quiet + 1
    if (quiet === 0 && performance.now() > until) return 'on its way'
    if (quiet === 0) await delay(pollMs)
  }
  return 'everywhere'
}

/**
 * Seeds the services, one after the other, in a trace of its own, by which the events of the seed are known from those of shoppers.
 * @throws what the database says when it cannot be written to in time
 */
export const seedAll = async (services: readonly Seeding[], limits: SeedLimits = {}): Promise<Seeded> => {
  const trace = newTrace()
  await runInTrace(trace, async () => {
    for (const service of services) await write(service, limits.writeMs ?? usualWriteMs)
  })
  const databases = services.flatMap(({ db }) => (db ? [db] : []))
  return spread(databases, trace.correlationId, limits.spreadMs ?? usualSpreadMs)
}
