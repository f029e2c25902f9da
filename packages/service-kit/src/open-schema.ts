// Opens a service's schema: migrations of messaging, of the kit and of the service, the connections, and the triggers of the audit.
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Database, isTransient, migrate, openDatabase } from '@cartwright/db'
import { messagingMigrations } from '@cartwright/messaging'
import type { Logger } from './logger.ts'
import { protectAudit } from './protect-audit.ts'

const kitMigrations = { folder: fileURLToPath(new URL('../migrations', import.meta.url)), table: '_kit_migrations' } as const

/** Waits for a database that is not up yet: services start in any order. */
export const openSchema = async (
  url: string,
  folder: string,
  { poolSize, clockOffsetMs, log }: { poolSize: number; clockOffsetMs: () => number; log: Logger },
): Promise<Database> => {
  for (let tries = 1; ; tries++) {
    try {
      await migrate(url, [messagingMigrations, kitMigrations, { folder, table: '_prisma_migrations' }])
      const db = await openDatabase({ url, poolSize, clockOffsetMs })
      await protectAudit(db, log)
      return db
    } catch (error) {
      if (!isTransient(error) || tries >= 120) throw error
      log.warn({ err: error }, 'waiting for the database')
      await delay(500)
    }
  }
}
