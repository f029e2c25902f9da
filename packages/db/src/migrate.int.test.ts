// Migrations: applied once, in order, by whichever replica comes first; an edited or unfinished one is refused.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testSchema } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from './connection.ts'
import { migrate } from './migrate.ts'

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

test('a migration that was edited after it was applied is refused', async () => {
  await migrate(schema.url, sets())
  await write('20260101000000_first', 'CREATE TABLE thing (id BIGINT PRIMARY KEY);')
  await expect(migrate(schema.url, sets())).rejects.toThrow('20260101000000_first was changed after it was applied')
})

test('a migration that broke off stops the next start and names itself', async () => {
  await write('20260103000000_third', 'ALTER TABLE thing ADD COLUMN colour INT; ALTER TABLE nothing ADD COLUMN x INT;')
  await expect(migrate(schema.url, sets())).rejects.toThrow()
  await expect(migrate(schema.url, sets())).rejects.toThrow('20260103000000_third began and did not finish')
})

test('a schema name that is not plain is refused before anything is created', async () => {
  await expect(migrate(schema.url.replace(schema.name, 'a%60b'), sets())).rejects.toThrow('not a schema name')
})
