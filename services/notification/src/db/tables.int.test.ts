// The migrations and schema.prisma describe the same tables.
import { fileURLToPath } from 'node:url'
import { tableDifferences } from '@cartwright/testing'
import { expect, test } from 'vitest'
import { tables } from './generated/rows.ts'

test('the migrated tables have the columns, types, defaults and keys of schema.prisma', async () => {
  const folder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))
  expect(await tableDifferences(folder, tables)).toEqual([])
})
