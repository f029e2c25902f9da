// PATCH: null removes what may be absent, in every endpoint, and nothing else.
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { apis, type Endpoint } from './index.ts'
import { applyPatch } from './patch.ts'

const endpoints: Endpoint[] = Object.values(apis).flatMap((api) => Object.values(api))
const membersOf = ({ body }: Endpoint): Record<string, TSchema> =>
  body && 'properties' in body ? (body.properties as Record<string, TSchema>) : {}
const requiredOf = ({ body }: Endpoint): string[] => (body && 'required' in body ? (body.required as string[]) : [])
const takesNull = (schema: TSchema): boolean => Value.Check(schema, null)
const patches = endpoints.filter(({ method }) => method === 'PATCH')
const find = (operationId: string): Endpoint => {
  const found = endpoints.find((endpoint) => endpoint.operationId === operationId)
  if (!found) throw new Error(`no ${operationId}`)
  return found
}

/** What makes an object, what changes it, and optional members that it has all the same: made from others when they are left out. */
const pairs: [made: string, changed: string, always: string[]][] = [
  ['createProduct', 'updateProduct', ['slug', 'status', 'taxClass', 'variants']],
  ['addVariant', 'updateVariant', ['weightGrams', 'requiresShipping']],
  ['createCategory', 'updateCategory', ['slug']],
  ['addAddress', 'updateAddress', ['isDefault']],
  ['createPromotion', 'updatePromotion', ['conditions', 'priority', 'exclusive']],
]

test.each(pairs)('what %s may leave out, %s removes by null', (made, changed, always) => {
  const required = new Set(requiredOf(find(made)))
  const taken = membersOf(find(changed))
  const optional = Object.keys(membersOf(find(made))).filter((name) => !required.has(name) && name in taken)
  expect(
    Object.keys(taken)
      .filter((name) => takesNull(taken[name] as TSchema))
      .toSorted(),
  ).toEqual(optional.filter((name) => !always.includes(name)).toSorted())
})

test('every PATCH that can remove a member is one whose removals are tested with its service', () => {
  const removing = patches.filter((endpoint) => Object.values(membersOf(endpoint)).some(takesNull))
  expect(removing.map(({ operationId }) => operationId).toSorted()).toEqual(
    ['updateMe', ...pairs.map(([, changed]) => changed)].toSorted(),
  )
})

describe.each(patches.map((endpoint) => [endpoint.operationId, endpoint] as const))('%s', (_, endpoint) => {
  test('takes a body without members that may be left out, and no other members', () => {
    const { body } = endpoint
    if (!body) throw new Error('a PATCH has a body')
    const needed = requiredOf(endpoint)
    expect(Value.Check(body, {})).toBe(needed.length === 0)
    expect(Value.Check(body, { 'no such member': null })).toBe(false)
  })
})

test('a change leaves what it does not name, sets what it names, and removes what it names with null', () => {
  const state = { name: 'Ann', line2: 'Door 2', city: 'Porto' }
  expect(applyPatch(state, { line2: null, city: 'Faro', name: undefined })).toEqual({ name: 'Ann', city: 'Faro' })
  expect(applyPatch(state, {})).toEqual(state)
  expect(applyPatch(state, { company: 'Field' })).toEqual({ ...state, company: 'Field' })
})
