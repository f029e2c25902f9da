// Migrations: applied once and in order by one of several replicas. An edited or unfinished one is refused.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineUrl, testSchema } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from './connection.ts'
import { findPending, migrate } from './migrate.ts'

let folder: string
let schema = testSchema('migrate')
const sets = () => [{ folder, table: '_prisma_migrations' as const }]
const write = async (name: string, text: string) => {
  await mkdir(join(folder, name), { recursive: true })
  await writeFile(join(folder, name, 'migration.sql'), text)
}
const query = async <T>(text: string): Promise<T[]> => {
  const connection = await connect(schema.url)
  try {
    return await connection.query(text)
  } finally {
    await connection.end()
  }
}

beforeEach(async () => {
  schema = testSchema('migrate')
  folder = await mkdtemp(join(tmpdir(), 'cartwright-migrate-'))
  await write('20260102000000_second', 'ALTER TABLE thing ADD COLUMN size INT NOT NULL DEFAULT 1;')
  await write('20260101000000_first', 'CREATE TABLE thing (id INT PRIMARY KEY);\nINSERT INTO thing (id) VALUES (1);')
})
afterEach(async () => {
  await schema.drop()
  await rm(folder, { recursive: true })
})

test('migrations are applied once, in the order of their names, and recorded with their checksums', async () => {
  expect(await migrate(schema.url, sets())).toEqual(['20260101000000_first', '20260102000000_second'])
  expect(await migrate(schema.url, sets())).toEqual([])
  expect(await query('SELECT id, size FROM thing')).toEqual([{ id: 1, size: 1 }])
  const recorded = await query<{ checksum: string; finished_at: Date | null; applied_steps_count: number }>(
    'SELECT checksum, finished_at, applied_steps_count FROM _prisma_migrations',
  )
  expect(recorded).toHaveLength(2)
  for (const row of recorded)
    expect(row).toMatchObject({
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      finished_at: expect.any(Date),
      applied_steps_count: 1,
    })
})

test('replicas that start at the same moment apply each migration once', async () => {
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(schema.url, sets())))
  expect(applied.flat().sort()).toEqual(['20260101000000_first', '20260102000000_second'])
  expect(await query('SELECT id FROM thing')).toHaveLength(1)
})

test('a migration is pending until it is applied, also in a schema that does not exist yet', async () => {
  expect(await findPending(schema.url, sets())).toEqual(['20260101000000_first', '20260102000000_second'])
  await migrate(schema.url, sets())
  expect(await findPending(schema.url, sets())).toEqual([])
  await write('20260103000000_third', 'ALTER TABLE thing ADD COLUMN colour INT;')
  expect(await findPending(schema.url, sets())).toEqual(['20260103000000_third'])
})

test('a migration that was edited after it was applied is refused', async () => {
  await migrate(schema.url, sets())
  await write('20260101000000_first', 'CREATE TABLE thing (id BIGINT PRIMARY KEY);')
  await expect(migrate(schema.url, sets())).rejects.toThrow('20260101000000_first was changed after it was applied')
})

test('a migration that failed halfway is named with its cause, at once and at the next start, until it is repaired', async () => {
  await write('20260103000000_third', 'ALTER TABLE thing ADD COLUMN colour INT; ALTER TABLE nothing ADD COLUMN x INT;')
  const failure = await migrate(schema.url, sets()).catch((error: unknown) => error)
  expect(failure).toMatchObject({ isUserFacing: true, message: expect.stringContaining('20260103000000_third failed: Table') })
  await expect(migrate(schema.url, sets())).rejects.toThrow('20260103000000_third began and did not finish: Table')
  expect(await findPending(schema.url, sets())).toEqual(['20260103000000_third'])
  // The operator repairs the schema, as the messages say.
  await query('ALTER TABLE thing DROP COLUMN colour')
  await query("DELETE FROM _prisma_migrations WHERE migration_name = '20260103000000_third'")
  await write('20260103000000_third', 'ALTER TABLE thing ADD COLUMN colour INT;')
  expect(await migrate(schema.url, sets())).toEqual(['20260103000000_third'])
})

test('an account that may only read and write rows is refused with what to do, before anything is changed', async () => {
  await schema.create()
  const name = `u_${schema.name.slice(-10)}`
  const root = await connect(engineUrl())
  await root.query(`CREATE USER '${name}'@'%' IDENTIFIED BY 'only-for-this-test';
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${schema.name}.* TO '${name}'@'%'`)
  const url = Object.assign(new URL(schema.url), { username: name, password: 'only-for-this-test' })
  await expect(migrate(url.href, sets())).rejects.toThrow(
    `The account ${name} may not change tables of ${schema.name}: apply the migrations with one that may, and start the services with MIGRATE_AT_START=false.`,
  )
  expect(await query('SHOW TABLES')).toEqual([])
  await root.query(`DROP USER '${name}'@'%'`)
  await root.end()
})

test('a schema name with other characters than letters, digits and underscores is refused', async () => {
  await expect(migrate(schema.url.replace(schema.name, 'a%60b'), sets())).rejects.toThrow('not a schema name')
})
