// Opens the schema of a service: migrations of messaging, kit and service, the connection pool, and the triggers of append-only tables.

import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Database, findPending, isTransient, type MigrationSet, migrate, openDatabase } from '@cartwright/db'
import { messagingMigrations } from '@cartwright/messaging'
import type { Logger } from '@cartwright/telemetry'
import { auditTable } from '../operations/protect-audit.ts'
import { protectRows } from '../operations/protect-rows.ts'
import { recordTransaction } from './record-transaction.ts'

const kitMigrations = { folder: fileURLToPath(new URL('../../migrations', import.meta.url)), table: '_kit_migrations' } as const
const pollMs = 500
const databaseTries = 120
const logEveryPolls = 20

/** @param folder the service's own migrations */
const setsOf = (folder: string): MigrationSet[] => [messagingMigrations, kitMigrations, { folder, table: '_prisma_migrations' }]

/** Repeats `open` for up to a minute while the database does not answer yet, since services and engines start in any order. */
const whenDatabaseAnswers = async <T>(log: Logger, open: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await open()
    } catch (error) {
      if (!isTransient(error) || tries >= databaseTries) throw error
      log.warn({ err: error }, 'database: no answer yet, the start waits for it; check the database URL and the server')
      await delay(pollMs)
    }
  }
}

/** Waits without a limit: a rollout stops here until its migrations are applied, and the replicas of the old version go on serving. */
const waitForMigrations = async (url: string, folder: string, log: Logger): Promise<void> => {
  for (let polls = 0; ; polls++) {
    const pending = await findPending(url, setsOf(folder))
    if (pending.length === 0) return
    if (polls % logEveryPolls === 0)
      log.warn(
        { pending },
        `migrations: ${pending.length} are missing, the first is ${pending[0]}; the start waits until they are applied, run the job migrate`,
      )
    await delay(pollMs)
  }
}

/** What a service declares about its schema. */
interface Schema {
  /** The service's own migrations. */
  folder: string
  appendOnlyTables?: readonly string[] | undefined
}

const protect = (db: Database, { appendOnlyTables = [] }: Schema, log: Logger): Promise<void> =>
  protectRows(db, log, [auditTable, ...appendOnlyTables.map((table) => ({ table }))])

interface SchemaOptions {
  poolSize: number
  clockOffsetMs: () => number
  log: Logger
  /** False waits until another process has applied the migrations. */
  migrateAtStart: boolean
  isTraced: boolean
}

export const openSchema = (
  url: string,
  schema: Schema,
  { poolSize, clockOffsetMs, log, migrateAtStart, isTraced }: SchemaOptions,
): Promise<Database> =>
  whenDatabaseAnswers(log, async () => {
    if (migrateAtStart) await migrate(url, setsOf(schema.folder))
    else await waitForMigrations(url, schema.folder, log)
    const traced = isTraced ? { aroundTransaction: recordTransaction } : {}
    const db = await openDatabase({ url, poolSize, clockOffsetMs, ...traced })
    if (migrateAtStart) await protect(db, schema, log)
    return db
  })

/** Applies the migrations of one service and starts nothing. @returns the names of those that this call applied */
export const migrateSchema = (url: string, schema: Schema, log: Logger): Promise<string[]> =>
  whenDatabaseAnswers(log, async () => {
    const applied = await migrate(url, setsOf(schema.folder))
    const db = await openDatabase({ url, poolSize: 1, clockOffsetMs: () => 0 })
    await protect(db, schema, log)
    await db.close()
    return applied
  })
