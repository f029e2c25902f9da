// Writes the development data and waits for that data alone: a shop in use always has other work, and some of it may be tried without end.
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@cartwright/db'
import { newTrace, runInTrace } from '@cartwright/messaging'
import type { RunningService } from '@cartwright/service-kit'

/** `everywhere`: every service has handled what was written; `on its way`: not all of them within the time. */
export type Seeded = 'everywhere' | 'on its way'

type Seeding = Pick<RunningService, 'seed' | 'db'>

export interface SeedLimits {
  /** How long what was written may take to reach everybody before the shop goes on without waiting. */
  spreadMs?: number
  /** How long a database that fails is tried again. */
  writeMs?: number
}

const usualSpreadMs = 30_000
const usualWriteMs = 30_000
const pollMs = 20
const retryMs = 500

/** Writes a service's data. Each seed finds what is there already, so one that broke off is run again. */
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

/** Whether an event of this correlation waits for a group: a row of the outbox is marked when the last one has it. */
const waits = async (db: Database, correlationId: string): Promise<boolean> => {
  const like = `%"correlationId":"${correlationId}"%`
  return (await db.one`SELECT id FROM outbox_event WHERE published_at IS NULL AND headers LIKE ${like} LIMIT 1`) !== null
}

/** What an event causes carries its correlation, so one look more finds what was caused during the look before. */
const spread = async (databases: readonly Database[], correlationId: string, limitMs: number): Promise<Seeded> => {
  const until = performance.now() + limitMs
  let quiet = 0
  while (quiet < 2) {
    const waiting = await Promise.all(databases.map((db) => waits(db, correlationId)))
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
