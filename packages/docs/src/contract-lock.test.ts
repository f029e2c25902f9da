// Tests of the contract lock: a contract changes incompatibly only with a new version, and the lock file equals the source.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compareSchemas, inlineReferences, type Schema } from './compatibility.ts'
import { currentLock, incompatibilities, type Lock } from './contract-lock.ts'
import { root } from './sources.ts'

const published = JSON.parse(readFileSync(join(root, 'packages/docs/contracts.lock.json'), 'utf8')) as Lock

test('no contract breaks clients or consumers of the published one', () => {
  expect(incompatibilities(published, currentLock())).toEqual([])
})

test('contracts.lock.json equals the source (run `pnpm --filter @cartwright/docs lock`)', () => {
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

describe('named schemas', () => {
  const current = currentLock()

  test('are compared wherever they are used: a member that leaves Money breaks orders, carts and events', () => {
    const money = current.schemas.Money
    const broken = {
      ...current,
      schemas: { ...current.schemas, Money: { ...money, properties: { amountMinor: money?.properties?.amountMinor ?? {} } } },
    }
    const breaks = incompatibilities(current, broken)
    expect(breaks).toContain('getOrder 200/total/currency was removed')
    expect(breaks).toContain('getCart 200/lines[]/lineTotal/currency was removed')
    expect(breaks).toContain('order.placed@1/totals/total/currency was removed')
  })

  test('may be named, renamed or written out again: only what they say counts', () => {
    const { Order, ...others } = current.schemas
    const renamed = JSON.parse(
      JSON.stringify({ ...current, schemas: { ...others, Purchase: Order } }).replaceAll('/Order"', '/Purchase"'),
    )
    expect(incompatibilities(current, renamed)).toEqual([])
    const writtenOut = { ...inlineReferences({ ...current, schemas: {} }, current.schemas), schemas: {} }
    expect(incompatibilities(writtenOut, current)).toEqual([])
    expect(incompatibilities(current, writtenOut)).toEqual([])
  })

  test('must exist and must not refer to themselves', () => {
    expect(() => inlineReferences({ $ref: '#/schemas/Missing' }, {})).toThrow('no schema Missing')
    const loop = { Node: { type: 'object', properties: { next: { $ref: '#/schemas/Node' } } } } as Record<string, Schema>
    expect(() => inlineReferences({ $ref: '#/schemas/Node' }, loop)).toThrow('refers to itself')
  })
})

test('another version of an event removes the published one: a name has one version at a time', () => {
  const lock = currentLock()
  const { 'order.placed@1': placed, ...events } = lock.events
  const raised = { ...lock, events: { ...events, 'order.placed@2': placed as NonNullable<typeof placed> } }
  expect(incompatibilities(lock, raised)).toEqual(['order.placed@1 was removed'])
})
