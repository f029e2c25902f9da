// The published contracts: nothing that somebody relies on changes without a new version, and the lock file is what the source says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compareSchemas, type Schema } from './compatibility.ts'
import { currentLock, incompatibilities, type Lock } from './contract-lock.ts'
import { root } from './sources.ts'

const published = JSON.parse(readFileSync(join(root, 'contracts.lock.json'), 'utf8')) as Lock

test('no contract breaks those who rely on the published one', () => {
  expect(incompatibilities(published, currentLock())).toEqual([])
})

test('contracts.lock.json is what the source says (run `pnpm --filter @cartwright/docs lock`)', () => {
  expect(currentLock()).toEqual(published)
})

describe('the gate', () => {
  const order: Schema = {
    type: 'object',
    properties: { id: { type: 'string' }, status: { enum: ['a', 'b'] }, note: { type: 'string' } },
    required: ['id', 'status'],
  }
  const changed = (change: Partial<Schema>): Schema => ({ ...order, ...change })

  test('lets an added field pass in both directions', () => {
    const more = changed({ properties: { ...order.properties, extra: { type: 'string' } } })
    expect([compareSchemas('x', order, more, 'given'), compareSchemas('x', order, more, 'taken')]).toEqual([[], []])
  })

  test.each([
    ['a removed field', { properties: { id: { type: 'string' }, status: { enum: ['a', 'b'] } } }, 'given'],
    ['a changed type', { properties: { ...order.properties, id: { type: 'integer' } } }, 'given'],
    ['a field that may be absent', { required: ['id'] }, 'given'],
    ['a new word that readers do not know', { properties: { ...order.properties, status: { enum: ['a', 'b', 'c'] } } }, 'given'],
    ['a new demand on senders', { required: ['id', 'status', 'note'] }, 'taken'],
    ['a word no longer accepted', { properties: { ...order.properties, status: { enum: ['a'] } } }, 'taken'],
  ] as const)('stops %s', (_, change, direction) => {
    expect(compareSchemas('x', order, changed(change as Partial<Schema>), direction)).toHaveLength(1)
  })
})
