// Migration runner: applies SQL folders once, in order, under a lock, and records them as Prisma does in `_prisma_migrations`.
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ignore } from '@cartwright/concurrency'
import type { Connection } from 'mariadb'
import { connect } from './connection.ts'
import { errnoOf } from './errors.ts'

export interface MigrationSet {
  /** Folder with one folder per migration, each with a `migration.sql`; applied in the order of their names. */
  folder: string
  /** Table that records the migrations: `_prisma_migrations` for those of a service. */
  table: '_prisma_migrations' | '_messaging_migrations' | '_kit_migrations'
}

/** The schema cannot be migrated. The message says what the operator can do. */
export class MigrationError extends Error {
  /** Printed without a stack, because the operator can repair the cause. */
  readonly isUserFacing = true

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MigrationError'
  }
}

const createRecordTable = (table: string) => `CREATE TABLE IF NOT EXISTS ${table} (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  checksum VARCHAR(64) NOT NULL,
  finished_at DATETIME(3) NULL,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT NULL,
  rolled_back_at DATETIME(3) NULL,
  started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`

interface Applied {
  migration_name: string
  checksum: string
  finished_at: Date | null
  /** Why it did not finish; null also when the process that applied it died. */
  logs: string | null
}

const listMigrations = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()

const repairOf = (table: string): string => `Repair the schema by hand, then remove the migration's row from ${table}.`

/** The server's own words; the driver appends the statement and its parameters. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return 'sqlMessage' in error && typeof error.sqlMessage === 'string' ? error.sqlMessage : error.message
}

const applyOne = async (connection: Connection, table: string, name: string, text: string, checksum: string): Promise<void> => {
  const id = randomUUID()
  await connection.query(`INSERT INTO ${table} (id, checksum, migration_name) VALUES (?, ?, ?)`, [id, checksum, name])
  try {
    await connection.query(text)
  } catch (error) {
    const reason = reasonOf(error)
    await ignore(connection.query(`UPDATE ${table} SET logs = ? WHERE id = ?`, [reason, id]), 'the error below names the reason')
    throw new MigrationError(
      `Migration ${name} failed: ${reason}. Its earlier statements are applied, and the replicas of the version before go on serving. ${repairOf(table)}`,
      { cause: error },
    )
  }
  await connection.query(`UPDATE ${table} SET finished_at = UTC_TIMESTAMP(3), applied_steps_count = 1 WHERE id = ?`, [id])
}

const applySet = async (connection: Connection, { folder, table }: MigrationSet): Promise<string[]> => {
  await connection.query(createRecordTable(table))
  const rows: Applied[] = await connection.query(
    `SELECT migration_name, checksum, finished_at, logs FROM ${table} WHERE rolled_back_at IS NULL`,
  )
  const applied = new Map(rows.map((row) => [row.migration_name, row]))
  const fresh: string[] = []
  for (const name of await listMigrations(folder)) {
    const text = await readFile(join(folder, name, 'migration.sql'), 'utf8')
    const checksum = createHash('sha256').update(text).digest('hex')
    const known = applied.get(name)
    if (known && known.finished_at === null)
      throw new MigrationError(
        `Migration ${name} began and did not finish${known.logs ? `: ${known.logs}` : ''}. ${repairOf(table)}`,
      )
    if (known && known.checksum !== checksum)
      throw new MigrationError(
        `Migration ${name} was changed after it was applied to this database: undo the change and add a new migration, or start on a fresh database.`,
      )
    if (known) continue
    await applyOne(connection, table, name, text, checksum)
    fresh.push(name)
  }
  return fresh
}

const accessDenied = 1044
const noSuchSchema = 1049
const noSuchTable = 1146

/** @throws MigrationError when the account may read and write rows only */
const createSchema = async (url: string, schema: string): Promise<void> => {
  const server = new URL(url)
  server.pathname = '/'
  const admin = await connect(server.href)
  try {
    await admin.query(`CREATE DATABASE IF NOT EXISTS ${schema} DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
  } catch (error) {
    if (errnoOf(error) !== accessDenied) throw error
    throw new MigrationError(
      `The account ${server.username} may not change tables of ${schema}: apply the migrations with one that may, and start the services with MIGRATE_AT_START=false.`,
    )
  } finally {
    await admin.end()
  }
}

const readFinished = async (url: string, table: MigrationSet['table']): Promise<Set<string>> => {
  try {
    const connection = await connect(url)
    try {
      const rows: Applied[] = await connection.query(
        `SELECT migration_name FROM ${table} WHERE rolled_back_at IS NULL AND finished_at IS NOT NULL`,
      )
      return new Set(rows.map((row) => row.migration_name))
    } finally {
      await connection.end()
    }
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === noSuchSchema || errno === noSuchTable) return new Set()
    throw error
  }
}

/** Names of the migrations that a schema lacks; all of them when the schema or its record table does not exist yet. */
export const findPending = async (url: string, sets: readonly MigrationSet[]): Promise<string[]> => {
  const pending: string[] = []
  for (const { folder, table } of sets) {
    const applied = await readFinished(url, table)
    pending.push(...(await listMigrations(folder)).filter((name) => !applied.has(name)))
  }
  return pending
}

/**
 * Creates the schema when it is absent and applies the migrations that it lacks. Several replicas may start at once.
 * @returns the names of the migrations that this call applied
 * @throws MigrationError when an applied migration was edited, one did not finish, or the account may not change tables
 */
export const migrate = async (url: string, sets: readonly MigrationSet[]): Promise<string[]> => {
  const schema = new URL(url).pathname.slice(1)
  if (!/^[a-z][a-z0-9_]*$/i.test(schema))
    throw new Error(`not a schema name: ${schema} (letters, digits and underscores, a letter first)`)
  await createSchema(url, schema)
  const connection = await connect(url)
  const lock = `migrate:${schema}`.slice(0, 64)
  try {
    const answer: { locked: number | null }[] = await connection.query('SELECT GET_LOCK(?, 60) AS locked', [lock])
    if (Number(answer[0]?.locked) !== 1)
      throw new MigrationError(
        `Another process has been migrating ${schema} for a minute: wait until it has finished, or stop it, then start again.`,
      )
    const fresh: string[] = []
    for (const set of sets) fresh.push(...(await applySet(connection, set)))
    return fresh
  } finally {
    await connection.end()
  }
}
