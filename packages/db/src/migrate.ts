// Applies SQL migrations forward only, under a lock, and records them in the format of Prisma's `_prisma_migrations`.
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connection } from 'mariadb'
import { connect } from './connection.ts'

export interface MigrationSet {
  /** Folder with one folder per migration, each with a `migration.sql`; applied in the order of their names. */
  folder: string
  /** Bookkeeping table: `_prisma_migrations` for a service's own. */
  table: '_prisma_migrations' | '_messaging_migrations' | '_kit_migrations'
}

/** A schema that cannot be brought up to date; the message says what to do. */
export class MigrationError extends Error {
  /** Printed without a stack: the reader can mend it. */
  readonly forPeople = true

  constructor(message: string) {
    super(message)
    this.name = 'MigrationError'
  }
}

const bookkeeping = (table: string) => `CREATE TABLE IF NOT EXISTS ${table} (
  id VARCHAR(36) NOT NULL PRIMARY KEY, checksum VARCHAR(64) NOT NULL, finished_at DATETIME(3) NULL, migration_name VARCHAR(255) NOT NULL,
  logs TEXT NULL, rolled_back_at DATETIME(3) NULL, started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`

interface Applied {
  migration_name: string
  checksum: string
  finished_at: Date | null
}

const applyOne = async (connection: Connection, table: string, name: string, text: string, checksum: string): Promise<void> => {
  const id = randomUUID()
  await connection.query(`INSERT INTO ${table} (id, checksum, migration_name) VALUES (?, ?, ?)`, [id, checksum, name])
  await connection.query(text)
  await connection.query(`UPDATE ${table} SET finished_at = UTC_TIMESTAMP(3), applied_steps_count = 1 WHERE id = ?`, [id])
}

const applySet = async (connection: Connection, { folder, table }: MigrationSet): Promise<string[]> => {
  await connection.query(bookkeeping(table))
  const rows: Applied[] = await connection.query(
    `SELECT migration_name, checksum, finished_at FROM ${table} WHERE rolled_back_at IS NULL`,
  )
  const applied = new Map(rows.map((row) => [row.migration_name, row]))
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const fresh: string[] = []
  for (const name of names.sort()) {
    const text = await readFile(join(folder, name, 'migration.sql'), 'utf8')
    const checksum = createHash('sha256').update(text).digest('hex')
    const known = applied.get(name)
    if (known && known.finished_at === null)
      throw new MigrationError(
        `Migration ${name} began and did not finish: repair the schema by hand, then remove its row from ${table}.`,
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

/**
 * Brings a schema up to date; creates it when absent. Safe when several replicas start at once.
 * @returns the names of the migrations that this call applied
 * @throws Error when an applied migration was edited or a former one did not finish
 */
export const migrate = async (url: string, sets: readonly MigrationSet[]): Promise<string[]> => {
  const target = new URL(url)
  const schema = target.pathname.slice(1)
  if (!/^[a-z][a-z0-9_]*$/i.test(schema)) throw new Error(`not a schema name: ${schema}`)
  const server = new URL(url)
  server.pathname = '/'
  const admin = await connect(server.href)
  try {
    await admin.query(`CREATE DATABASE IF NOT EXISTS ${schema} DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
  } finally {
    await admin.end()
  }
  const connection = await connect(url)
  const lock = `migrate:${schema}`.slice(0, 64)
  try {
    const answer: { locked: number | null }[] = await connection.query('SELECT GET_LOCK(?, 60) AS locked', [lock])
    if (Number(answer[0]?.locked) !== 1) throw new MigrationError(`Another process has been migrating ${schema} for a minute.`)
    const fresh: string[] = []
    for (const set of sets) fresh.push(...(await applySet(connection, set)))
    return fresh
  } finally {
    await connection.end()
  }
}
